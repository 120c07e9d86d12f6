"""Products out of Odoo, in windows and pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.adapters.odoo.products import chain_of
from integrations.records import ErpCategory, ErpProduct, Window
from tests.adapters.odoo.office import Office

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIZES = [
    {"sku": "GLOVE-M", "value": "M", "barcode": "4006381333931"},
    {"sku": "GLOVE-L", "value": "L", "extra": "0.50", "weight": "0.25"},
]


def pull(
    adapter: OdooAdapter, *, start: datetime | None = None, end: datetime | None = None
) -> list[ErpProduct]:
    window = Window(start=start, end=end or datetime.now(UTC) + timedelta(seconds=2))
    rows: list[ErpProduct] = []
    cursor: str | None = None
    while True:
        page = adapter.product_page(window, cursor)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def test_first_pull_reads_all_goods_without_the_portals_own_services(office: Office) -> None:
    products = pull(office.adapter())

    assert [product.title for product in products] == ["Bolt", "Nut"]
    (variant,) = products[0].variants
    assert (variant.sku, variant.net_list_price, variant.unit) == (
        "BOLT",
        Decimal("19.99"),
        "Units",
    )
    assert variant.options == ()


def test_product_with_variants_comes_whole(office: Office) -> None:
    office.erp.add_template("Gloves", "4.85", SIZES, attribute="Size", category="Safety")

    gloves = next(one for one in pull(office.adapter()) if one.title == "Gloves")

    assert gloves.category == "Safety"
    assert [(one.sku, one.options, one.net_list_price) for one in gloves.variants] == [
        ("GLOVE-M", (("Size", "M"),), Decimal("4.85")),
        ("GLOVE-L", (("Size", "L"),), Decimal("5.35")),
    ]
    assert [one.weight_kg for one in gloves.variants] == [None, Decimal("0.25")]
    assert [one.barcode for one in gloves.variants] == ["4006381333931", ""]


def test_changed_variant_brings_its_whole_product(office: Office) -> None:
    gloves = office.erp.add_template("Gloves", "4.85", SIZES, attribute="Size")
    office.erp.store.clock = lambda: NOON + timedelta(days=365)
    office.erp.archive_product(gloves[0])

    (product,) = pull(
        office.adapter(),
        start=NOON + timedelta(days=364),
        end=NOON + timedelta(days=366),
    )

    assert [(one.sku, one.is_active) for one in product.variants] == [
        ("GLOVE-M", False),
        ("GLOVE-L", True),
    ]
    assert product.is_active


def test_archived_product_is_told_as_inactive(office: Office) -> None:
    office.erp.archive_product(office.nut)

    products = {product.title: product.is_active for product in pull(office.adapter())}

    assert products == {"Bolt": True, "Nut": False}


def test_pages_lose_no_row_of_one_second(office: Office) -> None:
    office.erp.store.clock = lambda: NOON
    for number in range(7):
        office.erp.add_product(f"P-{number}", f"Part {number}", 1)
    adapter = office.adapter()
    adapter.page_size = 3

    products = pull(adapter, start=NOON, end=NOON)

    assert {product.title for product in products} == {f"Part {number}" for number in range(7)}


def test_product_on_two_pages_comes_twice_and_whole(office: Office) -> None:
    office.erp.store.clock = lambda: NOON
    office.erp.add_template("Gloves", "4.85", SIZES, attribute="Size")
    adapter = office.adapter()
    adapter.page_size = 1

    products = pull(adapter, start=NOON, end=NOON)

    assert [(one.title, len(one.variants)) for one in products] == [("Gloves", 2), ("Gloves", 2)]


def test_price_of_zero_is_no_price(office: Office) -> None:
    office.erp.set_price(office.nut, 0)

    nut = next(one for one in pull(office.adapter()) if one.title == "Nut")

    assert nut.variants[0].net_list_price is None


def test_category_comes_with_all_above_it(office: Office) -> None:
    tools = office.erp.add_category("Tools")
    office.erp.add_category("Drills", parent=tools)
    office.erp.add_product("DRL-1", "Drill", "99", category="Drills")

    drill = next(one for one in pull(office.adapter()) if one.title == "Drill")

    assert [(one.name, one.parent_ref) for one in drill.category_chain] == [
        ("Drills", str(tools)),
        ("Tools", ""),
    ]


def test_chain_of_categories_ends_where_it_goes_round() -> None:
    one = ErpCategory(ref="1", name="Tools", parent_ref="2")
    two = ErpCategory(ref="2", name="Drills", parent_ref="1")

    assert chain_of(1, {1: one, 2: two}) == (one, two)
