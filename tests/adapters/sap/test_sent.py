"""What is sent fits: every text in SAP's length, every number in its digits, or it is refused.

What is cut knowingly stands in full in the text of the order.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.addresses import cut_parts
from integrations.adapters.sap.fields import ENTITIES, ORDER, SIMULATED, UsedEntity
from integrations.adapters.sap.mapping import order_body
from integrations.adapters.sap.settings import SapSettings, read_settings
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, OrderDraft
from tests.adapters.sap.sales import PLACED_AT

D = Decimal
SETTINGS = {
    "sales_organization": "1010",
    "distribution_channel": "10",
    "draft_block": "Z1",
    "rejection_reason": "00",
    "rounding_product_ref": "ROUNDING",
}
RELATED = {**SETTINGS, "reference": "related_object", "related_object_type": "0001"}
BELOW = {
    "to_Item": "A_SalesOrderItem",
    "to_Text": "A_SalesOrderText",
    "to_Partner": "A_SalesOrderHeaderPartner",
    "to_Address": "A_SalesOrderPartnerAddress",
    "to_RelatedObject": "A_SalesOrderRelatedObject",
    "to_PricingElement": "A_SalesOrderItemPrElement",
}
SETS = {one.set: one for one in ENTITIES}


def settings(**changed: str) -> SapSettings:
    return read_settings({**SETTINGS, **changed})


def draft(**changed: Any) -> OrderDraft:
    usual = OrderDraft(
        our_ref="order_01ABC",
        display_ref="#1001",
        placed_at=PLACED_AT,
        currency="EUR",
        customer_ref="10100001",
        ship_to=Address(),
        bill_to=Address(),
        lines=(line(),),
        expected_gross_total=D("460.53"),
    )
    return replace(usual, **changed)


def line(**changed: Any) -> DraftLine:
    usual = DraftLine(
        our_ref="ordli_1",
        kind="item",
        product_ref="DRILL-18V",
        description="Cordless drill 18 V",
        quantity=D(3),
        net_unit_price=D("129.00"),
        discount_percent=D(0),
        tax_refs=("1",),
        tax_rates=(D(19),),
    )
    return replace(usual, **changed)


def misfits(body: Mapping[str, Any], entity: UsedEntity) -> Iterator[str]:
    """What of a body SAP would refuse for its length or digits, or is no field of the set."""
    for name, value in body.items():
        if name.startswith("to_"):
            rows = value if isinstance(value, list) else [value]
            for row in rows:
                yield from misfits(row, SETS[BELOW[name]])
        elif name not in entity.fields:
            yield f"{entity.set}.{name} is not in the table of fields"
        elif "c" not in entity.fields[name].uses:
            yield f"{entity.set}.{name} is not told as sent"
        elif not _fits(value, entity.fields[name].type):
            yield f"{entity.set}.{name}: {value!r} is no {entity.fields[name].type}"


def _fits(value: Any, kind: str) -> bool:
    if kind[0] == "S":
        return isinstance(value, str) and len(value) <= int(kind[1:] or 10_000)
    if kind[0] == "N":
        digits, _, places = kind[1:].partition(".")
        number = D(value)
        is_short = abs(number) < D(10) ** (int(digits) - int(places))
        return isinstance(value, str) and is_short and number == round(number, int(places))
    return kind[0] == "D" and re.fullmatch(r"/Date\(\d+\)/", value) is not None


LONG = Address(
    company="Sondermaschinenbau und Verzahnungstechnik Oberschwaben Gesellschaft mbH & Co. KG",
    first_name="Maria-Theodora",
    last_name="von und zu Guttenstein-Hohenfels",
    street1="Alte Landstraße hinter dem Güterbahnhof, Einfahrt über den Hof der Spedition 12",
    street2="Halle 7, Tor 31, Rampe links, bitte beim Pförtner melden",
    city="Villingen-Schwenningen an der oberen Donau gelegen",
    postal_code="DE-78048-0001",
    region="Baden-Württemberg",
    country_code="DE",
    phone="+49 (0) 7721 / 123 456 789 - Durchwahl 0815",
)


@pytest.mark.parametrize("given", [SETTINGS, RELATED], ids=["customer", "related"])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"ship_to": LONG},
        {"po_number": "PO-" + "9" * 47},
        {"display_ref": "#" + "7" * 50},
        {"note": "x" * 5000},
        {"lines": (line(description="A" * 41),)},
        {"lines": (line(product_ref="P" * 40, our_ref="ordli_" + "1" * 29),)},
        {"lines": (line(quantity=D("999999.999"), net_unit_price=D("0.5")),)},
        {"lines": (line(net_unit_price=D("9876543.21"), quantity=D(99_999)),)},
        {"lines": (line(net_unit_price=D("0.0035"), quantity=D(1000)),)},
        {"lines": (line(kind="rounding", product_ref="", net_unit_price=D("-0.01")),)},
        {"lines": tuple(line(our_ref=f"ordli_{n}") for n in range(1, 400))},
    ],
    ids=lambda changed: next(iter(changed), "usual") if isinstance(changed, dict) else None,
)
def test_order_fits_into_saps_fields(given: dict[str, str], changed: dict[str, Any]) -> None:
    body = order_body(draft(**changed), read_settings(given), {"DRILL-18V": "PC"})

    assert list(misfits(body, ORDER)) == []


def test_check_of_lengths_sees_what_does_not_fit() -> None:
    body = order_body(draft(), settings(), {})

    body["PurchaseOrderByCustomer"] = "x" * 36
    body["SalesOrder"] = "1"
    body["to_Item"][0]["RequestedQuantity"] = "1.0001"
    body["to_Item"][0]["Colour"] = "blue"

    assert len(list(misfits(body, ORDER))) == 4


def test_simulation_sends_only_fields_of_the_table() -> None:
    assert {name for name, one in SIMULATED.fields.items() if "c" in one.uses} == {
        "SalesOrderType",
        "SalesOrganization",
        "DistributionChannel",
        "OrganizationDivision",
        "SoldToParty",
        "TransactionCurrency",
        "PricingDate",
    }


def test_purchase_order_number_is_whole_in_the_text_where_the_field_is_too_short() -> None:
    long = "PO-4711/2026/Werk-Nord/Instandhaltung/0815"
    body = order_body(draft(po_number=long), read_settings(RELATED), {})

    assert body["PurchaseOrderByCustomer"] == long[:35]
    assert long in body["to_Text"][0]["LongText"]


def test_address_that_does_not_fit_is_whole_in_the_text() -> None:
    text = order_body(draft(ship_to=LONG), settings(), {})["to_Text"][0]["LongText"]

    for part in (LONG.company, LONG.street1, LONG.street2, LONG.city, LONG.region, LONG.phone):
        assert part in text


def test_usual_address_is_not_repeated_in_the_text() -> None:
    usual = Address(company="Nordwind GmbH", street1="Hafenstr. 1", city="Kiel", country_code="DE")

    text = order_body(draft(ship_to=usual), settings(), {})["to_Text"][0]["LongText"]

    assert text == "Order #1001 in the storefront."


@pytest.mark.parametrize(
    ("changed", "cut"),
    [
        ({"company": "C" * 41}, []),
        ({"company": "C" * 41, "last_name": "Muster"}, ["name"]),
        ({"company": "C" * 81}, ["name"]),
        ({"last_name": "M" * 80}, []),
        ({"company": "C", "last_name": "M" * 41}, ["name"]),
        ({"street1": "S" * 61}, ["street1"]),
        ({"region": "Bayern"}, ["region"]),
        ({"region": "BY"}, []),
        ({}, []),
    ],
)
def test_cut_of_an_address_is_known(changed: dict[str, str], cut: list[str]) -> None:
    assert cut_parts(replace(Address(), **changed)) == cut


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"our_ref": "order_" + "0" * 30}, "ref_too_long"),
        ({"customer_ref": "12345678901"}, "bad_customer_ref"),
        ({"customer_ref": "101'0001"}, "bad_customer_ref"),
        ({"lines": (line(product_ref="P" * 41),)}, "no_product"),
        ({"lines": (line(product_ref="  "),)}, "no_product"),
        ({"lines": (line(our_ref="ordli_" + "1" * 30),)}, "ref_too_long"),
        ({"lines": (line(tax_refs=("19",)),)}, "bad_tax_ref"),
        ({"lines": (line(tax_refs=("4:1",)),)}, "bad_tax_ref"),
        ({"lines": ()}, "empty_order"),
        ({"lines": (line(quantity=D("0.0005")),)}, "order_senseless"),
        ({"lines": (line(quantity=D(10) ** 12),)}, "order_senseless"),
        ({"lines": (line(net_unit_price=D(10) ** 14),)}, "order_senseless"),
        ({"currency": "XYZ"}, "currency_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    changed: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NeedsOperator) as caught:
        order_body(draft(**changed), settings(), {})

    assert caught.value.reason == reason


def test_reference_of_a_line_is_shortened_where_it_begins_with_the_orders() -> None:
    ref = "order_01ABCDEFGHJKMNPQRSTVWXYZ01_rounding"

    body = order_body(
        draft(our_ref=ref.removesuffix("_rounding"), lines=(line(our_ref=ref),)), settings(), {}
    )

    assert body["to_Item"][0]["PurchaseOrderByCustomer"] == "~_rounding"
