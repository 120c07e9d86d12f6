"""Copies of a quote as a new one, for the same company or another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from integrations.errors import PortalError
from integrations.models import Account, Buyer, User
from quotes import tiers
from quotes.errors import QuoteError
from quotes.models import Quote, Version, VersionLine
from quotes.services import drafting, pricing
from quotes.services.pricing import Unpriced

# Where it goes, what was agreed with one company and what was said to it or about it are no
# other's business.
_OF_THE_COMPANY = frozenset(
    {
        "ship_to",
        "bill_to",
        "region_ref",
        "shipping_ref",
        "terms_ref",
        "terms_name",
        "discount_percent",
        "freight_net",
        "freight_name",
        "freight_tax_percent",
        "needs_po_number",
        "note",
        "internal_note",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The new draft, the lines that the ERP gave no price, and why it was not asked at all."""

    version: Version
    unpriced: Sequence[Unpriced]
    refusal: str = ""


def copy_quote(
    version: Version, *, account: Account, buyer: Buyer | None, user: User, on: date
) -> Copied:
    """A new quote with the same lines, whatever became of the old one; prices are asked anew.

    For the same company prices that a person set come along, marked as such, and so do discounts,
    freight, addresses, terms, shipping and notes; all other prices are the ERP's of today, or
    none where it gives none. Another company gets what the lines are and how many: no price,
    discount, title or note of the first.
    """
    fresh = _copied(version, account=account, buyer=buyer, user=user)
    try:
        unpriced = pricing.price_version(fresh, user=user, on=on)
    except (QuoteError, PortalError) as refusal:
        return Copied(version=fresh, unpriced=(), refusal=str(refusal))
    return Copied(version=fresh, unpriced=unpriced)


@transaction.atomic
def _copied(version: Version, *, account: Account, buyer: Buyer | None, user: User) -> Version:
    old = version.quote
    is_same = account.pk == old.account_id
    quote = Quote.objects.create(
        account=account,
        buyer=buyer,
        owner=user,
        title=old.title if is_same else "",
        currency=old.currency,
    )
    kept: dict[str, Any] = {
        name: getattr(version, name)
        for name in drafting.KEPT
        if is_same or name not in _OF_THE_COMPANY
    }
    fresh = Version.objects.create(quote=quote, revision=1, edited_by=user, **kept)
    drafting.copy_lines(version, fresh, change=_unpriced if is_same else _anonymous)
    drafting.add_up(fresh)
    fresh.save(update_fields=["net_total", "tax_total", "gross_total"])
    return fresh


def _unpriced(line: VersionLine) -> None:
    """Forgets what the ERP said, and the request that the line came from."""
    line.rfq_line, line.basis = None, {}
    is_by_hand = line.is_price_manual or not line.sku
    if not is_by_hand:
        line.unit_price = line.list_price = line.unit_cost = line.cost_as_of = None
    line.is_price_manual = is_by_hand and line.unit_price is not None
    line.tiers = tiers.written(
        tier if tier.is_manual else tiers.unpriced(tier) for tier in tiers.read(line.tiers)
    )


def _anonymous(line: VersionLine) -> None:
    """What it is and how many; nothing of what was agreed with whom it was quoted to."""
    line.rfq_line, line.basis, line.note = None, {}, ""
    line.unit_price = line.list_price = line.unit_cost = line.cost_as_of = None
    line.is_price_manual, line.discount_percent = False, Decimal(0)
    line.tiers = tiers.written(tiers.unpriced(tier) for tier in tiers.read(line.tiers))
