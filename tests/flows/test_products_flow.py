"""Products on their way into a real shop server: what it ends up holding."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, OutcomeUnknown
from integrations.flows.links import target_of
from integrations.flows.products.flow import ProductPages
from integrations.flows.products.kept import categories_of
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import ArticleCopy, Connection, Flow, IdLink
from integrations.records import ErpCategory, ErpProduct, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt, product, shirt, variant

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop: Connection = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={
            "sales_channel_id": medusa.shop.sales_channel_id,
            "shipping_profile_id": medusa.shop.shipping_profile_id,
        },
    )
    made: Flow = FlowFactory(
        kind="products",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=shop,
        settings={"currency": "EUR"},
    )
    return made


@contextmanager
def pages(
    flow: Flow,
    shelf: Shelf,
    *,
    planned: dict[str, str] | None = None,
    checkpoint: Callable[[], None] = lambda: None,
) -> Iterator[ProductPages]:
    run = RunFactory(flow=flow, mode=flow.mode, state="running", finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=checkpoint, planned=planned)
    with open_storefront(flow.target) as shop:
        yield ProductPages(work, erp=shelf, shop=shop)


def once(act: Callable[[], None]) -> Callable[[], None]:
    acts = [act]
    return lambda: acts.pop()() if acts else None


def sync(flow: Flow, *products: ErpProduct) -> PageOutcome:
    with pages(flow, Shelf(*products)) as handler:
        return handler.handle(WINDOW, None)


def actions(outcome: PageOutcome) -> list[tuple[str, str]]:
    return [(item.action, item.ref) for item in outcome.items]


def by_handle(medusa: MedusaStandIn) -> dict[str, dict]:
    return {one["handle"]: one for one in medusa.products.values()}


def test_new_products_are_for_sale(medusa: MedusaStandIn, flow: Flow) -> None:
    outcome = sync(flow, bolt(), shirt("S", "M"))

    assert actions(outcome) == [("create", "58"), ("create", "70")]
    there = by_handle(medusa)
    assert there["bolt-58"]["status"] == "published"
    assert there["bolt-58"]["external_id"] == "58"
    assert there["bolt-58"]["sales_channels"] == [{"id": medusa.shop.sales_channel_id}]
    (only,) = there["bolt-58"]["variants"]
    assert (only["sku"], only["manage_inventory"]) == ("BOLT", False)
    assert [(one["currency_code"], one["amount"]) for one in only["prices"]] == [
        ("eur", Decimal("19.99"))
    ]
    assert [one["sku"] for one in there["shirt-s-70"]["variants"]] == ["SHIRT-S", "SHIRT-M"]


def test_links_tell_which_is_which(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, shirt("S", "M"))

    (there,) = medusa.products.values()
    assert target_of("product", flow.source, "70", flow.target) == there["id"]
    assert target_of("variant", flow.source, "p70-M", flow.target) == there["variants"][1]["id"]


def test_unchanged_products_cost_no_call_to_the_storefront(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, bolt(), shirt("S"))
    calls = len(medusa.log)

    outcome = sync(flow, bolt(), shirt("S"))

    assert (outcome.unchanged, outcome.items) == (2, ())
    assert len(medusa.log) == calls


def test_change_is_written_to_the_same_product(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, bolt())

    outcome = sync(flow, bolt(price="21.50", title="Better bolt"))

    assert actions(outcome) == [("change", "58")]
    (there,) = medusa.products.values()
    assert there["title"] == "Better bolt"
    assert there["variants"][0]["prices"][0]["amount"] == Decimal("21.50")


def test_handle_given_by_the_shop_survives_a_change(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, bolt())
    (there,) = medusa.products.values()
    medusa.catalogue.update(there["id"], {"handle": "the-famous-bolt"})

    sync(flow, bolt(price="21.50", sku="BOLT-2"))

    (there,) = medusa.products.values()
    assert (there["handle"], there["variants"][0]["sku"]) == ("the-famous-bolt", "BOLT-2")


def test_new_size_keeps_the_ids_of_the_others(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, shirt("S", "M"))
    (before,) = medusa.products.values()
    ids = [one["id"] for one in before["variants"]]

    sync(flow, shirt("S", "M", "L"))

    (after,) = medusa.products.values()
    assert [one["id"] for one in after["variants"]][:2] == ids
    assert [one["sku"] for one in after["variants"]] == ["SHIRT-S", "SHIRT-M", "SHIRT-L"]
    assert IdLink.objects.filter(kind="variant").count() == 3


def test_size_no_longer_made_is_removed_and_can_come_back(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, shirt("S", "M"))
    before = target_of("variant", flow.source, "p70-M", flow.target)
    small, medium = shirt("S", "M").variants
    without_m = replace(shirt("S", "M"), variants=(small, replace(medium, is_active=False)))

    sync(flow, without_m)
    (there,) = medusa.products.values()
    assert [one["sku"] for one in there["variants"]] == ["SHIRT-S"]
    # An order that was placed a minute ago still finds the SKU in the ERP.
    assert target_of("variant", flow.source, "p70-M", flow.target) == before

    sync(flow, shirt("S", "M"))
    (there,) = medusa.products.values()
    after = target_of("variant", flow.source, "p70-M", flow.target)
    assert after == there["variants"][1]["id"] != before


def test_sku_that_is_no_longer_sold_is_free_for_another_product(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    small, medium = shirt("S", "M").variants
    sync(flow, shirt("S", "M"))
    sync(flow, replace(shirt("S", "M"), variants=(small, replace(medium, is_active=False))))

    outcome = sync(flow, bolt(sku="SHIRT-M"))

    assert actions(outcome) == [("create", "58")]


def test_size_that_comes_back_is_another_one_whose_stock_is_not_known(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, shirt("S", "M"))
    for ref in ("p70-S@sloc_1", "p70-M@sloc_1"):
        IdLink.objects.create(
            kind="stock", source=flow.source, source_ref=ref, target=flow.target, target_ref=ref
        )
    sync(flow, shirt("S"))

    sync(flow, shirt("S", "M"))

    kept = IdLink.objects.filter(kind="stock").values_list("source_ref", flat=True)
    assert [*kept] == ["p70-S@sloc_1"]


def test_product_archived_later_does_not_bring_a_removed_size_back(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    small, medium = shirt("S", "M").variants
    gone = replace(medium, is_active=False)
    sync(flow, shirt("S", "M"))
    sync(flow, replace(shirt("S", "M"), variants=(small, gone)))

    archived = (replace(small, is_active=False), gone)
    sync(flow, replace(shirt("S", "M"), variants=archived, is_active=False))

    (there,) = medusa.products.values()
    assert (there["status"], len(there["variants"])) == ("draft", 1)


def test_archived_product_becomes_a_draft_and_is_not_deleted(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, bolt())

    sync(flow, bolt(is_active=False))

    (there,) = medusa.products.values()
    assert there["status"] == "draft"
    assert [one["sku"] for one in there["variants"]] == ["BOLT"]


def test_product_without_a_price_is_skipped_with_the_reason(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    outcome = sync(flow, bolt(price=None), bolt(ref="59", sku="NUT"))

    assert [(one.action, one.reason) for one in outcome.items] == [
        ("skip", "no price for BOLT: give it a sales price in the ERP"),
        ("create", ""),
    ]
    assert len(medusa.products) == 1


# ---------------------------------------------------------------- never twice


def test_lost_answer_leaves_one_product_in_the_shop(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.dials.set("lose_answer", only="products.batch", times=1)
    with pytest.raises(OutcomeUnknown):
        sync(flow, bolt())
    assert len(medusa.products) == 1

    outcome = sync(flow, bolt())

    assert len(medusa.products) == 1
    assert actions(outcome) == [("change", "58")]
    (there,) = medusa.products.values()
    assert target_of("product", flow.source, "58", flow.target) == there["id"]


def test_product_that_arrives_after_the_look_is_adopted(medusa: MedusaStandIn, flow: Flow) -> None:
    shelf = Shelf(bolt())

    def arrives() -> None:
        """An earlier try was still on its way: its product appears right before the write."""
        medusa.add_product("BOLT", {"eur": "19.99"}, external_id="58")

    with pages(flow, shelf, checkpoint=once(arrives)) as handler:
        outcome = handler.handle(WINDOW, None)

    assert len(medusa.products) == 1
    assert actions(outcome) == [("change", "58")]


def test_product_deleted_in_the_shop_is_made_anew(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, bolt(), shirt("S"))
    gone = by_handle(medusa)["bolt-58"]["id"]
    medusa.catalogue.batch({"delete": [gone]})

    outcome = sync(flow, bolt(price="21.50"), shirt("S", "M"))

    assert dict(actions(outcome))["create"] == "58"
    assert target_of("product", flow.source, "58", flow.target) not in (None, gone)
    assert len(medusa.products) == 2


def test_product_linked_by_hand_is_taken_over(medusa: MedusaStandIn, flow: Flow) -> None:
    variant_id = medusa.add_product("BOLT", {"eur": "5"})
    (there,) = medusa.products.values()
    IdLink.objects.create(
        kind="product",
        source=flow.source,
        source_ref="58",
        target=flow.target,
        target_ref=there["id"],
    )

    outcome = sync(flow, bolt())

    assert actions(outcome) == [("change", "58")]
    (after,) = medusa.products.values()
    assert (after["external_id"], after["handle"]) == ("58", "bolt")
    assert after["variants"][0]["id"] == variant_id


# ---------------------------------------------------------------- refusals, modes


def many(count: int) -> list[ErpProduct]:
    return [bolt(ref=str(n), sku=f"PART-{n}", title=f"Part {n}") for n in range(count)]


def test_bad_record_of_a_batch_stands_alone(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.add_product("NUT", {"eur": "1"})
    (foreign,) = medusa.products
    medusa.catalogue.update(foreign, {"handle": "part-37-37"})

    outcome = sync(flow, *many(250))

    failed = [item for item in outcome.items if item.action == "failed"]
    assert [(item.ref, item.reason) for item in failed] == [
        (
            "37",
            "Product with handle: part-37-37, already exists. Correct it in the ERP or in the "
            "storefront; the next run tries again.",
        )
    ]
    assert outcome.count("create") == 249
    assert len(medusa.products) == 250


def test_batches_stay_small(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, *many(250))

    sizes = [len(json.loads(one.body)["create"]) for one in medusa.worked("products.batch")]
    assert sizes == [100, 100, 50]


def test_refused_change_of_one_product_does_not_stop_the_others(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    one_size = product("80", "Cap", variant("p80", "CAP", Colour="red"))
    sync(flow, one_size, bolt())

    other_option = product("80", "Cap", variant("p80", "CAP", Material="wool"))
    outcome = sync(flow, other_option, bolt(price="21.50"))

    assert dict(actions(outcome)) == {"failed": "80", "change": "58"}


def test_flow_that_plans_only_writes_nothing(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.mode = Flow.Mode.SHADOW
    flow.save()

    outcome = sync(flow, bolt())

    assert actions(outcome) == [("create", "58")]
    assert medusa.products == {}
    assert not IdLink.objects.exists()


def test_applied_plan_writes_only_what_was_planned(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.mode = Flow.Mode.ASSISTED
    flow.save()
    plan = {one.ref: one.fingerprint for one in sync(flow, bolt(), shirt("S")).items}

    with pages(flow, Shelf(bolt(price="99"), shirt("S")), planned=plan) as handler:
        outcome = handler.handle(WINDOW, None)

    assert actions(outcome) == [("skip", "58"), ("create", "70")]
    assert list(by_handle(medusa)) == ["shirt-s-70"]


def test_products_nobody_owns_are_not_written(medusa: MedusaStandIn, flow: Flow) -> None:
    with pages(flow, Shelf(bolt())) as handler:
        Flow.objects.filter(pk=flow.pk).update(mode="off")  # switched off while the run is open

        with pytest.raises(NeedsOperator, match="No live flow owns the products"):
            handler.handle(WINDOW, None)

    assert medusa.products == {}


def test_prices_of_what_exists_are_left_while_a_prices_flow_owns_them(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, bolt(), shirt("S"))
    FlowFactory(kind="prices", mode="live", source=flow.source, target=flow.target)

    sync(flow, bolt(title="Longer bolt", price="25.00"), shirt("S", "M"))

    there = by_handle(medusa)
    assert there["bolt-58"]["title"] == "Longer bolt"
    assert [one["amount"] for one in there["bolt-58"]["variants"][0]["prices"]] == [
        Decimal("19.99")
    ]
    new = next(one for one in there["shirt-s-70"]["variants"] if one["sku"] == "SHIRT-M")
    assert [one["currency_code"] for one in new["prices"]] == ["eur"]  # it begins with its own


def test_gateway_leaves_prices_even_if_the_flow_does_not_know_yet(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, bolt())
    with pages(flow, Shelf(bolt(price="25.00"))) as handler:
        FlowFactory(kind="prices", mode="live", source=flow.source, target=flow.target)
        handler.handle(WINDOW, None)

    (only,) = by_handle(medusa)["bolt-58"]["variants"]
    assert [one["amount"] for one in only["prices"]] == [Decimal("19.99")]


@pytest.mark.parametrize(
    ("mode", "settings"), [("shadow", {}), ("live", {"list_prices": "no"}), ("off", {})]
)
def test_prices_flow_that_does_not_write_them_owns_no_list_prices(
    medusa: MedusaStandIn, flow: Flow, mode: str, settings: dict[str, str]
) -> None:
    FlowFactory(kind="prices", mode=mode, settings=settings, source=flow.source, target=flow.target)
    sync(flow, bolt())

    sync(flow, bolt(price="25.00"))

    (only,) = by_handle(medusa)["bolt-58"]["variants"]
    assert [one["amount"] for one in only["prices"]] == [Decimal("25.00")]


def test_category_of_each_article_is_kept_by_its_sku(flow: Flow) -> None:
    chain = (ErpCategory(ref="2", name="Acids", parent_ref="1"), ErpCategory(ref="1", name="All"))
    sync(flow, replace(shirt("S", "M"), category_chain=chain), bolt())

    skus = ["SHIRT-S", "SHIRT-M", "BOLT", "NONE"]
    assert categories_of(flow.source, skus) == {
        "SHIRT-S": "All / Acids",
        "SHIRT-M": "All / Acids",
        "BOLT": "Parts",
    }


def test_category_that_changed_in_the_erp_counts(flow: Flow) -> None:
    sync(flow, bolt())
    sync(flow, replace(bolt(), category="Tools"))
    sync(flow, replace(bolt(), category="", problem="its name cannot be read"))

    assert categories_of(flow.source, ["BOLT"]) == {"BOLT": "Tools"}
    assert ArticleCopy.objects.count() == 1
