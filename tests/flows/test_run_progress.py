"""A run while it works: how far it is, why it did nothing, and how it is ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator, Unavailable
from integrations.flows.retention import PLAN_BATCH, forget_old
from integrations.flows.runs import (
    PageOutcome,
    PlanItem,
    Work,
    apply_plan,
    cancel_run,
    register_batch,
    request_run,
)
from integrations.flows.runs import batch as batches
from integrations.flows.runs.batch import HandlePage
from integrations.flows.runs.book import note_page
from integrations.flows.runs.plan import PlannedRefs, keep_items
from integrations.flows.runs.progress import progress_of
from integrations.models import Flow, PlannedChange, Run, StateChange
from integrations.records import Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def flow() -> Iterator[Flow]:
    usual = batches.batch_of("products")
    yield FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=ConnectionFactory()
    )
    register_batch("products", usual)


class Pages:
    """A source of so many pages of one record each; `at_page` happens while one is handled."""

    def __init__(self, count: int, *, items: int = 1, unchanged: int = 0) -> None:
        self.count, self.items, self.unchanged = count, items, unchanged
        self.handled: list[str | None] = []
        self.at_page: dict[int, object] = {}

    @contextmanager
    def open(self, work: Work) -> Iterator[HandlePage]:
        def handle(window: Window, cursor: str | None) -> PageOutcome:
            page = int(cursor or 0)
            self.handled.append(cursor)
            happens = self.at_page.pop(page, None)
            if isinstance(happens, Exception):
                raise happens
            if callable(happens):
                happens()
            items = tuple(change(f"{page}-{n}") for n in range(self.items))
            work.expect(one.ref for one in items)
            kept = tuple(one for one in items if work.is_planned(one.ref, one.fingerprint))
            following = str(page + 1) if page + 1 < self.count else None
            return PageOutcome(
                read=self.items + self.unchanged,
                unchanged=self.unchanged,
                items=kept,
                next_cursor=following,
            )

        yield handle


def change(ref: str) -> PlanItem:
    return PlanItem(
        action="change",
        ref=ref,
        label=f"Part {ref}",
        fingerprint=f"content of {ref}",
        changes=(("title", "Old", "New"),),
    )


def run(flow: Flow, pages: Pages) -> Run:
    register_batch("products", pages.open)
    request_run(flow, actor="olga")
    runner.drain("batch")
    return Run.objects.latest("id")


# ---------------------------------------------------------------- the plan as rows


def test_plan_keeps_its_order_and_what_changes(flow: Flow) -> None:
    made = run(flow, Pages(3, items=2))

    rows = list(made.planned.values_list("number", "ref", "changes"))
    assert [number for number, _, _ in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[2] == (3, "1-0", [["title", "Old", "New"]])


def test_page_that_is_read_again_after_a_failure_has_its_rows_once(flow: Flow) -> None:
    pages = Pages(3, items=2)
    pages.at_page[1] = Unavailable("The ERP is down.")
    made = run(flow, pages)
    assert made.planned.count() == 2

    SyncJob.objects.update(due_at=NOW)
    runner.drain("batch")

    assert pages.handled == [None, "1", "1", "2"]
    assert made.planned.count() == 6


def test_number_that_exists_is_refused_by_the_database(flow: Flow) -> None:
    made = RunFactory(flow=flow)
    keep_items(made, [change("a")])

    with pytest.raises(Exception, match=r"(?i)unique"):
        keep_items(made, [change("b")])


def test_page_costs_the_same_number_of_queries_however_long_the_plan_is(flow: Flow) -> None:
    made = RunFactory(flow=flow, state="running", finished_at=None)
    flow.cursor = {"run": made.pk, "page": None}
    flow.save()
    work = Work(flow=flow, run=made, actor="test", checkpoint=lambda: None)

    def queries_of_page(page: str | None, following: str) -> int:
        items = tuple(change(f"{page}-{n}") for n in range(100))
        outcome = PageOutcome(read=100, unchanged=0, items=items, next_cursor=following)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            note_page(work, page, outcome)
        return len(seen)

    first = queries_of_page(None, "1")
    for page in range(1, 20):
        queries_of_page(str(page), str(page + 1))
    assert queries_of_page("20", "21") == first <= 10


def test_what_was_planned_is_looked_up_page_by_page(flow: Flow) -> None:
    made = RunFactory(flow=flow)
    keep_items(made, [change(str(n)) for n in range(300)])
    planned = PlannedRefs(made)

    with CaptureQueriesContext(connection) as seen:
        planned.expect(str(n) for n in range(100, 200))
        found = [planned.get(str(n)) for n in range(100, 200)]

    assert len(seen) == 1
    assert found == [f"content of {n}" for n in range(100, 200)]
    assert planned.get("7") == "content of 7"  # not expected: looked up by itself
    assert planned.get("unknown") is None


def test_applied_plan_writes_what_was_planned_on_every_page(flow: Flow) -> None:
    flow.mode = Flow.Mode.ASSISTED
    flow.save()
    planned = run(flow, Pages(4, items=3))

    apply_plan(planned, actor="olga")
    runner.drain("batch")

    assert Run.objects.latest("id").changed == 12


def test_rows_of_old_plans_go_in_batches_before_their_runs(flow: Flow) -> None:
    old = RunFactory(flow=flow, finished_at=NOW)
    newest = RunFactory(flow=flow, finished_at=NOW)
    for made in (old, newest):
        PlannedChange.objects.bulk_create(
            PlannedChange(run=made, number=n, action="skip", ref=str(n))
            for n in range(1, PLAN_BATCH + 11)
        )

    assert forget_old(NOW + timedelta(days=15)) == PLAN_BATCH
    assert forget_old(NOW + timedelta(days=15)) == 10
    assert forget_old(NOW + timedelta(days=15)) == 0
    assert newest.planned.count() == PLAN_BATCH + 10


# ---------------------------------------------------------------- why nothing was done


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (Pages(1, items=0), "The source answered 0 records when asked for all there is."),
        (Pages(1, items=0, unchanged=5), "Nothing changed: 5 records were read"),
    ],
)
def test_run_that_did_nothing_says_why(flow: Flow, pages: Pages, words: str) -> None:
    assert words in run(flow, pages).note


def test_run_that_did_something_needs_no_words(flow: Flow) -> None:
    assert run(flow, Pages(1)).note == "press"


# ---------------------------------------------------------------- progress


def test_time_left_is_told_from_the_last_complete_run(flow: Flow) -> None:
    RunFactory(flow=flow, read=1000)
    register_batch("products", Pages(1).open)
    request_run(flow, actor="olga", complete=True, now=NOW)
    made = Run.objects.latest("id")
    assert made.expected == 1000

    made.read, made.begun_at = 250, NOW
    made.last_page_at = NOW + timedelta(seconds=50)
    progress = progress_of(made, now=NOW + timedelta(seconds=60))

    assert (progress.percent, progress.per_s) == (25, 5)
    assert progress.left == timedelta(seconds=150)


def test_nothing_is_promised_where_nothing_tells(flow: Flow) -> None:
    made = RunFactory(flow=flow, state="running", finished_at=None, read=10)

    progress = progress_of(made, now=NOW)

    assert (progress.percent, progress.left) == (None, None)


def test_source_that_grew_is_not_at_its_end(flow: Flow) -> None:
    made = RunFactory(flow=flow, state="running", finished_at=None, read=1100, expected=1000)

    assert progress_of(made, now=NOW).percent is None


# ---------------------------------------------------------------- cancelling


def test_run_at_work_ends_after_its_page_and_keeps_what_it_did(flow: Flow) -> None:
    pages = Pages(5)

    def press() -> None:
        cancel_run(Run.objects.get(), actor="olga", reason="wrong price list")

    pages.at_page[1] = press
    made = run(flow, pages)

    assert (made.state, pages.handled) == ("cancelled", [None, "1"])
    assert (made.changed, made.planned.count()) == (2, 2)
    assert "Cancelled by olga: wrong price list" in made.note
    assert SyncJob.objects.get().state == "done"
    assert StateChange.objects.get(subject="run").after == "cancelled"


def test_run_that_waits_for_its_source_is_cancelled_at_once(flow: Flow) -> None:
    pages = Pages(3)
    pages.at_page[1] = Unavailable("The ERP is down.")
    made = run(flow, pages)

    cancel_run(made, actor="olga", reason="not today")

    assert SyncJob.objects.get().state == "cancelled"
    assert Run.objects.get().state == "cancelled"


def test_run_that_is_over_is_not_cancelled(flow: Flow) -> None:
    made = run(flow, Pages(1))

    with pytest.raises(NeedsOperator, match="has ended: it is done"):
        cancel_run(made, actor="olga", reason="too late")
