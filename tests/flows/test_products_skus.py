"""A SKU that moves to another article of the ERP: who has it in the shop, and whose stock it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.links import source_of, target_of
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import Work
from integrations.flows.runs.batch import PlanItem
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink, Run
from integrations.records import ErpProduct, Page, Window
from quotes.portal.articles import find
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt, shirt
from tests.flows.shops import connected

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVERYTHING = Window(start=None, end=NOW)
FIX = "give one of the two another SKU there, or archive it"


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = connected(medusa, sales_channel_id=medusa.shop.sales_channel_id)
    made: Flow = FlowFactory(
        kind="products",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=shop,
        settings={"manage_inventory": "yes", "hand_edits": "tell"},
    )
    return made


class Unhurried(Shelf):
    """Nothing changes while it is read."""

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        if window.start is not None:
            return Page(rows=(), next_cursor=None)
        return super().product_page(window, cursor)


def read(flow: Flow, *products: ErpProduct, page_size: int = 500) -> list[PlanItem]:
    """A whole complete run; what it has to tell."""
    run = RunFactory(
        flow=flow,
        mode=flow.mode,
        state="running",
        finished_at=None,
        started_at=NOW + timedelta(hours=Run.objects.count()),
    )
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    items: list[PlanItem] = []
    cursor: str | None = ""
    with open_storefront(flow.target) as shop:
        pages = ProductPages(work, erp=Unhurried(*products, page_size=page_size), shop=shop)
        while cursor is not None:
            outcome = pages.handle(EVERYTHING, cursor or None)
            items += outcome.items
            cursor = outcome.next_cursor
    return items


def told(items: list[PlanItem]) -> list[tuple[str, str]]:
    return [(item.action, item.ref) for item in items]


def skus(medusa: MedusaStandIn, status: str = "published") -> dict[str, list[str]]:
    """By the ERP's ref."""
    return {
        one["external_id"]: [variant["sku"] for variant in one["variants"]]
        for one in medusa.products.values()
        if one["status"] == status
    }


def items_of(medusa: MedusaStandIn) -> dict[str, list[str]]:
    """Inventory items by SKU, with the SKUs of the variants that are counted by them."""
    found = {}
    for sku, item in medusa.catalogue.stock.items():
        pairs = [medusa.catalogue.variant(one) for one in medusa.catalogue.variants_of(item)]
        found[sku] = [pair[1]["sku"] for pair in pairs if pair]
    return found


def stocked(medusa: MedusaStandIn, flow: Flow, variant_ref: str) -> Decimal | None:
    _, variant = medusa.catalogue.variant(id_of(flow, variant_ref)) or ({}, {})
    item = medusa.catalogue.item_of(variant)
    return item["stocked"] if item else None


def id_of(flow: Flow, variant_ref: str) -> str:
    return target_of("variant", flow.source, variant_ref, flow.target) or ""


def nut(**more: object) -> ErpProduct:
    return bolt(ref="59", **{"sku": "NUT", "title": "Nut", **more})  # type: ignore[arg-type]


def remade(**more: object) -> ErpProduct:
    return bolt(ref="99", **{"title": "New bolt", **more})  # type: ignore[arg-type]


ARCHIVED = bolt(is_active=False)


# ---------------------------------------------------------------- archived, or gone


@pytest.mark.parametrize("page_size", [1, 2], ids=["over two pages", "in one page"])
def test_archived_article_leaves_its_sku_to_the_new_one(
    medusa: MedusaStandIn, flow: Flow, page_size: int
) -> None:
    read(flow, bolt())
    old = id_of(flow, "p58")
    medusa.set_stock("BOLT", 7)

    assert told(read(flow, ARCHIVED, remade(), page_size=page_size)) == [
        ("remove", "58"),
        ("create", "99"),
    ]

    assert skus(medusa) == {"99": ["BOLT"]}
    assert skus(medusa, "draft") == {"58": ["BOLT (p58)"]}
    assert items_of(medusa) == {"BOLT": ["BOLT"], "BOLT (p58)": ["BOLT (p58)"]}
    assert stocked(medusa, flow, "p58") == 7
    assert stocked(medusa, flow, "p99") is None
    # An order that was placed before still finds the article that was ordered.
    assert source_of("variant", flow.target, old, flow.source) == "p58"
    assert [one.sku for one in find("BOLT")] == ["BOLT"]


