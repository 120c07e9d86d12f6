"""What was offered, as one JSON document, and its hash: what a buyer signs.

Amounts and quantities are texts, digit for digit. Everything that the order will be placed with
is part of it, and until when it may be accepted: an extension makes a document of its own.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from integrations.records import Address
from quotes import tiers
from quotes.models import ChoiceList, Version, VersionLine
from quotes.services import choices, drafting
from quotes.services.choices import Lists
from quotes.totals import Totals


def document_of(version: Version, lines: list[VersionLine]) -> dict[str, Any]:
    """The offer as the buyer sees it. No cost, no margin, no internal note."""
    quote, added, lists = version.quote, drafting.totals(version, lines), choices.offered()
    return {
        "quote": quote.number,
        "revision": version.revision,
        "account": quote.account.name,
        "currency": quote.currency,
        "valid_until": moment(version.valid_until),
        "ship_to": _address(version.ship_to),
        "bill_to": _address(version.bill_to or version.ship_to),
        "region": _named(version.region_ref, ChoiceList.Kind.REGIONS, lists),
        "shipping": _named(version.shipping_ref, ChoiceList.Kind.SHIPPING, lists),
        "terms": {"ref": version.terms_ref, "name": version.terms_name},
        "discount_percent": _text(version.discount_percent),
        "freight": {
            "name": version.freight_name,
            "net": _text(added.freight_net),
            "tax_percent": _text(version.freight_tax_percent),
        },
        "needs_po_number": version.needs_po_number,
        "note": version.note,
        "lines": [_line(line, net) for line, net in zip(lines, added.line_nets, strict=True)],
        "totals": _totals(added),
    }


def sha256_of(document: dict[str, Any]) -> str:
    """The hash of the document in its one written form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def moment(at: datetime | None) -> str:
    """The time as a document holds it: ISO 8601 in UTC; nothing for none."""
    return at.astimezone(UTC).isoformat() if at else ""


def _address(written: dict[str, str]) -> dict[str, str]:
    """All parts of an address, in one order; what is not given is an empty text."""
    return asdict(Address(**written))


def _named(ref: str, kind: str, lists: Lists) -> dict[str, str]:
    """What the storefront calls it, as far as the portal knows."""
    row = lists[kind].named(ref) if kind in lists else None
    return {"ref": ref, "name": row.name if row else ""}


def _line(line: VersionLine, net: Any) -> dict[str, Any]:
    return {
        "n": line.n,
        "sku": line.sku,
        "title": line.title,
        "description": line.description,
        "configuration": line.configuration,
        "quantity": _text(line.quantity),
        "unit": line.unit,
        "unit_price": _text(line.unit_price),
        "discount_percent": _text(line.discount_percent),
        "tax_percent": _text(line.tax_percent),
        "net": _text(net),
        "tiers": [
            {"from": _text(tier.from_quantity), "unit_price": _text(tier.unit_price)}
            for tier in tiers.read(line.tiers)
        ],
        "is_optional": line.is_optional,
        "alternative_to": line.alternative_to.n if line.alternative_to else None,
    }


def _totals(added: Totals) -> dict[str, Any]:
    return {
        "goods_net": _text(added.goods_net),
        "freight_net": _text(added.freight_net),
        "net": _text(added.net),
        "taxes": [
            {
                "percent": _text(tax.percent),
                "base": _text(tax.base),
                "amount": _text(tax.amount),
            }
            for tax in added.taxes
        ],
        "tax": _text(added.tax),
        "gross": _text(added.gross),
    }


def _text(number: Any) -> str:
    """Without an exponent and without zeros at the end that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
