"""The stand-in answers as the real Medusa did, step by step, refusals included."""

import json
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from tests.adapters.medusa.scenario import RECORDED, walk
from tests.adapters.medusa.walking import Lab, Step, take

STEPS = walk()
REAL: list[dict[str, Any]] = json.loads(RECORDED.read_text())


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    with MedusaStandIn() as standin:
        shop = standin.shop
        names = {
            "run": "r1",
            "profile": shop.shipping_profile_id,
            "channel": shop.sales_channel_id,
            "region": shop.region_ids["eur"],
            "shipping": shop.shipping_option_id,
            "location": shop.location_id,
        }
        lab = Lab(standin.url, shop.secret_key, shop.publishable_key, names)
        with lab.session:
            return [take(lab, step) for step in STEPS]


@pytest.mark.parametrize(
    ("place", "step"), list(enumerate(STEPS)), ids=[f"{n}: {s.note}" for n, s in enumerate(STEPS)]
)
def test_standin_answers_as_the_real_one(
    place: int, step: Step, answers: list[dict[str, Any]]
) -> None:
    ours, real = answers[place], dict(REAL[place])

    if step.keys == "known":
        assert set(ours.pop("keys")) - set(real.pop("keys")) == set()

    assert ours == real
