"""Payloads of SAP as records: recorded ones, and what a real system may leave out or add.

Expected values are literals: read off the recordings, or worked out by hand beside the case.
"""

import copy
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.conditions import audience_of, steps_of, to_prices
from integrations.adapters.sap.customer_mapping import CustomerRows, credit_limit, to_customer
from integrations.adapters.sap.mapping import to_order
from integrations.adapters.sap.order_rows import OrderRows
from integrations.adapters.sap.settings import SapSettings, read_settings
from integrations.adapters.sap.standing import to_progress
from tests.adapters.sap.replay import load

D = Decimal
GIVEN = {
    "sales_organization": "1010",
    "distribution_channel": "10",
    "draft_block": "Z1",
    "rejection_reason": "00",
    "payment_terms": "0004=30 Net 30",
    "tracking_url": "https://track.example/{number}",
}


def settings(**changed: str) -> SapSettings:
    return read_settings({**GIVEN, **changed})


def recorded(name: str, note: str) -> dict[str, Any]:
    """The `d` of a recorded answer, by what its note begins with."""
    found = [one for one in load(name) if one["note"].partition(": ")[2].startswith(note)]
    body: dict[str, Any] = copy.deepcopy(found[0]["response"]["json"]["d"])
    return body


def read_back() -> dict[str, Any]:
    return recorded("orders", "read back with everything")


# ---------------------------------------------------------------- orders


def test_recorded_order_is_read() -> None:
    """5 × 8.80 by the customer's record and 2 × 9.99 set by hand; the recorded server counted no
    tax."""
    order = to_order(read_back(), settings())

    assert (order.ref, order.our_ref, order.currency) == ("2", "M-10234", "EUR")
    assert (order.net_total, order.tax_total, order.gross_total) == (D("63.98"), 0, D("63.98"))
    assert [
        (line.ref, line.product_ref, line.quantity, line.net_unit_price, line.net_total)
        for line in order.lines
    ] == [("10", "PX-1001", 5, D("8.8"), 44), ("20", "PX-1002", 2, D("9.99"), D("19.98"))]
    assert order.is_confirmed
    assert not order.is_cancelled


def test_lines_of_a_recorded_order_that_have_the_orders_reference_are_not_ours() -> None:
    """The recorded order had no references of lines: SAP shows the order's own on them."""
    row = read_back()
    for item in row["to_Item"]["results"]:
        item["PurchaseOrderByCustomer"] = row["PurchaseOrderByCustomer"]

    assert [line.our_ref for line in to_order(row, settings()).lines] == ["", ""]


def test_recorded_order_is_found_by_its_related_object() -> None:
    by_object = settings(reference="related_object", related_object_type="0001")

    assert to_order(read_back(), by_object).our_ref == "order_01ABC"


def test_rejected_line_counts_for_nothing_and_keeps_its_place() -> None:
    row = read_back()
    first, second = row["to_Item"]["results"]
    second["SalesDocumentRjcnReason"], second["TaxAmount"] = "00", "3.80"
    first["TaxAmount"], row["TotalNetAmount"] = "8.36", "44.000"

    order = to_order(row, settings())

    assert [(line.quantity, line.net_total) for line in order.lines] == [(5, 44), (0, 0)]
    assert order.gross_total == D("52.36")


@pytest.mark.parametrize(
    ("changes", "is_confirmed"),
    [
        ({"DeliveryBlockReason": ""}, True),
        ({"DeliveryBlockReason": "Z1"}, False),
        ({"DeliveryBlockReason": "01"}, True),  # a block of theirs, not ours
        ({"TotalCreditCheckStatus": "B"}, False),
        ({"TotalCreditCheckStatus": "C"}, False),
        ({"TotalCreditCheckStatus": "D"}, True),
        ({"TotalCreditCheckStatus": None}, True),
    ],
)
def test_order_is_confirmed_or_not(changes: Mapping[str, Any], is_confirmed: bool) -> None:
    assert to_order({**read_back(), **changes}, settings()).is_confirmed is is_confirmed


def test_order_without_lines_text_and_partner_is_read() -> None:
    row = read_back()
    for name in ("to_Item", "to_Text", "to_Partner", "to_RelatedObject"):
        del row[name]
    row.update(TotalNetAmount="", YY1_Region_SDH="north", TransactionCurrency="eur")

    order = to_order(row, settings())

    assert (order.lines, order.gross_total, order.currency) == ((), 0, "EUR")


