"""Drifts that an audit found are repaired by a press, once, and compared again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.price_audit import repairable, request_repair
from integrations.models import Issue, PriceAudit, PriceDrift, Run, StateChange
from tests.flows import test_price_audit as drifts
from tests.flows.audit_scene import SKU, AuditScene, audit_scene, servers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def scene() -> Iterator[AuditScene]:
    medusa, odoo = servers()
    with medusa, odoo:
        yield audit_scene(medusa, odoo)


def found(scene: AuditScene, inject: Callable[[AuditScene], None], pieces: int) -> PriceAudit:
    with scene.medusa.lock:
        inject(scene)
    audit = scene.audit(sku=SKU, quantity=Decimal(pieces))
    assert audit.drifted == 1
    return audit


def repair(audit: PriceAudit) -> PriceAudit:
    """Asks for the repairs and lets the worker work; the audit that compares again."""
    request_repair(audit, actor="olga", reason="as planned")
    work()
    again = audit.again.get()
    assert again.state == "done", again.note
    return again


def work() -> None:
    for _ in range(5):
        SyncJob.objects.filter(state="queued").update(due_at=timezone.now() - timedelta(seconds=1))
        while runner.drain():
            pass


def stray_row(scene: AuditScene) -> None:
    price = {"variant_id": scene.held()["variant_id"], "currency_code": "eur", "amount": Decimal(9)}
    scene.medusa.price_lists.batch(str(scene.list()["id"]), {"create": [price]})


@pytest.mark.parametrize(
    ("inject", "pieces"),
    [
        (drifts.missing_list, 1),
        (drifts.stale_row, 1),
        (drifts.deleted_row, 1),
        (drifts.changed_in_erp, 50),
        (drifts.tier, 10),
        (drifts.rounding, 50),
        (drifts.draft, 1),
        (drifts.other_days, 1),
        (stray_row, 1),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_drift_is_repaired_and_found_no_more(
    scene: AuditScene, inject: Callable[[AuditScene], None], pieces: int
) -> None:
    audit = found(scene, inject, pieces)

    again = repair(audit)

    drift = audit.drifts.get()
    assert (drift.repair, drift.repaired_by) == ("done", "olga"), drift.repair_note
    assert drift.repair_note
    assert (again.equal, again.drifted, again.again_of) == (1, 0, audit)
    assert scene.pays(pieces) == drift.erp_price
    assert not Issue.objects.filter(state="open", cause__startswith="price_drift").exists()
    assert scene.audit(size=40, seed=3).drifted == 0


def test_list_for_everyone_is_for_its_group_again(scene: AuditScene) -> None:
    with scene.medusa.lock:
        drifts.unruled_list(scene)
    other = next(one for one in scene.medusa.customers.rows if one != scene.customer)
    audit = scene.audit(account=other, sku=SKU)
    assert audit.drifts.get().cause == "unruled_list"

    again = repair(audit)

    assert again.drifted == 0
    assert scene.list()["status"] == "active"
    assert list(scene.list()["rules"]) == ["customer.groups.id"]
    assert scene.pays(1) == Decimal("122.55")


def test_repair_that_was_pressed_twice_is_carried_out_once(scene: AuditScene) -> None:
    audit = found(scene, drifts.stale_row, 1)
    assert request_repair(audit, actor="olga", reason="as planned") == 1

    with pytest.raises(NeedsOperator, match="nothing left"):
        request_repair(audit, actor="otto", reason="me too")
    work()
    with pytest.raises(NeedsOperator, match="nothing left"):
        request_repair(audit, actor="otto", reason="me too")

    assert audit.drifts.get().repaired_by == "olga"
    assert SyncJob.objects.filter(kind="repair_prices").count() == 1
    assert PriceAudit.objects.filter(again_of=audit).count() == 1
    assert StateChange.objects.get(subject="price audit").reason == "as planned"


@pytest.mark.parametrize(
    ("inject", "do"),
    [(drifts.currency, "enable_currency"), (drifts.unknown, "look"), (drifts.foreign_list, None)],
    ids=["currency", "unknown", "foreign list"],
)
def test_what_people_decide_is_left_to_them(
    scene: AuditScene, inject: Callable[[AuditScene], None], do: str | None
) -> None:
    audit = found(scene, inject, 1)

    assert repairable(audit) == []
    with pytest.raises(NeedsOperator, match="nothing left"):
        request_repair(audit, actor="olga", reason="try")
    assert do is None or audit.drifts.get().step["do"] == do


def test_flow_that_does_not_write_repairs_nothing(scene: AuditScene) -> None:
    audit = found(scene, drifts.stale_row, 1)
    scene.flow.mode = "shadow"
    scene.flow.save()

    with pytest.raises(NeedsOperator, match="nothing is written"):
        request_repair(audit, actor="olga", reason="try")

    assert audit.drifts.get().repair == ""


def test_repair_without_the_right_to_write_fails_with_a_sentence(scene: AuditScene) -> None:
    """Nobody but a live customers flow puts customers into groups."""
    audit = found(scene, drifts.outside, 1)
    request_repair(audit, actor="olga", reason="as planned")
    work()

    drift = audit.drifts.get()
    assert drift.repair == "failed"
    assert "No live flow owns the customers" in drift.repair_note
    assert repairable(audit) == [drift]  # to be pressed again


def test_storefront_that_is_away_delays_the_repair(scene: AuditScene) -> None:
    audit = found(scene, drifts.stale_row, 1)
    scene.medusa.dials.set("fail", times=1)

    request_repair(audit, actor="olga", reason="as planned")
    while runner.drain():
        pass
    assert audit.drifts.get().repair == "asked"
    work()

    assert audit.drifts.get().repair == "done"


def test_comparing_again_waits_for_an_open_run(scene: AuditScene) -> None:
    audit = found(scene, drifts.stale_row, 1)
    last = Run.objects.latest("id")
    Run.objects.filter(pk=last.pk).update(state="running")

    request_repair(audit, actor="olga", reason="as planned")
    work()
    assert audit.drifts.get().repair == "done"
    assert not audit.again.exists()

    Run.objects.filter(pk=last.pk).update(state="done")
    work()
    assert audit.again.get().drifted == 0
    assert PriceDrift.objects.count() == 1


def test_another_day_is_compared_with_what_is_planned(scene: AuditScene) -> None:
    day = timezone.now().date() + timedelta(days=30)
    audit = scene.audit(sku=SKU, on=day)
    assert (audit.on, audit.equal) == (day, 1)

    with scene.medusa.lock:
        scene.list()["ends_at"] = (timezone.now() + timedelta(days=3)).isoformat()
    assert scene.audit(sku=SKU).equal == 1  # today it holds
    later = scene.audit(sku=SKU, on=day)

    drift = later.drifts.get()
    assert (drift.cause, drift.asked_on) == ("list_dates", day)
    assert repair(later).on == day
    assert scene.audit(sku=SKU, on=day).equal == 1


def test_sample_of_another_day(scene: AuditScene) -> None:
    day = timezone.now().date() + timedelta(days=30)

    audit = scene.audit(size=30, seed=7, on=day)

    assert (audit.state, audit.drifted) == ("done", 0), list(audit.drifts.values("found", "sku"))
    assert audit.equal > 20
