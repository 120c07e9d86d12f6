"""An event of the ERP nudges the flow that reads such data: soon, once, and only what changed."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.flows.adding import add_flow
from integrations.flows.nudging import nudge, run_nudged
from integrations.flows.schedules import (
    check_schedule,
    interval,
    pause,
    resume,
    run_due_schedules,
    set_schedule,
)
from integrations.models import Event, Flow, Run, StateChange
from integrations.webhooks.handlers import dispatch
from tests.factories import ConnectionFactory, EventFactory, FlowFactory, RunFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=4)


@pytest.fixture
def flow() -> Flow:
    made: Flow = FlowFactory(
        kind="stock",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
        covered_until=NOW - timedelta(minutes=3),
    )
    return made


def event(flow: Flow, type: str = "stock.changed") -> Event:
    made: Event = EventFactory(connection=flow.source, type=type, subject="7", state="stored")
    return made


def test_event_becomes_a_run_of_what_changed(flow: Flow) -> None:
    outcome = dispatch(event(flow))
    assert outcome.state == "handled"
    Flow.objects.update(nudged_at=NOW)

    assert run_nudged(SOON) == 1

    run = Run.objects.get()
    assert (run.actor, run.is_complete) == ("event", False)
    assert run.window_end is not None
    assert run.window_end > NOW
    assert Flow.objects.get().nudged_at is None


def test_run_waits_until_its_window_holds_the_change(flow: Flow) -> None:
    RunFactory(flow=flow, started_at=NOW)
    nudge(flow, now=NOW)

    assert run_nudged(NOW + timedelta(seconds=1)) == 0
    assert run_nudged(SOON) == 1


def test_many_events_are_one_run(flow: Flow) -> None:
    for second in range(3):
        nudge(flow, now=NOW + timedelta(seconds=second))

    late = NOW + timedelta(seconds=6)
    assert (run_nudged(late), run_nudged(late)) == (1, 0)


def test_what_is_told_while_a_run_is_open_is_read_by_another_one(flow: Flow) -> None:
    nudge(flow, now=NOW)
    run_nudged(SOON)
    nudge(flow, now=SOON)

    assert run_nudged(SOON + timedelta(seconds=10)) == 0
    assert Flow.objects.get().nudged_at == SOON


def test_events_without_end_do_not_keep_the_run_from_beginning(flow: Flow) -> None:
    RunFactory(flow=flow, started_at=NOW - timedelta(minutes=1))
    nudge(flow, now=NOW)

    assert run_nudged(NOW + timedelta(seconds=1)) == 1
    assert Flow.objects.get().nudged_at == NOW  # and the last of them has a run of its own


def test_event_of_data_that_no_flow_reads_is_ignored(flow: Flow) -> None:
    assert dispatch(event(flow, "products.changed")).state == "ignored"


def test_flow_that_is_off_is_not_nudged(flow: Flow) -> None:
    Flow.objects.update(mode="off")

    assert dispatch(event(flow)).state == "ignored"


def test_paused_flow_is_started_by_nobody_but_a_person(flow: Flow) -> None:
    set_schedule(flow, "*/5 * * * *", now=NOW - timedelta(hours=1))
    pause(flow, actor="olga", reason="stocktaking", now=NOW)
    nudge(flow, now=NOW)

    assert (run_due_schedules(SOON), run_nudged(SOON)) == (0, 0)

    resume(flow, actor="olga", reason="counted", now=NOW)
    assert run_nudged(SOON) == 1
    assert flow.next_run_at == NOW + timedelta(minutes=5)
    words = StateChange.objects.filter(subject="flow").values_list("after", "reason")
    assert list(words) == [("resumed", "counted"), ("paused", "stocktaking")]


@pytest.mark.parametrize(
    ("kind", "every"),
    [("products", timedelta(days=1)), ("stock", timedelta(minutes=5))],
)
def test_new_flow_runs_as_often_as_is_usual_for_its_kind(kind: str, every: timedelta) -> None:
    made = add_flow(
        kind=kind, source=ConnectionFactory(erp=True), target=ConnectionFactory(), actor="olga"
    )

    check_schedule(made.schedule)
    assert interval(made.schedule, now=NOW) == every


def test_interval_of_office_hours_is_the_night() -> None:
    assert interval("0 8-17 * * *", now=NOW) == timedelta(hours=15)