def test_price_of_a_line_without_a_price_element_is_worked_out_of_its_amount() -> None:
    row = read_back()
    for item in row["to_Item"]["results"]:
        del item["to_PricingElement"]

    assert [line.net_unit_price for line in to_order(row, settings()).lines] == [
        D("8.8"),
        D("9.99"),
    ]


def test_price_that_sap_has_set_aside_does_not_count() -> None:
    row = read_back()
    (element, *_) = row["to_Item"]["results"][1]["to_PricingElement"]["results"]
    element.update(ConditionInactiveReason="Y", ConditionRateValue="1.00")

    assert to_order(row, settings()).lines[1].net_unit_price == D("9.99")


# ---------------------------------------------------------------- progress


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


# ---------------------------------------------------------------- prices


MATERIAL = Material(
    number="PX-1001",
    base_unit="PC",
    sales_unit="PC",
    factors={"PC": D(1), "CAR": D(12)},
    not_sold="",
)


def record(**changed: Any) -> dict[str, Any]:
    return {
        "ConditionRecord": "1000001",
        "ConditionType": "PPR0",
        "ConditionCalculationType": "C",
        "ConditionRateValue": "8.800",
        "ConditionRateValueUnit": "EUR",
        "ConditionQuantity": "1",
        "ConditionQuantityUnit": "PC",
        "ConditionIsDeleted": False,
        "ConditionReleaseStatus": "",
        **changed,
    }


def validity(**changed: Any) -> dict[str, Any]:
    return {
        "ConditionRecord": "1000001",
        "ConditionValidityStartDate": "/Date(1735689600000)/",
        "ConditionValidityEndDate": "/Date(253402214400000)/",
        "ConditionType": "PPR0",
        "ConditionReleaseStatus": "",
        "Material": "PX-1001",
        "SalesOrganization": "1010",
        "DistributionChannel": "10",
        "Customer": "",
        "CustomerPriceGroup": None,
        "PriceListType": "",
        **changed,
    }


def prices(one: dict[str, Any], *validities: dict[str, Any]) -> list[Any]:
    return list(to_prices(one, validities or (validity(),), {"PX-1001": MATERIAL}, settings()))


def test_price_of_everyone_is_read() -> None:
    (price,) = prices(record())

    assert (price.net_unit_price, price.currency, price.unit) == (D("8.8"), "EUR", "PC")
    assert (price.audience, price.min_quantity) == ("everyone", 1)
    assert (price.starts_on, price.ends_on) == (date(2025, 1, 1), None)


@pytest.mark.parametrize(
    ("changed", "price"),
    [
        ({"ConditionQuantity": "100"}, "0.088"),
        ({"ConditionQuantity": "0"}, "8.8"),  # "per" of nothing is per one
        ({"ConditionQuantity": None, "ConditionQuantityUnit": ""}, "8.8"),
        ({"ConditionQuantityUnit": "CAR", "ConditionRateValue": "24"}, "2"),
    ],
)
def test_price_is_told_per_sales_unit(changed: dict[str, Any], price: str) -> None:
    (found,) = prices(record(**changed))

    assert found.net_unit_price == D(price)


@pytest.mark.parametrize(
    "changed",
    [
        {"ConditionRateValue": "0.00"},
        {"ConditionRateValue": "5.00-"},
        {"ConditionRateValueUnit": "%"},
        {"ConditionRateValueUnit": None},
        {"ConditionCalculationType": "A"},
        {"ConditionType": "K007"},
        {"ConditionQuantityUnit": "PAL"},  # a unit that the material does not have
    ],
)
def test_what_is_no_price_of_one_is_left_out(changed: dict[str, Any]) -> None:
    assert prices(record(**changed)) == []


@pytest.mark.parametrize(
    ("changed", "audience"),
    [
        ({}, ("everyone", "")),
        ({"Customer": "10100001"}, ("customer", "10100001")),
        ({"PriceListType": "01"}, ("price_list", "01")),
        ({"SalesOrganization": None, "DistributionChannel": ""}, ("everyone", "")),
        ({"SalesOrganization": "1710"}, None),
        ({"Customer": "1", "PriceListType": "01"}, None),  # two keys: SAP's pricing alone
        ({"ShippingCondition": "01"}, None),
        ({"YY1_Region_PCR": "north"}, None),  # a key of their own
        ({"YY1_Region_PCR": "", "ZZ1_Level_PCR": None}, ("everyone", "")),
        ({"SalesDocument": "0000000000"}, ("everyone", "")),  # the initial value of a number
        ({"to_SlsPrcgConditionRecord": {"ConditionType": "PPR0"}}, ("everyone", "")),
    ],
)
def test_audience_of_a_record_is_known_or_it_is_left_out(
    changed: dict[str, Any], audience: tuple[str, str] | None
) -> None:
    assert audience_of(validity(**changed), settings()) == audience


