"""What is SAP's own about orders, deliveries and prices; the rest is in the contract suite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.sap.settings import read_settings
from integrations.errors import NeedsOperator
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, Window
from tests.adapters.sap.sales import Sales
from tests.contract.offices.sap import SapOffice

RELATED = {"reference": "related_object", "related_object_type": "0001"}
D = Decimal


def question(office: SapOffice, *asks: PriceAsk, role: str = "usual") -> PriceQuestion:
    return PriceQuestion(
        customer_ref=office.customer(role),  # type: ignore[arg-type]
        currency="EUR",
        asked_on=datetime.now(UTC).date(),
        lines=asks,
    )


def test_order_arrives_blocked_and_is_released_when_confirmed(sales: Sales) -> None:
    adapter = sales.office.adapter()
    order = adapter.create_order(sales.draft())
    assert sales.office.company.order(order.ref)["DeliveryBlockReason"] == "Z1"

    confirmed = adapter.confirm_order(order.ref)

    assert confirmed.is_confirmed
    assert sales.office.company.order(order.ref)["DeliveryBlockReason"] == ""


def test_order_over_the_limit_waits_until_credit_releases_it(sales: Sales) -> None:
    office, adapter = sales.office, sales.office.adapter()
    draft = sales.draft(customer_ref=office.customer("over_limit"))
    order = adapter.create_order(draft)

    with pytest.raises(NeedsOperator) as held:
        adapter.confirm_order(order.ref)
    assert held.value.reason == "credit_block"
    (waiting,) = adapter.order_progress([order.ref])
    assert waiting.state == "received"

    office.company.release_credit(order.ref)

    assert adapter.confirm_order(order.ref).is_confirmed


def test_related_object_leaves_the_customer_reference_to_the_buyer(sales: Sales) -> None:
    adapter = sales.office.adapter(settings=RELATED)
    draft = sales.draft(po_number="PO-77", our_ref="order_01" + "X" * 40)

    order = adapter.create_order(draft)

    assert sales.office.company.order(order.ref)["PurchaseOrderByCustomer"] == "PO-77"
    found = adapter.find_order(draft.our_ref)
    assert found == order
    assert [line.our_ref for line in order.lines] == ["ordli_1"]
    (sighting,) = adapter.orders_under(draft.our_ref)
    assert sighting.is_untouched


def test_reference_that_does_not_fit_is_told_before_anything_is_sent(sales: Sales) -> None:
    with pytest.raises(NeedsOperator) as caught:
        sales.office.adapter().create_order(sales.draft(our_ref="order_01" + "X" * 40))

    assert caught.value.reason == "ref_too_long"


def test_order_that_somebody_edited_is_not_untouched(sales: Sales) -> None:
    adapter = sales.office.adapter()
    order = adapter.create_order(sales.draft())
    assert adapter.orders_under("order_01ABC")[0].is_untouched

    sales.office.edit_line(order.ref, "ordli_1", quantity=4)

    assert not adapter.orders_under("order_01ABC")[0].is_untouched


def test_line_that_was_added_in_sap_is_not_ours_and_stays(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    item = {"Material": "TAPE-5M", "RequestedQuantity": "1"}
    sales.office.company.add_below(
        "A_SalesOrder", sales.office.company.order(order.ref), "to_Item", item
    )

    changed = adapter.change_order(order.ref, sales.draft([replace(sales.line(), quantity=D(2))]))

    assert [(line.our_ref, line.quantity) for line in changed.lines] == [("ordli_1", 2), ("", 1)]


def test_line_that_is_taken_out_is_rejected_and_may_come_back(sales: Sales) -> None:
    both = sales.draft([sales.line(), sales.line("ordli_2")], total="921.06")
    order, adapter = sales.confirmed(both), sales.office.adapter()

    without = adapter.change_order(order.ref, sales.draft())
    assert [line.quantity for line in without.lines] == [3, 0]
    assert without.gross_total == D("460.53")

    assert adapter.change_order(order.ref, both).gross_total == D("921.06")


def test_address_of_the_ship_to_party_follows(sales: Sales) -> None:
    draft = sales.draft()
    order, adapter = sales.confirmed(draft), sales.office.adapter()

    adapter.change_order(order.ref, replace(draft, ship_to=replace(draft.ship_to, city="Kiel")))

    (row,) = sales.office.standin.store.find("A_SalesOrderPartnerAddress", SalesOrder=order.ref)
    assert (row["CityName"], row["StreetName"]) == ("Kiel", "Hafenstr. 1")


def test_delivery_without_goods_issue_is_no_shipment_and_stops_a_cancel(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    delivery = sales.office.company.deliver(order.ref)

    (progress,) = adapter.order_progress([order.ref])
    assert (progress.state, progress.shipments) == ("confirmed", ())
    with pytest.raises(NeedsOperator) as caught:
        adapter.cancel_order(order.ref, "asked to")
    assert caught.value.reason == "in_delivery"

    sales.office.company.post_goods_issue(delivery, tracking="00340")

    (progress,) = adapter.order_progress([order.ref])
    assert progress.state == "shipped"
    assert progress.shipments[0].tracking_url == "https://track.example.test/00340"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"InvoiceClearingStatus": "B"}, ("partial", D("460.53"))),
        ({"InvoiceClearingStatus": "C"}, ("paid", D(0))),
        ({"BillingDocumentIsCancelled": True}, ("reversed", D(0))),
    ],
)
def test_invoice_stands(
    sales: Sales, changes: dict[str, object], told: tuple[str, Decimal]
) -> None:
    order = sales.confirmed()
    sales.office.company.change_bill(sales.office.invoice(order.ref), **changes)

    (progress,) = sales.office.adapter().order_progress([order.ref])

    (invoice,) = progress.invoices
    assert (invoice.payment_state, invoice.open_amount) == told
    assert invoice.due_on is not None
    assert invoice.issued_on is not None
    assert invoice.due_on - invoice.issued_on == timedelta(days=30)


def test_invoice_that_accounting_did_not_post_is_not_told(sales: Sales) -> None:
    order = sales.confirmed()
    number = sales.office.invoice(order.ref)
    sales.office.company.change_bill(number, AccountingPostingStatus="B")

    (progress,) = sales.office.adapter().order_progress([order.ref])

    assert progress.invoices == ()


def test_returns_are_left_out_where_their_service_is_not_set_up(sales: Sales) -> None:
    order = sales.confirmed()
    sales.office.ship(order.ref)
    sales.office.take_back(order.ref, {"ordli_1": 1})
    sales.office.standin.without.add("API_CUSTOMER_RETURN_SRV")

    (progress,) = sales.office.adapter().order_progress([order.ref])

    assert (progress.state, progress.returns) == ("shipped", ())


def test_price_is_binding_and_says_what_is_confirmed(office: SapOffice) -> None:
    asks = (
        PriceAsk(our_ref="a", product_ref="DRILL-18V", quantity=D(10)),
        PriceAsk(our_ref="b", product_ref="LASER-3D", quantity=D(5)),
    )

    drill, laser = office.adapter().quote_prices(question(office, *asks, role="contract"))

    assert isinstance(drill, PriceAnswer)
    assert isinstance(laser, PriceAnswer)
    assert (drill.net_unit_price, drill.list_price, drill.is_binding) == (115, 129, True)
    assert (drill.confirmed_quantity, drill.unit) == (10, "PC")
    assert drill.available_on is not None
    assert laser.confirmed_quantity == 3  # of five: three lie in the north


def test_price_per_hundred_and_of_another_unit_is_told_per_sales_unit(office: SapOffice) -> None:
    office.company.add_material("CLIP", "Clip", units={"CAR": (12, 1)})
    office.company.add_price("CLIP", "24.00", unit="CAR", per=10)

    window = Window(start=None, end=datetime.now(UTC))
    adapter, cursor, found = office.adapter(), None, []
    while True:
        page = adapter.price_page(window, cursor)
        found += [price for price in page.rows if price.variant_ref == "CLIP"]
        cursor = page.next_cursor
        if cursor is None:
            break

    (price,) = found
    assert (price.net_unit_price, price.unit) == (D("0.2"), "PC")  # 24.00 for 10 × 12


def test_condition_with_a_key_we_do_not_know_is_left_out(office: SapOffice) -> None:
    office.company.add_price("SAW-65", "1.00", ShippingCondition="01")

    page = office.adapter().price_page(Window(start=None, end=datetime.now(UTC)), None)

    assert not [one for one in page.rows if one.net_unit_price == 1]


def test_consignment_and_blocked_stock_do_not_count(office: SapOffice) -> None:
    for stock_type, special in (("07", ""), ("01", "K")):
        office.company.set_stock("SAW-65", "1010", 99, stock_type=stock_type, special=special)
    office.company.set_stock("SAW-65", "1010", 5, location="101B")

    page = office.adapter().stock_page(Window(start=None, end=datetime.now(UTC)), None)

    (level,) = [one for one in page.rows if (one.sku, one.location_ref) == ("SAW-65", "1010")]
    assert level.on_hand == 205


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sales_organization", "10101"),
        ("client", "1000"),
        ("language", "english"),
        ("currencies", "Euro"),
        ("payment_terms", "net 30"),
        ("tracking_url", "https://track.example/number"),
        ("settle_s", "soon"),
        ("plants", "10100"),
        ("token_url", "not an address"),
    ],
)
def test_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(NeedsOperator, match=f"'{name}'"):
        read_settings({name: value})


def test_what_sap_remarks_on_an_order_comes_with_it(sales: Sales) -> None:
    sales.office.company.sales_data("DRILL-18V")["MinimumOrderQuantity"] = Decimal(10)  # type: ignore[index]

    order = sales.office.adapter().create_order(sales.draft())

    assert order.remarks == ("Minimum order quantity of 10 has not been reached",)
    assert order.gross_total == Decimal("460.53")
