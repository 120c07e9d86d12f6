"""The order of an accepted quote, as the storefront is asked for it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.models import Connection
from integrations.records import Address, QuotedLine, QuotedOrder, QuotedShipping
from quotes.models import Acceptance, Version
from quotes.totals import unit_price_to_order


def ref_of(acceptance: Acceptance) -> str:
    return f"quote:{acceptance.quote.number}"


def order_of(acceptance: Acceptance, shop: Connection) -> QuotedOrder:
    """The order as it was accepted: from the frozen document, never from what is edited now."""
    version, quote = acceptance.version, acceptance.quote
    document: dict[str, Any] = version.document or {}
    buyer = acceptance.buyer
    return QuotedOrder(
        quote_ref=ref_of(acceptance),
        currency=document["currency"],
        email=buyer.email,
        customer_id=buyer.storefront_customer_id or None,
        region_id=version.region_ref,
        sales_channel_id=shop.settings.get("sales_channel_id") or None,
        lines=tuple(
            _line(line, refs)
            for line, refs in zip(document["lines"], _variants(version), strict=True)
            if not line["is_optional"] and line["alternative_to"] is None
        ),
        shipping=_shipping(version, document),
        ship_to=Address(**version.ship_to),
        bill_to=Address(**(version.bill_to or version.ship_to)),
        metadata={
            "quote_number": quote.number,
            "quote_revision": str(version.revision),
            "po_number": acceptance.po_number,
            "payment_terms": document["terms"]["name"],
            "payment_terms_ref": document["terms"]["ref"],
        },
    )


def _variants(version: Version) -> list[str]:
    return list(version.lines.values_list("variant_ref", flat=True))


def _line(line: Mapping[str, Any], variant_ref: str) -> QuotedLine:
    quantity = Decimal(line["quantity"])
    configuration = line["configuration"]
    return QuotedLine(
        our_ref=str(line["n"]),
        title=line["title"],
        sku=line["sku"],
        variant_id=variant_ref or None,
        quantity=quantity,
        net_unit_price=unit_price_to_order(Decimal(line["net"]), quantity),
        metadata={"configuration": json.dumps(configuration)} if configuration else {},
    )


def _shipping(version: Version, document: Mapping[str, Any]) -> tuple[QuotedShipping, ...]:
    if not version.shipping_ref:
        return ()
    freight = document["freight"]
    return (
        QuotedShipping(
            shipping_option_id=version.shipping_ref,
            name=freight["name"] or "Freight",
            net_amount=Decimal(freight["net"]),
        ),
    )
