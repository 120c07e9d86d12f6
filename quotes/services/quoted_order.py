"""The order of an accepted quote, as the storefront is asked for it, and what was agreed of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.flows.orders.agreed import AgreedLine
from integrations.flows.totals.currency import round_half_up
from integrations.models import Connection
from integrations.records import Address, QuotedLine, QuotedOrder, QuotedShipping
from quotes.models import Acceptance, Version
from quotes.totals import unit_price_to_order

PLACE_ORDER = "place_quote_order"  # the job that places it
_REF = re.compile(r"quote:Q-0*(?P<quote>\d{1,18})-(?P<revision>\d{1,9})")


def ref_of(acceptance: Acceptance) -> str:
    """Another one for each acceptance: what was given up keeps its own."""
    return f"quote:{acceptance.quote.number}-{acceptance.version.revision}"


@dataclass(frozen=True, slots=True)
class Named:
    """The revision of a quote that a reference names."""

    quote: int
    revision: int


def acceptance_named(ref: str) -> Named | None:
    """Of which revision `ref_of` made this reference; None for any other text."""
    found = _REF.fullmatch(ref)
    return Named(int(found["quote"]), int(found["revision"])) if found else None


def order_of(acceptance: Acceptance, shop: Connection) -> QuotedOrder:
    """The order as it was accepted: from the frozen document, never from what is edited now."""
    version, quote = acceptance.version, acceptance.quote
    document: dict[str, Any] = version.document or {}
    return QuotedOrder(
        quote_ref=ref_of(acceptance),
        currency=document["currency"],
        email=acceptance.buyer.email,
        customer_id=acceptance.orderer.storefront_customer_id or None,
        region_id=document["region"]["ref"],
        sales_channel_id=shop.settings.get("sales_channel_id") or None,
        lines=tuple(
            _line(line, refs)
            for line, refs in zip(document["lines"], _variants(version), strict=True)
            if not line["is_optional"] and line["alternative_to"] is None
        ),
        shipping=_shipping(document),
        ship_to=Address(**document["ship_to"]),
        bill_to=Address(**document["bill_to"]),
        metadata={
            "quote_number": quote.number,
            "quote_revision": str(version.revision),
            "po_number": acceptance.po_number,
            "payment_terms": document["terms"]["name"],
            "payment_terms_ref": document["terms"]["ref"],
            "accepted_by": acceptance.buyer.email,
        },
    )


def agreed_lines(order: QuotedOrder) -> tuple[AgreedLine, ...]:
    """What each line of the order, and its freight as one, comes to as it was accepted."""
    goods = [
        AgreedLine(
            article=line.variant_id or line.sku,
            quantity=line.quantity,
            net=round_half_up(line.quantity * line.net_unit_price, order.currency),
        )
        for line in order.lines
    ]
    freight = [
        AgreedLine(
            article="",
            quantity=Decimal(1),
            net=round_half_up(one.net_amount, order.currency),
        )
        for one in order.shipping
    ]
    return (*goods, *freight)


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


def _shipping(document: Mapping[str, Any]) -> tuple[QuotedShipping, ...]:
    if not document["shipping"]["ref"]:
        return ()
    freight = document["freight"]
    return (
        QuotedShipping(
            shipping_option_id=document["shipping"]["ref"],
            name=freight["name"] or "Freight",
            net_amount=Decimal(freight["net"]),
        ),
    )