def test_settled_again_nobody_is_asked(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    read(flow, ARCHIVED, remade())
    Flow.objects.filter(pk=flow.pk).update(settings={"manage_inventory": "yes"})
    medusa.log.clear()

    assert told(read(Flow.objects.get(pk=flow.pk), ARCHIVED, remade())) == []
    assert not medusa.log


def test_deleted_article_leaves_its_sku_once_it_is_off_sale(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt())

    first, second = read(flow, remade()), read(flow, remade())

    assert [item.reason for item in first if item.action == "skip"] == [
        f"SKU BOLT is already sold as variant p58 of the ERP: {FIX}"
    ]
    assert told(first)[-1] == ("remove", "58")
    assert told(second) == [("create", "99")]
    assert (skus(medusa), skus(medusa, "draft")) == ({"99": ["BOLT"]}, {"58": ["BOLT (p58)"]})
    assert told(read(flow, remade())) == []


def test_product_that_a_hand_deleted_there_keeps_no_sku(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    read(flow, ARCHIVED)
    medusa.catalogue.batch({"delete": list(medusa.products)})

    read(flow, ARCHIVED, remade())

    assert skus(medusa) == {"99": ["BOLT"]}
    assert told(read(flow, ARCHIVED, remade())) == []


def test_article_that_comes_back_while_another_has_its_sku_waits(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt())
    read(flow, ARCHIVED, remade())

    items = read(flow, bolt(), remade(), page_size=1)

    assert [(item.action, item.ref, item.reason) for item in items] == [
        ("skip", "58", f"SKU BOLT is already sold as variant p99 of the ERP: {FIX}")
    ]
    assert skus(medusa) == {"99": ["BOLT"]}


def test_article_that_comes_back_after_the_other_gets_its_sku_again(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt())
    old = id_of(flow, "p58")
    medusa.set_stock("BOLT", 7)
    read(flow, ARCHIVED, remade())

    read(flow, bolt(), remade(is_active=False))

    assert (skus(medusa), skus(medusa, "draft")) == ({"58": ["BOLT"]}, {"99": ["BOLT (p99)"]})
    assert items_of(medusa) == {"BOLT": ["BOLT"], "BOLT (p99)": ["BOLT (p99)"]}
    assert (id_of(flow, "p58"), stocked(medusa, flow, "p58")) == (old, 7)
    assert not HandEdit.objects.exists()


def test_two_articles_on_sale_under_one_sku_are_a_question(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt())

    (item,) = read(flow, bolt(), remade(), page_size=1)

    assert (item.action, item.ref) == ("skip", "99")
    assert item.reason == f"SKU BOLT is already sold as variant p58 of the ERP: {FIX}"


def test_article_that_cannot_be_read_gives_nothing_up(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    unreadable = replace(bolt(), variants=(), is_active=True, problem="it has no name")

    read(flow, unreadable, remade())

    assert skus(medusa) == {"58": ["BOLT"]}


# ---------------------------------------------------------------- others' SKUs


def test_product_of_nobody_keeps_its_sku(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    read(flow, ARCHIVED)
    medusa.catalogue.batch({"delete": list(medusa.products)})
    stranger = medusa.add_product("BOLT", {"eur": "5.00"}, title="Somebody's", stock=3)

    read(flow, ARCHIVED, remade(title="Own bolt", sku="BOLT"))

    assert medusa.catalogue.variant_id_of("BOLT") == stranger
    assert items_of(medusa) == {"BOLT": ["BOLT"]}


def test_inventory_item_of_another_variant_is_left_alone(medusa: MedusaStandIn, flow: Flow) -> None:
    kit = medusa.add_product("KIT", {"eur": "5.00"}, stock=3)
    (item,) = medusa.catalogue.stock.values()
    medusa.catalogue.rename_item(item["id"], "BOLT")

    (failed,) = read(flow, remade())

    assert failed.reason.startswith("Inventory item with sku: BOLT, already exists.")
    assert medusa.catalogue.counted == {kit: "BOLT"}


# ---------------------------------------------------------------- swaps


def test_articles_of_one_page_swap_their_skus(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    ids = id_of(flow, "p58"), id_of(flow, "p59")
    medusa.set_stock("BOLT", 7)
    medusa.set_stock("NUT", 4)

    read(flow, bolt(sku="NUT"), nut(sku="BOLT"))

    assert skus(medusa) == {"58": ["NUT"], "59": ["BOLT"]}
    assert ids == (id_of(flow, "p58"), id_of(flow, "p59"))
    assert (stocked(medusa, flow, "p58"), stocked(medusa, flow, "p59")) == (7, 4)
    assert items_of(medusa) == {"BOLT": ["BOLT"], "NUT": ["NUT"]}
    assert told(read(flow, bolt(sku="NUT"), nut(sku="BOLT"))) == []
    assert not HandEdit.objects.exists()


def test_articles_of_two_pages_have_swapped_with_the_second_run(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt(), nut())
    swapped = bolt(sku="NUT"), nut(sku="BOLT")

    assert told(read(flow, *swapped, page_size=1)) == [("skip", "58"), ("change", "59")]
    assert skus(medusa) == {"58": ["BOLT (p58)"], "59": ["BOLT"]}
    assert not HandEdit.objects.exists()
    assert told(read(flow, *swapped, page_size=1)) == [("change", "58")]

    assert skus(medusa) == {"58": ["NUT"], "59": ["BOLT"]}
    assert not HandEdit.objects.exists()
    assert told(read(flow, *swapped, page_size=1)) == []


def test_three_articles_pass_their_skus_round(medusa: MedusaStandIn, flow: Flow) -> None:
    screw = bolt(ref="60", sku="SCREW", title="Screw")
    read(flow, bolt(), nut(), screw)
    ids = [id_of(flow, one) for one in ("p58", "p59", "p60")]

    read(flow, bolt(sku="NUT"), nut(sku="SCREW"), bolt(ref="60", sku="BOLT", title="Screw"))

    assert skus(medusa) == {"58": ["NUT"], "59": ["SCREW"], "60": ["BOLT"]}
    assert ids == [id_of(flow, one) for one in ("p58", "p59", "p60")]
    assert set(items_of(medusa)) == {"BOLT", "NUT", "SCREW"}


def test_sizes_of_one_product_swap_their_skus(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, shirt("S", "M"))
    ids = id_of(flow, "p70-S"), id_of(flow, "p70-M")
    small, medium = shirt("S", "M").variants
    swapped = replace(small, sku="SHIRT-M"), replace(medium, sku="SHIRT-S")

    read(flow, replace(shirt("S", "M"), variants=swapped))

    assert ids == (id_of(flow, "p70-S"), id_of(flow, "p70-M"))
    assert medusa.catalogue.variant_id_of("SHIRT-M") == ids[0]


def test_article_gives_its_sku_to_a_new_one(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())

    read(flow, remade(), bolt(sku="BOLT-2"))

    assert skus(medusa) == {"58": ["BOLT-2"], "99": ["BOLT"]}
    assert items_of(medusa) == {"BOLT": ["BOLT"], "BOLT-2": ["BOLT-2"]}


def test_size_made_anew_under_its_sku_is_another_variant(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, shirt("S", "M"))
    old = id_of(flow, "p70-M")
    small, medium = shirt("S", "M").variants

    read(flow, replace(shirt("S", "M"), variants=(small, replace(medium, ref="p70-M2"))))

    assert skus(medusa) == {"70": ["SHIRT-S", "SHIRT-M"]}
    assert id_of(flow, "p70-M2") == medusa.catalogue.variant_id_of("SHIRT-M") != old
    assert source_of("variant", flow.target, old, flow.source) == "p70-M"


def test_article_that_takes_its_sku_back_before_it_is_given_away_is_written_again(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt(), nut())
    read(flow, bolt(sku="NUT"), nut(sku="BOLT"), page_size=1)  # nuts are sold as BOLT now

    read(flow, bolt(), nut(), page_size=1)
    read(flow, bolt(), nut(), page_size=1)

    assert skus(medusa) == {"58": ["BOLT"], "59": ["NUT"]}
    assert not IdLink.objects.exclude(fingerprint="").filter(kind="variant").exists()


def test_stand_in_that_somebody_has_gets_another_form(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    old = id_of(flow, "p58")
    medusa.add_product("BOLT (p58)", {"eur": "5.00"})

    read(flow, ARCHIVED, remade())

    assert skus(medusa, "draft") == {"58": [f"BOLT ({old})"]}
    assert skus(medusa)["99"] == ["BOLT"]


# ---------------------------------------------------------------- plans


@pytest.mark.parametrize("mode", ["shadow", "assisted"])
def test_plan_tells_whose_sku_is_freed(medusa: MedusaStandIn, flow: Flow, mode: str) -> None:
    read(flow, bolt())
    read(flow, ARCHIVED)
    Flow.objects.filter(pk=flow.pk).update(mode=mode)

    (item,) = read(Flow.objects.get(pk=flow.pk), ARCHIVED, remade())

    assert (item.action, item.ref) == ("create", "99")
    assert item.changes[-1] == ("SKU BOLT", "of variant p58, which is off sale", "p58: BOLT (p58)")
    assert skus(medusa, "draft") == {"58": ["BOLT"]}


def test_plan_of_a_swap_tells_both(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    Flow.objects.filter(pk=flow.pk).update(mode="assisted")

    items = read(Flow.objects.get(pk=flow.pk), bolt(sku="NUT"), nut(sku="BOLT"))

    assert told(items) == [("change", "58"), ("change", "59")]
    assert items[0].changes[-1] == (
        "SKU NUT",
        "of variant p59, which has another SKU now",
        "p59: NUT (p59)",
    )


def test_second_plan_of_a_swap_over_two_pages_tells_both(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    swapped = bolt(sku="NUT"), nut(sku="BOLT")
    Flow.objects.filter(pk=flow.pk).update(mode="assisted")
    planning = Flow.objects.get(pk=flow.pk)

    assert told(read(planning, *swapped, page_size=1)) == [("skip", "58"), ("change", "59")]
    assert told(read(planning, *swapped, page_size=1)) == [("change", "58"), ("change", "59")]
    assert skus(medusa) == {"58": ["BOLT"], "59": ["NUT"]}


# ---------------------------------------------------------------- inventory items left over


def test_article_that_is_counted_again_has_what_it_had(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    medusa.set_stock("BOLT", 7)
    uncounted = {**flow.settings, "manage_inventory": "no"}
    counted = dict(flow.settings)

    Flow.objects.filter(pk=flow.pk).update(settings=uncounted)
    read(Flow.objects.get(pk=flow.pk), bolt())
    assert items_of(medusa) == {"BOLT": []}
    Flow.objects.filter(pk=flow.pk).update(settings=counted)
    items = read(Flow.objects.get(pk=flow.pk), bolt())

    assert told(items) == [("change", "58")]
    assert items_of(medusa) == {"BOLT": ["BOLT"]}
    assert stocked(medusa, flow, "p58") == 7


def test_new_article_does_not_sell_what_is_left_over_of_an_old_one(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    medusa.catalogue.set_stock("BOLT", Decimal(7))  # an item that nothing is counted by
    (left,) = medusa.catalogue.stock.values()

    assert told(read(flow, remade())) == [("create", "99")]

    assert stocked(medusa, flow, "p99") is None
    assert medusa.catalogue.stock[f"BOLT ({left['id']})"]["stocked"] == 7


def test_new_size_does_not_sell_what_is_left_over_of_an_old_one(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, shirt("S"))
    medusa.catalogue.set_stock("SHIRT-M", Decimal(7))

    assert told(read(flow, shirt("S", "M"))) == [("change", "70")]

    assert items_of(medusa)["SHIRT-M"] == ["SHIRT-M"]
    assert stocked(medusa, flow, "p70-M") is None


def test_stand_in_is_given_up_with_what_was_uncounted(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt())
    medusa.set_stock("BOLT", 7)
    Flow.objects.filter(pk=flow.pk).update(settings={"manage_inventory": "no"})
    read(Flow.objects.get(pk=flow.pk), bolt())
    Flow.objects.filter(pk=flow.pk).update(settings={"manage_inventory": "yes"})

    read(Flow.objects.get(pk=flow.pk), ARCHIVED, remade())

    assert items_of(medusa) == {"BOLT": ["BOLT"], "BOLT (p58)": []}
    assert medusa.catalogue.stock["BOLT (p58)"]["stocked"] == 7
