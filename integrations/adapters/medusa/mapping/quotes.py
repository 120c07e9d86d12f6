"""The order of a quote: to what our plugin in Medusa takes, and from what it answers.

Amounts go out as texts: a JSON number would go through a float on Medusa's side. They are net;
the plugin marks them so, whatever the shop's own prices are.
"""

from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.mapping.orders import QUOTE_LINE_KEY, to_lines
from integrations.adapters.medusa.mapping.values import Row, moment, text
from integrations.records import (
    Address,
    DraftSighting,
    PlacedQuote,
    QuotedLine,
    QuotedOrder,
    QuotedShipping,
)


def to_quote_order(order: QuotedOrder) -> dict[str, Any]:
    """The body of POST /admin/erp-portal/quote-orders."""
    return {
        "quote_ref": order.quote_ref,
        "currency_code": order.currency.lower(),
        "region_id": order.region_id,
        **_given(sales_channel_id=order.sales_channel_id, customer_id=order.customer_id),
        "email": order.email,
        "items": [_item(line) for line in order.lines],
        "shipping_methods": [_shipping_method(one) for one in order.shipping],
        "shipping_address": _address(order.ship_to),
        "billing_address": _address(order.bill_to),
        "metadata": order.metadata,
    }


def to_placed(answer: Row) -> PlacedQuote:
    """What the plugin answers about a quote; totals are the exact sums of the lines."""
    found: Row = answer["quote_order"]
    order: Row = found["order"]
    lines = to_lines(order)
    tax = sum((line.tax_total for line in lines), Decimal(0))
    gross = sum((line.gross_total for line in lines), Decimal(0))
    return PlacedQuote(
        quote_ref=text(found, "quote_ref"),
        order_id=text(order, "id"),
        display_id=text(order, "custom_display_id") or text(order, "display_id"),
        status=text(order, "status"),
        currency=text(order, "currency_code").upper(),
        net_total=gross - tax,
        tax_total=tax,
        gross_total=gross,
        lines=lines,
        digest=text(found, "digest"),
    )


def to_draft_sighting(stray: Row) -> DraftSighting:
    """One row of the plugin's list of strays."""
    return DraftSighting(
        order_id=text(stray, "order_id"),
        quote_ref=text(stray, "quote_ref"),
        created_at=moment(stray, "created_at"),
    )


def _item(line: QuotedLine) -> dict[str, Any]:
    # A line of free text keeps its SKU, by which the ERP may know it; one of a variant has its own.
    sku = None if line.variant_id else line.sku
    return {
        "title": line.title,
        **_given(variant_id=line.variant_id, variant_sku=sku),
        "quantity": _plain(line.quantity),
        "unit_price": _plain(line.net_unit_price),
        "metadata": {**line.metadata, QUOTE_LINE_KEY: line.our_ref},
    }


def _shipping_method(one: QuotedShipping) -> dict[str, str]:
    return {
        "shipping_option_id": one.shipping_option_id,
        "name": one.name,
        "amount": _plain(one.net_amount),
    }


def _address(address: Address) -> dict[str, str]:
    return _given(
        company=address.company,
        first_name=address.first_name,
        last_name=address.last_name,
        address_1=address.street1,
        address_2=address.street2,
        city=address.city,
        province=address.region,
        postal_code=address.postal_code,
        country_code=address.country_code.lower(),
        phone=address.phone,
    )


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
