"""`PullsStock`: by location; what is reserved is taken off once."""

from integrations.ports.erp import PullsStock, PushesOrders
from integrations.records import ErpStock, Window
from integrations.sandbox.goods import STOCK, USUAL_STOCK, Warehouse
from tests.contract.office import Office
from tests.contract.orders import Desk, able
from tests.contract.walking import all_rows, everything, now, since

Levels = dict[tuple[str, str], ErpStock]


def levels(office: Office, window: Window | None = None) -> Levels:
    """By SKU and location."""
    rows = all_rows(able(office, PullsStock).stock_page, window or everything())
    return {(row.sku, row.location_ref): row for row in rows}


def level(found: Levels, office: Office, sku: str, warehouse: Warehouse) -> int:
    """A level that does not come is zero."""
    row = found.get((sku, office.location(warehouse)))
    return int(row.available) if row else 0


def test_stock_is_told_by_location(own_office: Office) -> None:
    found = levels(own_office)

    for sku, depots in {**STOCK, "SAW-65": USUAL_STOCK, "GLOVE-M": USUAL_STOCK}.items():
        for warehouse, pieces in depots.items():
            assert level(found, own_office, sku, warehouse) == pieces, (sku, warehouse)
    row = found["SAW-65", own_office.location("main")]
    assert row.variant_ref == own_office.variant("SAW-65")
    assert row.location_name
    assert row.unit


def test_available_is_what_is_there_less_what_is_reserved(office: Office) -> None:
    odd = [row for row in levels(office).values() if row.available != row.on_hand - row.reserved]

    assert odd == []


def test_reserved_goods_are_taken_off_once(office: Office, desk: Desk) -> None:
    adapter = able(office, PullsStock, PushesOrders)
    before = level(levels(office), office, "DRILL-18V", "main")

    order = desk.confirmed(adapter)
    promised = level(levels(office), office, "DRILL-18V", "main")
    office.ship(order.ref)
    shipped = level(levels(office), office, "DRILL-18V", "main")

    assert (promised, shipped) == (before - 3, before - 3)


def test_counted_stock_comes_in_the_window(own_office: Office) -> None:
    able(own_office, PullsStock)
    began = now()
    own_office.set_stock("LASER-3D", "north", 17)

    found = levels(own_office, since(began))

    assert level(found, own_office, "LASER-3D", "north") == 17


def test_sold_out_is_told_and_not_left_out(own_office: Office) -> None:
    """Whoever knew of 40 pieces must learn that there are none."""
    able(own_office, PullsStock)
    began = now()
    own_office.set_stock("SAW-65", "north", 0)

    row = levels(own_office, since(began))["SAW-65", own_office.location("north")]

    assert row.available == 0


def test_small_pages_tell_the_same_levels(office: Office) -> None:
    adapter = able(office, PullsStock)
    whole = set(levels(office))
    if hasattr(adapter, "page_size"):
        adapter.page_size = 7

    rows = all_rows(adapter.stock_page, everything())

    assert {(row.sku, row.location_ref) for row in rows} == whole
