"""Guard rails: a source that answers incompletely empties no shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.modes import set_mode
from integrations.flows.runs import (
    PageOutcome,
    PlanItem,
    Work,
    allow_removals,
    apply_plan,
    cancel_run,
    register_batch,
    request_run,
)
from integrations.flows.runs import batch as batches
from integrations.flows.runs.batch import HandlePage
from integrations.models import Flow, IdLink, Issue, Run, StateChange
from integrations.records import Window
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINKED = 100


class Shrunken:
    """A source that names a few records only, and a flow that removes the others in pages of
    ten, as it would after a complete reading."""

    def __init__(self, gone: int) -> None:
        self.gone = gone
        self.removed: list[str] = []
        self.looked: list[str | None] = []

    @contextmanager
    def open(self, work: Work) -> Iterator[HandlePage]:
        def handle(window: Window, cursor: str | None) -> PageOutcome:
            if cursor is None:
                return PageOutcome(read=50, unchanged=50, items=(), next_cursor="gone:0")
            self.looked.append(cursor)
            begin = int(cursor.removeprefix("gone:"))
            end = min(begin + 10, self.gone)
            items = tuple(removal(str(n)) for n in range(begin, end))
            if work.writes:
                planned = [one for one in items if work.is_planned(one.ref, one.fingerprint)]
                self.removed += [one.ref for one in planned]
            following = f"gone:{end}" if end < self.gone else None
            return PageOutcome(read=0, unchanged=0, items=items, next_cursor=following)

        yield handle


def removal(ref: str) -> PlanItem:
    return PlanItem(action="remove", ref=ref, label=f"Part {ref}", fingerprint="gone")


@pytest.fixture
def flow() -> Iterator[Flow]:
    usual = batches.batch_of("products")
    made: Flow = FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=ConnectionFactory()
    )
    links = [
        IdLink(
            kind="product",
            source=made.source,
            source_ref=str(n),
            target=made.target,
            target_ref=f"prod_{n}",
        )
        for n in range(LINKED)
    ]
    IdLink.objects.bulk_create(links)
    yield made
    register_batch("products", usual)


def run(flow: Flow, gone: int, now: datetime = NOW) -> tuple[Shrunken, Run]:
    source = Shrunken(gone)
    register_batch("products", source.open)
    request_run(flow, actor="olga", complete=True, now=now)
    runner.drain("batch")
    return source, Run.objects.latest("id")


def test_few_removals_need_no_question(flow: Flow) -> None:
    source, made = run(flow, gone=19)

    assert (made.state, made.removed, len(source.removed)) == ("done", 19, 19)


def test_mass_removal_stops_before_the_first_and_asks(flow: Flow) -> None:
    source, made = run(flow, gone=60)

    assert source.removed == []
    assert made.state == "failed"
    assert "the source may have answered incompletely" in made.note
    issue = Issue.objects.get(state="open")
    assert "would remove 20 records or more" in issue.title
    assert f"allow-removals {made.pk}" in issue.hint


def test_allowed_removals_go_on_and_close_the_issue(flow: Flow) -> None:
    source, made = run(flow, gone=60)

    allow_removals(made, actor="olga", reason="we gave up screws")
    runner.drain("batch")

    made.refresh_from_db()
    assert (made.state, made.removed, len(source.removed)) == ("done", 60, 60)
    assert made.removals_allowed_by == "olga"
    assert StateChange.objects.get(subject="run").reason == "we gave up screws"
    assert not Issue.objects.filter(state="open").exists()


def test_stopped_run_can_be_cancelled_and_nothing_was_removed(flow: Flow) -> None:
    source, made = run(flow, gone=60)

    cancel_run(made, actor="olga", reason="the ERP was being restored")

    made.refresh_from_db()
    assert (made.state, source.removed) == ("cancelled", [])
    assert SyncJob.objects.get().state == "cancelled"
    assert not Issue.objects.filter(state="open").exists()


def test_requeued_run_stops_again(flow: Flow) -> None:
    source, made = run(flow, gone=60)
    issue = Issue.objects.get()

    request_run(flow, actor="olga", now=NOW)  # the open one
    job = SyncJob.objects.get()
    assert job.state == "parked"
    assert issue.items.count() == 1
    assert source.removed == []


def test_share_can_be_set_on_the_flow(flow: Flow) -> None:
    flow.settings = {"most_removals_pct": "75"}
    flow.save()

    source, made = run(flow, gone=60)

    assert (made.state, len(source.removed)) == ("done", 60)


def test_plan_with_mass_removal_is_told_and_not_applied_without_a_word(flow: Flow) -> None:
    set_mode(flow, "assisted", actor="olga", now=NOW)
    source, planned = run(flow, gone=60)
    assert (planned.state, planned.removed) == ("done", 60)
    assert "would remove 60 records" in Issue.objects.get(state="open").title

    with pytest.raises(NeedsOperator, match="removes 60 records"):
        apply_plan(planned, actor="olga")
    allow_removals(planned, actor="olga", reason="meant")
    apply_plan(Run.objects.get(pk=planned.pk), actor="olga")
    runner.drain("batch")

    assert len(source.removed) == 60
    assert not Issue.objects.filter(state="open").exists()


def test_next_complete_plan_closes_the_issue(flow: Flow) -> None:
    set_mode(flow, "shadow", actor="olga", now=NOW)
    run(flow, gone=60)

    run(flow, gone=3, now=NOW + timedelta(hours=1))

    assert not Issue.objects.filter(state="open").exists()


def test_nobody_is_asked_nobody_answers(flow: Flow) -> None:
    _, made = run(flow, gone=3)

    with pytest.raises(NeedsOperator, match="nobody's word"):
        allow_removals(made, actor="olga", reason="to be sure")
