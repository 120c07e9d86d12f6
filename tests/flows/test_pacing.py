"""How long the storefront is left alone between two writes."""

import time
from typing import Any

import pytest

from integrations.flows.runs.pacing import await_rest, rest_after
from integrations.flows.runs.splitting import write_or_split


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    rest_after(0)  # what another test left
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def write(rows: object) -> list[str]:
    began = time.monotonic()
    while time.monotonic() < began + 0.02:
        pass
    return ["done"]


def written() -> None:
    write_or_split(["row"], write, lambda: None)


def test_next_write_waits_for_a_share_of_the_last_one(settings: Any, slept: list[float]) -> None:
    settings.WRITES_REST_PCT = 1000

    written()
    assert slept == []  # nothing of ours waits for the rest after the last call
    written()

    assert len(slept) == 1
    assert 0.1 < slept[0] <= 10 * 0.5


def test_what_is_done_meanwhile_counts_as_rest(settings: Any, slept: list[float]) -> None:
    settings.WRITES_REST_PCT = 50
    written()
    write("other work, longer than the rest")

    await_rest()

    assert slept == []


def test_without_a_rest_nothing_waits(settings: Any, slept: list[float]) -> None:
    settings.WRITES_REST_PCT = 0
    written()
    written()

    assert slept == []
