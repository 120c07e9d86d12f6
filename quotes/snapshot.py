"""What was offered, as one JSON document, and its hash: what a buyer signs.

Amounts and quantities are texts, digit for digit. The validity is not part of it, for it may
be extended; everything else of an offer never changes.
"""

import hashlib
import json
from typing import Any

from quotes import tiers
from quotes.models import Version, VersionLine
from quotes.services import drafting
from quotes.totals import Totals


def document_of(version: Version, lines: list[VersionLine]) -> dict[str, Any]:
    """The offer as the buyer sees it. No cost, no margin, no internal note."""
    quote, added = version.quote, drafting.totals(version, lines)
    return {
        "quote": quote.number,
        "revision": version.revision,
        "account": quote.account.name,
        "currency": quote.currency,
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
