"""Where orders stand, from the documents of SAP.

Expected values are literals, read off recordings or worked out by hand.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.order_rows import OrderRows
from integrations.adapters.sap.standing import to_progress
from tests.adapters.sap.payloads import read_back, settings

D = Decimal


def progress_rows(**changed: Any) -> OrderRows:
    usual: dict[str, Any] = {
        "order": read_back(),
        "flow": [],
        "delivery_items": [],
        "deliveries": {},
        "bill_items": [],
        "bills": {},
        "return_items": {},
        "production": [],
    }
    return OrderRows(**{**usual, **changed})


def delivery(**changed: Any) -> dict[str, Any]:
    return {
        "DeliveryDocument": "80000001",
        "OverallGoodsMovementStatus": "C",
        "ActualGoodsMovementDate": "/Date(1795392000000)/",
        "LastChangeDate": None,
        "CreationDate": "/Date(1795392000000)/",
        "BillOfLading": "00340",
        **changed,
    }


def delivered(item: str, quantity: str) -> dict[str, Any]:
    return {
        "DeliveryDocument": "80000001",
        "ReferenceSDDocument": "2",
        "ReferenceSDDocumentItem": item,
        "ActualDeliveryQuantity": quantity,
        "GoodsMovementStatus": "C",
    }


def bill(**changed: Any) -> dict[str, Any]:
    return {
        "BillingDocument": "90000001",
        "SDDocumentCategory": "M",
        "BillingDocumentDate": "/Date(1795392000000)/",
        "LastChangeDateTime": "/Date(1795426563725+0000)/",
        "BillingDocumentIsCancelled": False,
        "TotalGrossAmount": "63.98",
        "TransactionCurrency": "EUR",
        "CustomerPaymentTerms": "0004",
        "AccountingPostingStatus": "C",
        "InvoiceClearingStatus": "A",
        **changed,
    }


def billed(item: str, quantity: str) -> dict[str, Any]:
    return {
        "BillingDocument": "90000001",
        "SalesDocument": "2",
        "SalesDocumentItem": item,
        "BillingQuantity": quantity,
    }


def production(**changed: Any) -> dict[str, Any]:
    flags = (
        "OrderIsReleased",
        "OrderIsPartiallyReleased",
        "OrderIsDelivered",
        "OrderIsTechnicallyCompleted",
        "OrderIsClosed",
        "OrderIsDeleted",
        "OrderIsMarkedForDeletion",
    )
    return {
        **dict.fromkeys(flags, ""),
        "SalesOrder": "2",
        "SalesOrderItem": "000010",
        "MfgOrderScheduledEndDate": "/Date(1798761600000)/",
        **changed,
    }


def state(rows: OrderRows) -> str:
    return to_progress(rows, settings()).state


def test_fresh_order_is_confirmed_and_says_when_goods_are_expected() -> None:
    progress = to_progress(progress_rows(), settings())

    assert progress.state == "confirmed"
    assert [(line.ordered, line.shipped, line.expected_on) for line in progress.lines] == [
        (5, 0, date(2026, 11, 24)),
        (2, 0, date(2026, 11, 24)),
    ]
    assert progress.changed_at == datetime(2026, 11, 23, 9, 36, 3, 264_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"OrderIsReleased": "X"}, "in_production"),
        ({"OrderIsPartiallyReleased": "X"}, "in_production"),
        ({}, "confirmed"),  # made, not released
        ({"OrderIsReleased": "X", "OrderIsDelivered": "X"}, "confirmed"),
        ({"OrderIsReleased": "X", "OrderIsTechnicallyCompleted": "X"}, "confirmed"),
        ({"OrderIsReleased": "X", "OrderIsDeleted": "X"}, "confirmed"),
        ({"OrderIsReleased": "X", "SalesOrderItem": "000030"}, "confirmed"),
        ({"OrderIsReleased": None}, "confirmed"),
    ],
)
def test_order_whose_item_is_being_made_is_in_production(
    changed: dict[str, Any], told: str
) -> None:
    assert state(progress_rows(production=[production(**changed)])) == told


def test_goods_that_left_say_more_than_production() -> None:
    rows = progress_rows(
        production=[production(OrderIsReleased="X")],
        delivery_items=[delivered("10", "1.000")],
        deliveries={"80000001": delivery()},
    )

    assert state(rows) == "partly_shipped"


def test_line_that_is_not_confirmed_is_expected_when_production_is_done() -> None:
    order = read_back()
    item = order["to_Item"]["results"][0]
    item["to_ScheduleLine"] = {"results": []}
    item["ConfdDelivQtyInOrderQtyUnit"] = "0"
    made = production(OrderIsReleased="X", MfgOrderScheduledEndDate="/Date(1799366400000)/")

    progress = to_progress(progress_rows(order=order, production=[made]), settings())

    assert progress.lines[0].expected_on == date(2027, 1, 8)
    assert progress.state == "in_production"


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([delivered("10", "5"), delivered("20", "2.000")], "shipped"),
        ([delivered("000010", "5"), delivered("000020", "2")], "shipped"),
        ([delivered("10", "5")], "partly_shipped"),
        ([delivered("10", "2"), delivered("10", "3"), delivered("20", "2")], "shipped"),
    ],
)
def test_shipped_is_what_left(items: list[dict[str, Any]], told: str) -> None:
    rows = progress_rows(delivery_items=items, deliveries={"80000001": delivery()})

    assert state(rows) == told


def test_delivery_without_days_is_a_shipment_all_the_same() -> None:
    empty = delivery(ActualGoodsMovementDate=None, CreationDate="", BillOfLading=None)
    rows = progress_rows(delivery_items=[delivered("10", "5")], deliveries={"80000001": empty})

    (shipment,) = to_progress(rows, settings()).shipments

    assert (shipment.tracking_number, shipment.tracking_url, shipment.carrier) == ("", "", "")
    assert shipment.shipped_at == datetime(1970, 1, 1, tzinfo=UTC)


CARRIED = {
    "to_DeliveryDocumentPartner": {
        "results": [
            {"PartnerFunction": "SH", "Supplier": "", "to_Address2": None},
            {
                "PartnerFunction": "CR",
                "Supplier": "17300080",
                "to_Address2": {"BusinessPartnerName1": "Nordfracht AG"},
            },
        ]
    },
    "to_HandlingUnitHeaderDelivery": {
        "results": [{"HandlingUnitExternalId": "2"}, {"HandlingUnitExternalId": "1"}]
    },
}


@pytest.mark.parametrize(
    ("given", "changed", "told"),
    [
        ({"carrier_function": "CR"}, CARRIED, ("Nordfracht AG", "00340")),
        ({"carrier_function": "ZZ"}, CARRIED, ("", "00340")),
        ({}, CARRIED, ("", "00340")),
        ({"carrier_function": "CR"}, {}, ("", "00340")),
        ({"tracking_number": "handling_unit"}, CARRIED, ("", "1")),
        ({"tracking_number": "handling_unit"}, {}, ("", "00340")),
    ],
)
def test_carrier_and_number_are_read_where_the_connection_says_so(
    given: dict[str, str], changed: dict[str, Any], told: tuple[str, str]
) -> None:
    rows = progress_rows(
        delivery_items=[delivered("10", "5")], deliveries={"80000001": delivery(**changed)}
    )

    (shipment,) = to_progress(rows, settings(**given)).shipments

    assert (shipment.carrier, shipment.tracking_number) == told


def test_carrier_without_a_name_is_told_by_its_number() -> None:
    partner = {"PartnerFunction": "CR", "Supplier": "17300080", "to_Address2": {"__deferred": {}}}
    carried = delivery(to_DeliveryDocumentPartner={"results": [partner]})
    rows = progress_rows(delivery_items=[delivered("10", "5")], deliveries={"80000001": carried})

    (shipment,) = to_progress(rows, settings(carrier_function="CR")).shipments

    assert shipment.carrier == "17300080"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ("invoice", "not_paid", D("63.98"), D("63.98"))),
        ({"InvoiceClearingStatus": "C"}, ("invoice", "paid", D("63.98"), 0)),
        ({"InvoiceClearingStatus": None}, ("invoice", "not_paid", D("63.98"), D("63.98"))),
        ({"SDDocumentCategory": "O"}, ("credit_note", "not_paid", D("63.98"), D("63.98"))),
        ({"TotalGrossAmount": "63.98-"}, ("invoice", "not_paid", D("-63.98"), D("-63.98"))),
        ({"BillingDocumentIsCancelled": True}, ("invoice", "reversed", D("63.98"), 0)),
    ],
)
def test_bill_is_told(changed: dict[str, Any], told: tuple[str, str, Decimal, Decimal]) -> None:
    rows = progress_rows(bill_items=[billed("10", "5")], bills={"90000001": bill(**changed)})

    (invoice,) = to_progress(rows, settings()).invoices

    assert (
        invoice.kind,
        invoice.payment_state,
        invoice.gross_total,
        invoice.open_amount,
    ) == told
    assert invoice.due_on == date(2026, 12, 23)


@pytest.mark.parametrize(
    "changed",
    [
        {"SDDocumentCategory": "U"},  # pro forma
        {"SDDocumentCategory": "N"},  # a cancellation
        {"AccountingPostingStatus": "A"},
        {"AccountingPostingStatus": "G"},
    ],
)
def test_paper_that_is_no_bill_is_not_told(changed: dict[str, Any]) -> None:
    rows = progress_rows(bill_items=[billed("10", "5")], bills={"90000001": bill(**changed)})

    assert to_progress(rows, settings()).invoices == ()


def test_bill_without_a_day_or_of_unknown_terms_has_no_due_day() -> None:
    for changed in ({"BillingDocumentDate": None}, {"CustomerPaymentTerms": "ZZ99"}):
        rows = progress_rows(bill_items=[billed("10", "5")], bills={"90000001": bill(**changed)})
        assert to_progress(rows, settings()).invoices[0].due_on is None
