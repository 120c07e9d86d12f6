"""Runs of batch flows: one at a time, page by page, resumed where they stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.engine import runner, verbs
from integrations.engine.models import SyncJob
from integrations.errors import Fenced, NeedsOperator, Rejected, Unavailable
from integrations.flows.links import bind
from integrations.flows.modes import set_mode
from integrations.flows.runs import (
    PageOutcome,
    PlanItem,
    Work,
    apply_latest_plan,
    apply_plan,
    register_batch,
    request_run,
)
from integrations.flows.runs import batch as batches
from integrations.flows.runs.batch import HandlePage
from integrations.flows.runs.book import note_page
from integrations.flows.runs.clean import objection
from integrations.flows.runs.plan import UNMET
from integrations.flows.runs.request import OTHER_RULES
from integrations.flows.runs.windows import is_complete_due, next_window
from integrations.flows.schedules import run_due_schedules, set_schedule
from integrations.models import Flow, Issue, Run
from integrations.records import Window
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Catalogue:
    """A source of three pages; `handled` tells which pages were asked for, in which window."""

    def __init__(self) -> None:
        self.handled: list[tuple[Window, str | None]] = []
        self.written: list[str] = []
        self.while_handling: Callable[[], None] = lambda: None
        self.errors: dict[str | None, Exception] = {}
        self.pages: dict[str | None, tuple[PlanItem, ...]] = {
            None: (item("create", "1"), item("skip", "2", reason="no price")),
            "2": (item("change", "3"),),
            "3": (item("failed", "4", reason="Product with handle: x, already exists."),),
        }

    @contextmanager
    def open(self, work: Work) -> Iterator[HandlePage]:
        def handle(window: Window, cursor: str | None) -> PageOutcome:
            self.handled.append((window, cursor))
            self.while_handling()
            if cursor in self.errors:
                raise self.errors.pop(cursor)
            items = self.pages[cursor]
            planned = [one for one in items if work.is_planned(one.ref, one.fingerprint)]
            if work.writes:
                self.written += [one.ref for one in planned if one.action in ("create", "change")]
            cursors = [*self.pages, None]
            following = cursors[cursors.index(cursor) + 1]
            return PageOutcome(read=len(items) + 1, unchanged=1, items=items, next_cursor=following)

        yield handle

    @property
    def cursors(self) -> list[str | None]:
        return [cursor for _, cursor in self.handled]


def item(action: str, ref: str, *, reason: str = "") -> PlanItem:
    return PlanItem(
        action=action,  # type: ignore[arg-type]
        ref=ref,
        label=f"Part {ref}",
        reason=reason,
        fingerprint=f"content of {ref}",
    )


def plan_of(flow: Flow, *, complete: bool = False) -> Run:
    """The first run of the flow, which only plans."""
    set_mode(flow, "assisted", actor="olga", now=NOW)
    request_run(flow, actor="olga", complete=complete, now=NOW)
    runner.drain("batch")
    return Run.objects.get()


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    usual = batches.batch_of("products")
    made = Catalogue()
    register_batch("products", made.open)
    yield made
    register_batch("products", usual)


@pytest.fixture
def flow() -> Flow:
    made: Flow = FlowFactory(
        kind="products",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
    )
    return made


def test_run_counts_what_it_did_and_covers_its_window(catalogue: Catalogue, flow: Flow) -> None:
    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    run, flow = Run.objects.get(), Flow.objects.get()
    assert (run.state, run.mode, run.actor) == ("done", "live", "olga")
    counts = (run.read, run.created, run.changed, run.unchanged, run.skipped, run.failed)
    assert counts == (7, 1, 1, 3, 1, 1)
    assert [(row.ref, row.reason) for row in run.planned.exclude(reason="")] == [
        ("2", "no price"),
        ("4", "Product with handle: x, already exists."),
    ]
    assert flow.covered_until == NOW - timedelta(seconds=2)
    assert flow.cursor == {"complete_at": NOW.isoformat()}


def test_empty_run_is_a_row_too(catalogue: Catalogue, flow: Flow) -> None:
    catalogue.pages = {None: ()}

    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    assert Run.objects.get().state == "done"


def test_flow_has_one_open_run(catalogue: Catalogue, flow: Flow) -> None:
    first = request_run(flow, actor="olga", now=NOW)
    second = request_run(flow, actor="schedule", now=NOW)

    assert first.pk == second.pk
    assert Run.objects.count() == 1


def test_interrupted_run_goes_on_at_the_page_where_it_stopped(
    catalogue: Catalogue, flow: Flow
) -> None:
    catalogue.errors["2"] = Unavailable("The ERP is down for maintenance.")
    job = request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")
    assert Flow.objects.get().cursor["page"] == "2"

    SyncJob.objects.filter(pk=job.pk).update(due_at=NOW - timedelta(days=1))
    runner.drain("batch")

    assert catalogue.cursors == [None, "2", "2", "3"]
    assert len({window for window, _ in catalogue.handled}) == 1
    assert Run.objects.get().read == 7


def test_long_run_is_continued_by_a_second_job(catalogue: Catalogue, flow: Flow) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        catalogue.while_handling = lambda: clock.shift(30)  # each page takes half a minute

        request_run(flow, actor="olga")
        runner.drain("batch")

    assert SyncJob.objects.filter(state="done").count() == 3
    assert catalogue.cursors == [None, "2", "3"]
    assert Run.objects.get().state == "done"


def test_stopped_run_fails_with_the_reason_and_can_be_sent_on(
    catalogue: Catalogue, flow: Flow
) -> None:
    catalogue.errors["2"] = Rejected("The ERP does not know this field.")
    job = request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")
    run = Run.objects.get()
    assert run.state == "failed"
    assert "does not know this field" in run.note

    verbs.requeue(SyncJob.objects.get(pk=job.pk), actor="olga", reason="field is back")
    runner.drain("batch")

    run.refresh_from_db()
    assert (run.state, run.read) == ("done", 7)


def test_cancelled_run_says_so_and_the_next_one_starts_afresh(
    catalogue: Catalogue, flow: Flow
) -> None:
    catalogue.errors["2"] = Rejected("The ERP does not know this field.")
    job = request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    verbs.cancel(SyncJob.objects.get(pk=job.pk), actor="olga", reason="not today")
    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    assert [run.state for run in Run.objects.order_by("id")] == ["cancelled", "done"]
    assert catalogue.cursors == [None, "2", None, "2", "3"]


def test_shadow_run_writes_nothing_and_keeps_its_plan(catalogue: Catalogue, flow: Flow) -> None:
    set_mode(flow, "shadow", actor="olga", now=NOW)

    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    assert catalogue.written == []
    assert [row.action for row in Run.objects.get().planned.all()] == [
        "create",
        "skip",
        "change",
        "failed",
    ]
    assert Flow.objects.get().covered_until is None


def test_plan_is_applied_once_on_a_press(catalogue: Catalogue, flow: Flow) -> None:
    planned = plan_of(flow)
    assert catalogue.written == []

    apply_plan(planned, actor="olga", now=NOW + timedelta(hours=1))
    runner.drain("batch")

    assert catalogue.written == ["1", "3"]
    assert Flow.objects.get().covered_until == NOW - timedelta(seconds=2)
    with pytest.raises(NeedsOperator, match="applied already"):
        apply_plan(planned, actor="olga")


def test_plan_waits_for_the_open_run_and_can_be_applied_after_it(
    catalogue: Catalogue, flow: Flow
) -> None:
    planned = plan_of(flow)
    request_run(flow, actor="schedule", now=NOW)

    with pytest.raises(NeedsOperator, match="is still open"):
        apply_plan(planned, actor="olga")
    runner.drain("batch")
    apply_plan(planned, actor="olga", reason="prices are agreed")

    assert "prices are agreed" in Run.objects.get(applies=planned).note


def test_what_could_not_be_written_is_an_issue_until_everything_is(
    catalogue: Catalogue, flow: Flow
) -> None:
    def run_at(now: datetime, *, complete: bool = False) -> Issue:
        request_run(flow, actor="schedule", now=now, complete=complete)
        runner.drain("batch")
        return Issue.objects.get()

    assert run_at(NOW).title == f"1 record could not be written: {flow}"
    catalogue.pages = {None: (item("create", "4"),)}
    assert run_at(NOW + timedelta(minutes=15)).state == "open"  # read what changed, not the rest
    assert run_at(NOW + timedelta(minutes=30), complete=True).state == "resolved"


def test_what_changed_since_the_plan_is_not_written(catalogue: Catalogue, flow: Flow) -> None:
    plan_of(flow)

    catalogue.pages["2"] = (
        PlanItem(action="change", ref="3", label="Part 3", fingerprint="newer content"),
    )
    apply_plan(Run.objects.get(), actor="olga")
    runner.drain("batch")

    assert catalogue.written == ["1"]


def test_what_the_source_names_no_more_is_told_when_the_plan_is_applied(
    catalogue: Catalogue, flow: Flow
) -> None:
    planned = plan_of(flow)
    del catalogue.pages["2"]  # a record that was changed since is in another window

    apply_plan(planned, actor="olga", now=NOW + timedelta(hours=1))
    runner.drain("batch")

    applied = Run.objects.get(applies=planned)
    told = {row.ref: (row.action, row.reason) for row in applied.planned.all()}
    assert catalogue.written == ["1"]
    assert told["3"] == ("skip", UNMET)
    assert [told[ref][0] for ref in ("1", "2", "4")] == ["create", "skip", "failed"]
    assert applied.told == len(told) == 4


def _new_setting(flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(settings={"currency": "CHF"})


def _new_address(flow: Flow) -> None:
    type(flow.target).objects.filter(pk=flow.target_id).update(base_url="https://other.example")


def _new_mapping(flow: Flow) -> None:
    bind("warehouse", flow.source, "WH", flow.target, "sloc_1", actor="olga")


@pytest.mark.parametrize("change", [_new_setting, _new_address, _new_mapping])
def test_plan_made_by_other_rules_is_neither_applied_nor_clean(
    catalogue: Catalogue, flow: Flow, change: Callable[[Flow], None]
) -> None:
    catalogue.pages = {None: (item("create", "1"),)}
    plan_of(flow, complete=True)
    flow = Flow.objects.get()
    assert objection(flow, now=timezone.now()) is None

    change(flow)

    flow = Flow.objects.get()
    with pytest.raises(NeedsOperator, match="made with other settings, connections or mappings"):
        apply_plan(Run.objects.get(), actor="olga")
    against = objection(flow, now=timezone.now())
    assert against is not None
    assert "run it again" in against.sentence
    assert catalogue.written == []


def test_how_hand_edits_are_treated_is_no_other_rule(catalogue: Catalogue, flow: Flow) -> None:
    catalogue.pages = {None: (item("create", "1"),)}
    plan_of(flow)
    Flow.objects.update(settings={"hand_edits": "report"})

    apply_plan(Run.objects.get(), actor="olga")
    runner.drain("batch")

    assert catalogue.written == ["1"]


def test_plan_of_a_shadow_run_cannot_be_applied(catalogue: Catalogue, flow: Flow) -> None:
    set_mode(flow, "shadow", actor="olga", now=NOW)
    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    with pytest.raises(NeedsOperator, match="plans are applied in assisted mode"):
        apply_plan(Run.objects.get(), actor="olga")


def test_newest_plan_is_the_one_applied(catalogue: Catalogue, flow: Flow) -> None:
    set_mode(flow, "assisted", actor="olga", now=NOW)
    with pytest.raises(NeedsOperator, match="planned nothing yet"):
        apply_latest_plan(flow, actor="olga")
    for _ in range(2):
        request_run(flow, actor="olga", now=NOW)
        runner.drain("batch")

    apply_latest_plan(flow, actor="olga")
    runner.drain("batch")

    first, second, applied = Run.objects.order_by("id")
    assert applied.applies == second
    assert applied.state == "done"


def test_flow_switched_off_ends_its_run_after_the_page(catalogue: Catalogue, flow: Flow) -> None:
    catalogue.while_handling = lambda: set_mode(flow, "off", actor="olga")

    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")

    run = Run.objects.get()
    assert (run.state, catalogue.cursors) == ("cancelled", [None])
    assert "switched to off" in run.note


def test_flow_that_is_off_refuses(catalogue: Catalogue, flow: Flow) -> None:
    set_mode(flow, "off", actor="olga", now=NOW)

    with pytest.raises(NeedsOperator, match="is off"):
        request_run(flow, actor="olga", now=NOW)


def test_order_flow_does_not_run_in_batches() -> None:
    with pytest.raises(NeedsOperator, match="follows events"):
        request_run(FlowFactory(live=True), actor="olga", now=NOW)


def test_worker_that_was_overtaken_writes_nothing_down(catalogue: Catalogue, flow: Flow) -> None:
    request_run(flow, actor="olga", now=NOW)
    run = Run.objects.get()
    work = Work(flow=Flow.objects.get(), run=run, actor="olga", checkpoint=lambda: None)
    outcome = PageOutcome(read=1, unchanged=1, items=(), next_cursor="2")
    note_page(work, None, outcome)

    with pytest.raises(Fenced):
        note_page(work, None, outcome)

    run.refresh_from_db()
    assert (run.read, Flow.objects.get().cursor["page"]) == (1, "2")


def test_long_plan_is_kept_and_applied_whole(catalogue: Catalogue, flow: Flow) -> None:
    set_mode(flow, "assisted", actor="olga", now=NOW)
    catalogue.pages = {None: tuple(item("create", str(n)) for n in range(1201))}
    request_run(flow, actor="olga", now=NOW)
    runner.drain("batch")
    run = Run.objects.get()
    assert (run.created, run.planned.count()) == (1201, 1201)

    apply_plan(run, actor="olga")
    runner.drain("batch")

    assert len(catalogue.written) == 1201
    assert Flow.objects.get().covered_until is not None


# ---------------------------------------------------------------- windows


def test_next_window_overlaps_the_last_one() -> None:
    window = next_window(
        NOW - timedelta(hours=1), now=NOW, overlap=timedelta(minutes=5), is_complete=False
    )

    assert window == Window(start=NOW - timedelta(minutes=65), end=NOW - timedelta(seconds=2))


@pytest.mark.parametrize(("covered", "is_complete"), [(None, False), (NOW, True)])
def test_first_and_complete_pulls_read_everything(
    covered: datetime | None, is_complete: bool
) -> None:
    window = next_window(covered, now=NOW, overlap=timedelta(minutes=5), is_complete=is_complete)

    assert window.start is None


@pytest.mark.parametrize(
    ("hours_ago", "settings", "expected"),
    [
        (None, {}, True),
        (23, {}, False),
        (24, {}, True),
        (2, {"complete_every_h": 1}, True),
        (99, {"complete_every_h": 0}, False),
    ],
)
def test_complete_pull_comes_once_a_day(
    hours_ago: int | None, settings: dict[str, int], expected: bool
) -> None:
    at = None if hours_ago is None else (NOW - timedelta(hours=hours_ago)).isoformat()
    cursor = {} if at is None else {"complete_at": at}

    assert is_complete_due(cursor, settings, now=NOW) is expected


# ---------------------------------------------------------------- schedules


def test_due_flow_runs_once_and_is_due_again_later(catalogue: Catalogue, flow: Flow) -> None:
    set_schedule(flow, "*/10 * * * *", now=NOW - timedelta(minutes=40))

    assert run_due_schedules(NOW) == 1
    assert run_due_schedules(NOW) == 0

    flow.refresh_from_db()
    assert flow.next_run_at == NOW + timedelta(minutes=10)
    assert (Run.objects.get().actor, Run.objects.get().note) == ("schedule", "schedule")


def test_flow_that_is_off_is_never_due(catalogue: Catalogue, flow: Flow) -> None:
    set_schedule(flow, "*/10 * * * *", now=NOW - timedelta(minutes=40))
    set_mode(flow, "off", actor="olga", now=NOW)

    assert run_due_schedules(NOW) == 0


def test_schedule_is_utc_whatever_zone_now_comes_in(flow: Flow) -> None:
    berlin = datetime.fromisoformat("2026-11-23T12:00:00+01:00")

    set_schedule(flow, "30 11 * * *", now=berlin)

    assert flow.next_run_at == datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("schedule", ["every day", "61 * * * *", "* * * * * *"])
def test_schedule_that_is_none_is_refused(flow: Flow, schedule: str) -> None:
    with pytest.raises(NeedsOperator, match="is not a schedule"):
        set_schedule(flow, schedule, now=NOW)


# ---------------------------------------------------------------- after a change of the rules


def run_at(flow: Flow, hours: float, **more: Any) -> Run:
    request_run(flow, actor="olga", now=NOW + timedelta(hours=hours), **more)
    runner.drain("batch")
    found = Run.objects.first()
    assert found is not None
    return found


@pytest.mark.parametrize("change", [_new_setting, _new_address, _new_mapping])
def test_first_run_after_a_change_of_the_rules_reads_everything_and_says_why(
    catalogue: Catalogue, flow: Flow, change: Callable[[Flow], None]
) -> None:
    assert run_at(flow, 0).is_complete
    assert not run_at(flow, 1).is_complete
    change(flow)

    after = run_at(flow, 2)

    assert after.is_complete
    assert OTHER_RULES in after.note
    again = run_at(flow, 3)
    assert not again.is_complete
    assert OTHER_RULES not in again.note


@pytest.mark.parametrize("name", ["hand_edits", "complete_every_h", "most_removals_pct"])
def test_change_of_what_decides_nothing_is_no_reason_to_read_everything(
    catalogue: Catalogue, flow: Flow, name: str
) -> None:
    run_at(flow, 0)
    Flow.objects.update(settings={name: 48})

    assert not run_at(flow, 1).is_complete


def test_run_that_an_event_asked_for_leaves_it_to_the_next_one(
    catalogue: Catalogue, flow: Flow
) -> None:
    run_at(flow, 0)
    _new_mapping(flow)

    assert not run_at(flow, 1, may_complete=False).is_complete
    assert run_at(flow, 2).is_complete


def test_complete_run_that_did_not_end_is_asked_for_again(catalogue: Catalogue, flow: Flow) -> None:
    run_at(flow, 0)
    _new_mapping(flow)
    catalogue.errors = {"2": Rejected("No such field.")}
    assert run_at(flow, 1).state == "failed"
    verbs.cancel(SyncJob.objects.latest("id"), actor="olga", reason="later")

    assert run_at(flow, 2).is_complete


def test_other_rules_cost_one_query_of_a_run(catalogue: Catalogue, flow: Flow) -> None:
    run_at(flow, 0)
    with CaptureQueriesContext(connection) as asked:
        request_run(flow, actor="olga", now=NOW + timedelta(hours=1))

    about = [one["sql"] for one in asked if "started_at" in one["sql"].partition("WHERE")[2]]
    assert len(about) == 1