def test_scale_is_sorted_by_quantity_and_replaces_the_value() -> None:
    scale = [
        {"ConditionScaleLine": "0002", "ConditionScaleQuantity": "50", "ConditionRateValue": "8"},
        {"ConditionScaleLine": "0001", "ConditionScaleQuantity": "0", "ConditionRateValue": "9"},
    ]
    one = record(to_SlsPrcgCndnRecordScale={"results": scale}, ConditionQuantity="2")

    assert [(step.number, step.min_quantity, step.price) for step in steps_of(one)] == [
        ("1", 0, D("4.5")),
        ("2", 50, 4),
    ]


@pytest.mark.parametrize("changed", [{"ConditionIsDeleted": True}, {"ConditionReleaseStatus": "B"}])
def test_price_that_is_deleted_or_not_released_is_not_active(changed: dict[str, Any]) -> None:
    (price,) = prices(record(**changed))

    assert not price.is_active


# ---------------------------------------------------------------- customers


def customer_rows(**changed: Any) -> CustomerRows:
    usual: dict[str, Any] = {
        "area": {
            "Customer": "10100001",
            "Currency": "EUR",
            "CustomerPriceGroup": None,
            "PriceListType": "",
            "CustomerPaymentTerms": "0004",
            "OrderIsBlockedForCustomer": "",
            "DeletionIndicator": False,
            "to_PartnerFunction": {"results": []},
            "to_SalesAreaTax": {"results": []},
        },
        "customer": {
            "Customer": "10100001",
            "CustomerName": "Nordwind GmbH",
            "OrderIsBlockedForCustomer": None,
            "DeletionIndicator": None,
            "VATRegistration": "",
            "TaxNumber1": "12/345",
        },
        "partner": None,
        "others": {},
        "people": {},
        "credit": None,
        "is_credit_known": False,
    }
    return CustomerRows(**{**usual, **changed})


def test_customer_without_partner_address_and_contacts_is_read() -> None:
    customer = to_customer(customer_rows(), settings())

    assert (customer.name, customer.tax_id, customer.email) == ("Nordwind GmbH", "12/345", "")
    assert (customer.contacts, customer.ship_to, customer.updated_at) == ((), (), None)
    assert (customer.is_blocked, customer.is_active, customer.is_tax_exempt) == (False, True, False)


def test_customer_whose_parts_are_empty_or_unknown_is_read() -> None:
    partner = {
        "BusinessPartnerFullName": "",
        "BusinessPartnerIsBlocked": None,
        "LastChangeDate": "",
        "LastChangeTime": None,
        "YY1_Segment_BUS": "A",
        "to_BusinessPartnerAddress": {
            "results": [
                {
                    "StreetName": "Hafenstr.",
                    "HouseNumber": "",
                    "Country": "de",
                    "to_EmailAddress": {"results": []},
                }
            ]
        },
        "to_BusinessPartnerContact": {
            "results": [{"BusinessPartnerPerson": "900001", "to_ContactRelationship": None}]
        },
    }

    customer = to_customer(customer_rows(partner=partner), settings())

    assert (customer.name, customer.bill_to.street1, customer.bill_to.country_code) == (
        "Nordwind GmbH",
        "Hafenstr.",
        "DE",
    )
    assert [(one.ref, one.name, one.email) for one in customer.contacts] == [("900001", "", "")]


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        (None, None),
        ({"CreditLimitAmount": "5000.000", "CreditLimitIsZero": False}, 5000),
        ({"CreditLimitAmount": "0.000", "CreditLimitIsZero": True}, 0),
        ({"CreditLimitAmount": None, "CreditLimitIsZero": False}, None),
        ({"CreditLimitAmount": "", "CreditLimitIsZero": None}, None),
    ],
)
def test_limit_of_zero_is_told_from_no_limit(
    account: dict[str, Any] | None, limit: int | None
) -> None:
    assert credit_limit(account) == limit
