"""The stand-in answers recorded requests of a real Odoo 19 as the real one did."""

import pytest

from tests.adapters.odoo import replay
from tests.adapters.odoo.lab import new_lab


@pytest.mark.parametrize("scenario", replay.scenarios())
def test_the_stand_in_answers_as_the_recorded_server(scenario: str) -> None:
    exchanges = replay.load(scenario)
    found = []

    with new_lab() as lab:
        lab.is_database_up = not scenario.startswith("90")
        player = replay.Player(lab, exchanges)
        for number, exchange in enumerate(exchanges):
            status, answer = player.play(number)
            place = f"{scenario} {number} {exchange.get('note', exchange.get('path', ''))}"
            found += [f"{place}: {text}" for text in _unlike(exchange, status, answer)]

    assert found == []


def _unlike(exchange: dict[str, object], status: int, answer: object) -> list[str]:
    if "status" not in exchange:  # a step of staff, not a request
        return []
    if status != exchange["status"]:
        return [f"status {exchange['status']} / {status}: {answer}"]
    if "page" in exchange:
        return [] if isinstance(answer, str) else [f"a page was due, not {answer}"]
    return replay.differences(exchange["answer"], answer)


def test_every_amount_of_a_recorded_order_is_compared() -> None:
    one_cent_off = replay.differences({"amount_total": 382.09}, {"amount_total": 382.08})

    assert one_cent_off == [".amount_total: 382.09 / 382.08"]
