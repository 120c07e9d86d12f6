"""Audits of prices between a shop and an ERP that are both there: drifts are found and named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.links import bind
from integrations.flows.price_audit import request_audit, start_nightly
from integrations.models import IdLink, Issue, PriceAudit, PriceDrift, PriceRow
from tests import factories as make
from tests.flows.audit_scene import SKU, AuditScene, audit_scene, servers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def scene() -> Iterator[AuditScene]:
    medusa, odoo = servers()
    with medusa, odoo:
        yield audit_scene(medusa, odoo)


def causes(audit: PriceAudit) -> list[str]:
    return list(audit.drifts.values_list("cause", flat=True))


# ---------------------------------------------------------------- nothing is wrong


def test_nothing_is_reported_while_all_prices_are_in_step(scene: AuditScene) -> None:
    audit = scene.audit(size=60, seed=7)

    assert [(one.sku, one.cause, one.found) for one in audit.drifts.all()] == []
    assert (audit.state, audit.drifted, audit.uncompared) == ("done", 0, 0)
    assert audit.equal == len(audit.asked) > 40  # as many different ones as chance found
    assert not Issue.objects.exists()


def test_the_price_of_one_customer_is_compared_as_a_cart_charges_it(scene: AuditScene) -> None:
    for pieces, price in ((1, "122.55"), (10, "115"), (49, "115"), (50, "109")):
        audit = scene.audit(sku=SKU, quantity=Decimal(pieces))
        assert (audit.equal, scene.pays(pieces)) == (1, Decimal(price))


# ---------------------------------------------------------------- injected drifts


def missing_list(scene: AuditScene) -> None:
    scene.medusa.price_lists.delete(scene.row().storefront_list_id)


def stale_row(scene: AuditScene) -> None:
    scene.held()["amount"] = Decimal("121")


def deleted_row(scene: AuditScene) -> None:
    scene.medusa.price_lists.batch(scene.list()["id"], {"delete": [scene.held()["id"]]})


def tier(scene: AuditScene) -> None:
    scene.held(10)["min_quantity"] = 20
    scene.held()["max_quantity"] = 19


def rounding(scene: AuditScene) -> None:
    exact = Decimal("108.99504")
    PriceRow.objects.filter(pk=scene.row(50).pk).update(net_unit_price=exact)
    rule = scene.row(50).ref.partition(":")[0]
    scene.odoo.change_rule(int(rule), fixed_price=exact)
    scene.held(50)["amount"] = Decimal("109")


def currency(scene: AuditScene) -> None:
    scene.medusa.shop.region_ids.pop("eur")


def unruled_list(scene: AuditScene) -> None:
    scene.list()["rules"] = {}


def unknown(scene: AuditScene) -> None:
    scene.list()["type"] = "sale"
    variant = scene.medusa.catalogue.variant(scene.medusa.catalogue.variant_id_of(SKU))
    assert variant is not None
    PriceRow.objects.filter(sku=SKU, audience="everyone").delete()
    for row in variant[1]["prices"]:
        row["amount"] = Decimal("100")


def draft(scene: AuditScene) -> None:
    scene.list()["status"] = "draft"


def other_days(scene: AuditScene) -> None:
    scene.list()["ends_at"] = "2020-01-01T00:00:00.000Z"


def outside(scene: AuditScene) -> None:
    scene.medusa.customers.rows[scene.customer]["groups"] = []


def foreign_list(scene: AuditScene) -> None:
    scene.medusa.price_lists.create(
        {
            "title": "Summer",
            "type": "override",
            "status": "active",
            "rules": scene.list()["rules"],
            "prices": [
                {
                    "variant_id": scene.held()["variant_id"],
                    "currency_code": "eur",
                    "amount": Decimal("99"),
                }
            ],
        }
    )


def unpublished(scene: AuditScene) -> None:
    variant = scene.medusa.catalogue.variant(scene.medusa.catalogue.variant_id_of(SKU))
    assert variant is not None
    variant[0]["status"] = "draft"


def changed_in_erp(scene: AuditScene) -> None:
    rule = scene.row(50).ref.partition(":")[0]
    scene.odoo.change_rule(int(rule), fixed_price=Decimal("101"))


@pytest.mark.parametrize(
    ("inject", "pieces", "cause", "do"),
    [
        (missing_list, 1, "missing_list", "rewrite_prices"),
        (stale_row, 1, "stale_row", "rewrite_prices"),
        (deleted_row, 1, "stale_row", "rewrite_prices"),
        (changed_in_erp, 50, "stale_row", "rerun_prices"),
        (tier, 10, "tier", "rewrite_prices"),
        (rounding, 50, "rounding", "rewrite_prices"),
        (currency, 1, "currency", "enable_currency"),
        (unknown, 1, "unknown", "look"),
        (draft, 1, "list_draft", "activate_list"),
        (other_days, 1, "list_dates", "date_list"),
        (outside, 1, "not_in_group", "join_group"),
        (foreign_list, 1, "other_price", "remove_price"),
        (unpublished, 1, "no_price", "publish"),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_injected_drift_is_found_and_named(
    scene: AuditScene, inject: Callable[[AuditScene], None], pieces: int, cause: str, do: str
) -> None:
    with scene.medusa.lock:
        inject(scene)

    audit = scene.audit(sku=SKU, quantity=Decimal(pieces))

    assert (causes(audit), audit.drifted) == ([cause], 1), audit.drifts.values("found")
    drift = audit.drifts.get()
    assert drift.step["do"] == do
    assert drift.found
    assert drift.plan
    assert drift.erp_price != drift.storefront_price
    assert Issue.objects.get(state="open").cause == f"price_drift:{scene.flow.pk}:{cause}"


def test_list_that_is_for_everyone_is_found_by_what_others_pay(scene: AuditScene) -> None:
    with scene.medusa.lock:
        unruled_list(scene)
    other = next(one for one in scene.medusa.customers.rows if one != scene.customer)

    audit = scene.audit(account=other, sku=SKU)

    drift = audit.drifts.get()
    assert (drift.cause, drift.step["do"]) == ("unruled_list", "rule_list")
    assert (drift.erp_price, drift.storefront_price) == (Decimal(129), Decimal("122.55"))
    assert drift.step["list"] == scene.row().storefront_list_id


# ---------------------------------------------------------------- issues


def test_issue_closes_with_the_sample_that_finds_the_price_right_again(scene: AuditScene) -> None:
    with scene.medusa.lock:
        stale_row(scene)
    scene.audit(sku=SKU)
    issue = Issue.objects.get(state="open")

    scene.audit(size=1, seed=3)  # asks what drifted first
    issue.refresh_from_db()
    assert issue.state == "open"

    with scene.medusa.lock:
        scene.held()["amount"] = Decimal("122.55")
    scene.audit(size=1, seed=4)

    issue.refresh_from_db()
    assert issue.state == "resolved"


def test_one_named_price_that_is_right_closes_no_issue(scene: AuditScene) -> None:
    with scene.medusa.lock:
        stale_row(scene)
    scene.audit(sku=SKU)

    scene.audit(sku=SKU, quantity=Decimal(50))

    assert Issue.objects.get().state == "open"


# ---------------------------------------------------------------- what is not compared


def test_prices_with_tax_are_not_compared_and_say_so(scene: AuditScene) -> None:
    scene.medusa.shop.tax_inclusive = {"eur"}

    audit = scene.audit(sku=SKU)

    assert (causes(audit), audit.drifted, audit.uncompared) == (["not_compared"], 0, 1)
    assert "include tax" in audit.drifts.get().found
    assert not Issue.objects.exists()


def test_plugin_that_cannot_tell_prices_parks_the_audit_with_what_to_do(
    scene: AuditScene,
) -> None:
    scene.medusa.shop.plugin_version = "0.4.0"

    audit = scene.audit(sku=SKU)

    assert audit.state == "failed"
    assert "cannot tell what a customer is charged" in audit.note
    assert "0.5" in Issue.objects.get().hint


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"sku": "NOPE"}, "is not sold"),
        ({"account": "nobody@nowhere.test", "sku": SKU}, "No customer"),
        ({"account": "somebody"}, "both"),
        ({"size": 0}, "1 to 500"),
        ({"sku": SKU, "quantity": Decimal("1.5")}, "whole pieces"),
    ],
)
def test_question_that_makes_no_sense_is_refused(
    scene: AuditScene, asked: dict[str, object], words: str
) -> None:
    if "sku" in asked:
        asked = {"account": scene.customer, **asked}

    with pytest.raises(NeedsOperator, match=words):
        request_audit(scene.flow, actor="test", **asked)  # type: ignore[arg-type]

    assert not PriceAudit.objects.exists()


# ---------------------------------------------------------------- samples and nights


def test_sample_prefers_what_was_sold_and_is_the_same_for_the_same_seed(scene: AuditScene) -> None:
    order = make.OrderFactory(
        storefront=scene.portal.shop, customer_id=scene.customer, currency="EUR"
    )
    for quantity in (7, Decimal("1.5")):
        make.OrderLineFactory(order=order, sku="TAPE-5M", quantity=quantity)

    first, second, third = (scene.audit(size=20, seed=seed) for seed in (5, 5, 6))

    assert first.asked == second.asked != third.asked
    assert first.chosen["sold"] == 1
    assert sum(first.chosen.values()) == first.done == 20
    assert any(one["sku"] == "TAPE-5M" and one["quantity"] == "7.0000000000" for one in first.asked)


def test_buyers_of_a_linked_company_are_sampled_too(scene: AuditScene) -> None:
    link = IdLink.objects.get(kind="customer", source_ref=scene.customer)
    account = make.AccountFactory(name="Nordwind GmbH", storefront_group_id="cusgroup_own")
    make.BuyerFactory(account=account, storefront_customer_id=scene.customer)
    bind("account", link.source, "cusgroup_own", link.target, link.target_ref, actor="test")
    IdLink.objects.filter(kind="customer").delete()

    sample = scene.audit(size=5, seed=2)
    named = scene.audit(account="nordwind gmbh", sku=SKU, quantity=Decimal(50))

    assert {one["customer_id"] for one in sample.asked} == {scene.customer}
    assert (sample.equal, named.equal) == (5, 1)


def test_night_brings_one_sample_unless_it_is_switched_off(scene: AuditScene) -> None:
    night = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)

    assert start_nightly(night - timedelta(minutes=10)) == []
    (made,) = start_nightly(night)
    assert start_nightly(night + timedelta(minutes=10)) == []
    while runner.drain():
        pass
    made.refresh_from_db()
    assert (made.state, made.actor, made.wanted) == ("done", "nightly", 50)

    scene.flow.settings = {"audit_sample": "0"}
    scene.flow.save()
    assert start_nightly(night + timedelta(days=1)) == []


def test_audit_that_runs_is_returned_instead_of_a_second_one(scene: AuditScene) -> None:
    first = request_audit(scene.flow, actor="one")

    assert request_audit(scene.flow, actor="two") == first


def test_audit_goes_on_after_the_erp_was_away(scene: AuditScene) -> None:
    scene.odoo.dials.set("fail", times=1)

    made = scene.audit(size=20, seed=1)
    assert made.state == "running"
    SyncJob.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    while runner.drain():
        pass

    made.refresh_from_db()
    assert (made.state, made.equal, made.drifted) == ("done", 20, 0)
    assert PriceDrift.objects.count() == 0
