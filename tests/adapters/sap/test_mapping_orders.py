"""Orders of SAP as records.

Expected values are literals, read off recordings or worked out by hand.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.mapping import to_order
from tests.adapters.sap.payloads import read_back, settings

D = Decimal


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
