"""A workflow that is undone while the processes that undo it are killed.

Three steps: a flight, a hotel and a dinner. There is no dinner to be had, so hotel and flight
are given back, in that order. The remote's own log is the truth of what it was asked.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine.models import Attempt, JobState, StepState
from tests.engine.http_kinds import TRIP
from tests.engine.order_server import OrderServer
from tests.engine.placing import Place, all_done, placing_at
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

GIVEN_BACK, WAS_NEVER_THERE = 200, 404


@pytest.fixture(scope="module")
def template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    name = f"test_undo_template_{os.getpid()}"
    with django_db_blocker.unblock():
        postgres.create_migrated(name)
    yield name
    postgres.drop(name)


@pytest.fixture
def environment(template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    name = f"test_undo_{os.getpid()}"
    url = postgres.create(name, template=template)
    with django_db_blocker.unblock(), postgres.as_default(url):
        yield {"DATABASE_URL": url, "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds"}
    postgres.drop(name)


@pytest.fixture
def place(environment: dict[str, str], server: OrderServer) -> Place:
    server.refuses.add("dinner")
    return placing_at(server)


@pytest.mark.parametrize(
    ("point", "undoings"),
    [
        ("undo_intent/hotel", [("hotel", GIVEN_BACK), ("flight", GIVEN_BACK)]),
        (
            "undo_sent/hotel",
            [("hotel", GIVEN_BACK), ("hotel", WAS_NEVER_THERE), ("flight", GIVEN_BACK)],
        ),
        ("undone/hotel", [("hotel", GIVEN_BACK), ("flight", GIVEN_BACK)]),
        (
            "undo_sent/flight",
            [("hotel", GIVEN_BACK), ("flight", GIVEN_BACK), ("flight", WAS_NEVER_THERE)],
        ),
        ("undone/flight", [("hotel", GIVEN_BACK), ("flight", GIVEN_BACK)]),
    ],
)
def test_worker_killed_while_undoing_leaves_nothing_booked(
    point: str,
    undoings: list[tuple[str, int]],
    environment: dict[str, str],
    server: OrderServer,
    place: Place,
    tmp_path: Path,
) -> None:
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}
    job = place("1", kind=TRIP.name)

    with running_worker({**environment, **fault}, tmp_path, "--lane", "orders") as worker:
        wait_for(all_done, f"job {job.pk} is still open:\n{worker.log}")

    assert mark.exists()
    assert server.bookings == []
    assert server.undoings() == undoings
    job.refresh_from_db()
    assert job.state == JobState.COMPENSATED
    states = job.steps.values_list("name", "state")
    assert list(states) == [
        ("flight", StepState.UNDONE),
        ("hotel", StepState.UNDONE),
        ("dinner", StepState.OPEN),
    ]
    assert not Attempt.objects.filter(outcome="").exists()


def test_undoing_of_what_never_happened_goes_on_with_the_rest(
    environment: dict[str, str], server: OrderServer, place: Place, tmp_path: Path
) -> None:
    server.forgets.add("hotel")
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": "undo_sent/hotel:kill", "ENGINE_FAULT_MARK": str(mark)}
    job = place("1", kind=TRIP.name)

    with running_worker({**environment, **fault}, tmp_path, "--lane", "orders") as worker:
        wait_for(all_done, f"job {job.pk} is still open:\n{worker.log}")

    assert mark.exists()
    assert server.undoings() == [
        ("hotel", WAS_NEVER_THERE),
        ("hotel", WAS_NEVER_THERE),
        ("flight", GIVEN_BACK),
    ]
    assert server.bookings == []
    job.refresh_from_db()
    assert job.state == JobState.COMPENSATED


def test_lost_answers_of_undoings_are_asked_for_again(
    environment: dict[str, str], server: OrderServer, place: Place, tmp_path: Path
) -> None:
    server.dials.set("lose_answer", times=2, only="unbook")
    job = place("1", kind=TRIP.name)

    with running_worker(environment, tmp_path, "--lane", "orders") as worker:
        wait_for(all_done, f"job {job.pk} is still open:\n{worker.log}")

    assert server.bookings == []
    assert [what for what, _ in server.undoings()] == ["hotel", "hotel", "hotel", "flight"]
    lost = Attempt.objects.filter(act="undo", outcome="outcome_unknown")
    assert lost.count() == 2
