"""What has been kept long enough is forgotten."""

from datetime import timedelta

import pytest

from integrations.flows.retention import KEPT_RUNS, forget_old
from integrations.models import PriceAudit, PriceDrift, Run
from tests.factories import NOON, FlowFactory, RunFactory

pytestmark = pytest.mark.django_db

MUCH_LATER = NOON + timedelta(days=400)


def test_old_runs_go_but_for_the_newest_of_each_flow() -> None:
    flow = FlowFactory(kind="products")
    runs = RunFactory.create_batch(KEPT_RUNS + 3, flow=flow)
    other = RunFactory()

    forget_old(MUCH_LATER)

    kept = set(Run.objects.values_list("pk", flat=True))
    assert kept == {run.pk for run in runs[3:]} | {other.pk}


def test_run_that_has_not_ended_and_one_whose_job_may_go_on_stay() -> None:
    flow = FlowFactory(kind="products")
    running = RunFactory(flow=flow, state="running", finished_at=None)
    failed = RunFactory(flow=flow, state="failed")
    RunFactory.create_batch(KEPT_RUNS, flow=flow)
    flow.cursor = {"run": failed.pk, "page": None}
    flow.save()

    forget_old(MUCH_LATER)

    assert Run.objects.filter(pk__in=[running.pk, failed.pk]).count() == 2


def test_recent_runs_stay() -> None:
    RunFactory.create_batch(KEPT_RUNS + 1, flow=FlowFactory(kind="products"))

    assert forget_old(NOON + timedelta(hours=1)) == 0


def test_plan_stays_as_long_as_the_run_that_applied_it() -> None:
    flow = FlowFactory(kind="products")
    plan = RunFactory(flow=flow, mode="assisted")
    RunFactory.create_batch(KEPT_RUNS - 1, flow=flow)
    applied = RunFactory(flow=flow, mode="assisted", applies=plan)

    forget_old(MUCH_LATER)

    assert Run.objects.get(pk=applied.pk).applies == plan


def test_old_price_audits_go_with_what_they_found_but_for_the_newest() -> None:
    flow = FlowFactory(kind="prices")
    audits = [
        PriceAudit.objects.create(flow=flow, actor="nightly", state="done", finished_at=NOON)
        for _ in range(KEPT_RUNS + 2)
    ]
    for one in (audits[0], audits[-1]):
        PriceDrift.objects.create(
            audit=one, n=0, cause="tier", quantity=1, currency="EUR", asked_on=NOON.date()
        )

    forget_old(MUCH_LATER)

    assert set(PriceAudit.objects.values_list("pk", flat=True)) == {one.pk for one in audits[2:]}
    assert PriceDrift.objects.get().audit == audits[-1]
