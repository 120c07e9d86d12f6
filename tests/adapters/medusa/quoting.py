"""Accepted quotes for tests, and bodies that the plugin refuses: the stand-in and the real one
must refuse them alike."""

import copy
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.records import Address, PlacedQuote, QuotedLine, QuotedOrder, QuotedShipping

NO_DIGEST = "0" * 64
HAMBURG = Address(
    company="Nordwind GmbH",
    first_name="Erika",
    last_name="Muster",
    street1="Hafenstr. 1",
    city="Hamburg",
    postal_code="20457",
    country_code="DE",
    phone="+49 40 1",
)


def quoted_line(
    our_ref: str,
    quantity: str,
    net_unit_price: str,
    *,
    variant_id: str | None = None,
    title: str = "Hose, cut to length",
    sku: str = "",
    **metadata: str,
) -> QuotedLine:
    return QuotedLine(
        our_ref=our_ref,
        title=title,
        sku=sku,
        variant_id=variant_id,
        quantity=Decimal(quantity),
        net_unit_price=Decimal(net_unit_price),
        metadata=metadata,
    )


def quoted_order(
    quote_ref: str, shop: Any, *lines: QuotedLine, freight: str = "25", **changes: Any
) -> QuotedOrder:
    """A quote to Hamburg in EUR. `shop` has the ids: the stand-in's settings, or the real seed."""
    regions = shop.region_ids if hasattr(shop, "region_ids") else shop.regions
    shipping = QuotedShipping(
        shipping_option_id=shop.shipping_option_id, name="Freight", net_amount=Decimal(freight)
    )
    order = QuotedOrder(
        quote_ref=quote_ref,
        currency="EUR",
        email="erika@nordwind.test",
        customer_id=None,
        region_id=regions["eur"],
        sales_channel_id=shop.sales_channel_id,
        lines=lines,
        shipping=(shipping,) if freight else (),
        ship_to=HAMBURG,
        bill_to=HAMBURG,
        metadata={"po_number": "PO-9", "payment_terms": "net 30", "quote_number": "Q-1"},
    )
    return replace(order, **changes)


# ---------------------------------------------------------------- what is refused

Change = Callable[[dict[str, Any]], Any]


def _set(*path: Any, to: Any) -> Change:
    def change(body: dict[str, Any]) -> None:
        node: Any = body
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return change


def _without(name: str) -> Change:
    return lambda body: body.pop(name)


AMOUNT = "Invalid request: Amounts are texts such as '61.25'"
COUNTRY = "Invalid request: A country is two small letters, such as 'de'"
MISSING_VARIANT = (
    "Variants variant_01UNKNOWN do not exist or belong to a product that is not published"
)

# (what, a change of a good body, the status, the message)
REFUSED: list[tuple[str, Change, int, str]] = [
    (
        "unknown field",
        _set("promo_codes", to=["TEN"]),
        400,
        "Invalid request: Unrecognized fields: 'promo_codes'",
    ),
    (
        "unknown field of a line",
        _set("items", 0, "is_tax_inclusive", to=True),
        400,
        "Invalid request: Unrecognized fields: 'is_tax_inclusive'",
    ),
    ("no region", _without("region_id"), 400, "Invalid request: Field 'region_id' is required"),
    ("no items", _without("items"), 400, "Invalid request: Field 'items' is required"),
    (
        "no title",
        _set("items", 0, to={"quantity": "1", "unit_price": "1"}),
        400,
        "Invalid request: Field 'items, 0, title' is required",
    ),
    (
        "empty items",
        _set("items", to=[]),
        400,
        "Invalid request: Value for field 'items' too small, expected at least: '1'",
    ),
    (
        "bad reference",
        _set("quote_ref", to="Q 1"),
        400,
        "Invalid request: A quote_ref looks like 'quote:Q-000123-1'",
    ),
    ("negative price", _set("items", 0, "unit_price", to="-1"), 400, AMOUNT),
    ("price with comma", _set("items", 0, "unit_price", to="1,5"), 400, AMOUNT),
    ("freight in words", _set("shipping_methods", 0, "amount", to="free"), 400, AMOUNT),
    (
        "quantity 0",
        _set("items", 0, "quantity", to="0"),
        400,
        "Invalid request: A quantity is greater than 0",
    ),
    ("big country", _set("shipping_address", "country_code", to="DE"), 400, COUNTRY),
    ("bad e-mail", _set("email", to="nobody"), 400, "Invalid request: Invalid email address"),
    (
        "number in metadata",
        _set("metadata", to={"po_number": 9}),
        400,
        "Invalid request: Expected type: 'string' for field 'metadata, po_number', got: '9'",
    ),
    ("unknown region", _set("region_id", to="reg_1"), 400, "Region with id: reg_1 was not found"),
    (
        "unknown variant",
        _set("items", 0, "variant_id", to="variant_01UNKNOWN"),
        400,
        MISSING_VARIANT,
    ),
    (
        "unknown shipping option",
        _set("shipping_methods", 0, "shipping_option_id", to="so_1"),
        400,
        "Shipping options so_1 do not exist",
    ),
    (
        "unknown customer",
        _set("customer_id", to="cus_1"),
        404,
        "Customer with id: cus_1 was not found",
    ),
]

refused = pytest.mark.parametrize(
    ("change", "status", "message"),
    [row[1:] for row in REFUSED],
    ids=[row[0].replace(" ", "-") for row in REFUSED],
)


def changed(body: dict[str, Any], change: Change) -> dict[str, Any]:
    fresh = copy.deepcopy(body)
    change(fresh)
    return fresh


def convert_seen(adapter: Any, quote_ref: str) -> PlacedQuote:
    """Looks at the draft and converts just that."""
    seen = adapter.find_quoted(quote_ref)
    placed: PlacedQuote = adapter.convert_quoted(
        quote_ref, digest=seen.digest if seen else NO_DIGEST
    )
    return placed
