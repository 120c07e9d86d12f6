"""Stock over both protocols: several quants in one place, and what has not arrived."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from integrations.records import ErpStock, Window
from tests.adapters.odoo.office import Office


def rows_of(office: Office, product: int) -> dict[str, ErpStock]:
    """By name of the warehouse."""
    window = Window(start=None, end=datetime.now(UTC) + timedelta(seconds=1))
    page = office.adapter().stock_page(window, None)
    return {row.location_name: row for row in page.rows if row.variant_ref == str(product)}


def test_quants_of_one_place_are_summed(office: Office) -> None:
    """Orders that are reserved at the same moment leave quants of their own, without pieces."""
    office.erp.set_stock(office.bolt, 130)
    with office.erp.store.transaction():
        (quant,) = office.erp.store.find("stock.quant", "product_id", office.bolt)
        beside = {"product_id": office.bolt, "location_id": quant["location_id"]}
        office.erp.store.insert("stock.quant", {**beside, "reserved_quantity": 3})

    row = rows_of(office, office.bolt)["Main warehouse"]

    assert (row.on_hand, row.reserved, row.available) == (130, 3, 127)


def test_goods_to_come_are_told_with_their_first_day(office: Office) -> None:
    north = office.erp.add_warehouse("North", "N")
    office.erp.set_stock(office.bolt, 4)
    for pieces, day in ((50, 20), (25, 12)):
        arrives = datetime(2027, 1, day, 8, tzinfo=UTC)
        office.erp.expect(office.bolt, pieces, arrives, warehouse=north)

    rows = rows_of(office, office.bolt)

    assert (rows["North"].incoming, rows["North"].incoming_on) == (75, date(2027, 1, 12))
    assert (rows["North"].on_hand, rows["North"].available) == (0, 0)
    assert (rows["Main warehouse"].incoming, rows["Main warehouse"].incoming_on) == (0, None)


def test_services_have_no_stock(office: Office) -> None:
    assert rows_of(office, office.shipping) == {}


def test_order_of_a_warehouse_reserves_there(office: Office) -> None:
    north = office.erp.add_warehouse("North", "N")
    office.erp.set_stock(office.bolt, 10)
    office.erp.set_stock(office.bolt, 5, warehouse=north)
    adapter = office.adapter(settings=office.settings(warehouse_id=str(north)))
    adapter.confirm_order(adapter.create_order(office.draft()).ref)

    rows = rows_of(office, office.bolt)

    assert (rows["North"].reserved, rows["North"].available) == (3, 2)
    assert rows["Main warehouse"].available == Decimal(10)
