"""Quotes while sales works on them: opened, edited, copied into a new revision."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from integrations.models import Account, Buyer, User
from quotes import tiers
from quotes.actors import Actor, staff
from quotes.errors import Incomplete
from quotes.models import Approval, BasisCheck, Quote, Rfq, Version, VersionLine
from quotes.services import ending
from quotes.services.ending import locked
from quotes.states import (
    BOUND,
    REQUOTABLE,
    RFQ_OPEN,
    WITH_BUYER,
    WORKING,
    RfqState,
    VersionState,
)
from quotes.totals import PricedLine, Totals, totals_of

# What a new revision, or a copy, takes over from the one before.
KEPT = (
    "terms_ref",
    "terms_name",
    "discount_percent",
    "freight_net",
    "freight_name",
    "freight_tax_percent",
    "ship_to",
    "bill_to",
    "region_ref",
    "shipping_ref",
    "needs_po_number",
    "note",
    "internal_note",
)


@transaction.atomic
def quote_rfq(rfq: Rfq, *, user: User) -> Version:
    """A quote for the request, with its lines; the one in work where there is one already."""
    rfq = Rfq.objects.select_for_update().get(pk=rfq.pk)
    if rfq.account is None:
        raise Incomplete("Assign the request to an account before you quote it.")
    if rfq.state not in RFQ_OPEN or rfq.state == RfqState.DRAFT:
        raise Incomplete(f"{rfq} is {rfq.get_state_display().lower()}; nothing can be quoted.")
    if rfq.state == RfqState.SUBMITTED:
        rfq.move("review", staff(user), assigned_to_id=user.pk)
    in_work = Version.objects.filter(quote__rfq=rfq, state__in=WORKING).first()
    if in_work is not None:
        return in_work
    _refuse_second_offer(rfq)
    quote = Quote.objects.create(
        account=rfq.account, rfq=rfq, buyer=rfq.buyer, owner=user, currency=rfq.currency
    )
    version = Version.objects.create(quote=quote, revision=1, edited_by=user)
    VersionLine.objects.bulk_create(
        VersionLine(
            version=version,
            rfq_line=line,
            n=line.n,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit=line.unit,
            note=line.note,
            configuration=line.configuration,
        )
        for line in rfq.lines.all()
    )
    return version


def _refuse_second_offer(rfq: Rfq) -> None:
    """Two offers for one request could both be accepted."""
    live = Version.objects.filter(quote__rfq=rfq, state__in=WITH_BUYER | BOUND).first()
    if live is not None:
        raise Incomplete(
            f"{live} answers {rfq} already; quote that one anew, or withdraw it first."
        )


@transaction.atomic
def open_quote(
    *, account: Account, person: Buyer | None, currency: str, user: User, title: str = ""
) -> Version:
    """A quote that nobody asked for."""
    quote = Quote.objects.create(
        account=account, buyer=person, owner=user, currency=currency, title=title
    )
    return Version.objects.create(quote=quote, revision=1, edited_by=user)


@contextmanager
def editing(version: Version, *, user: User) -> Iterator[Version]:
    """The version to change, locked, in one transaction. Any edit voids its approvals.

    Raises Incomplete unless it is in work: what was offered is never changed.
    """
    with transaction.atomic():
        _, fresh = locked(version)
        if fresh.state not in WORKING:
            label = fresh.get_state_display().lower()
            raise Incomplete(f"{fresh} is {label} and cannot be changed; quote it anew.")
        yield fresh
        note_edit(fresh, user=user)


def note_edit(version: Version, *, user: User) -> None:
    """Counts an edit, adds up, voids what was approved, and takes the version back to a draft.

    What the ERP said of its prices before is forgotten: it was said of others.

    The caller holds the version's lock, in a transaction.
    """
    version.edits += 1
    version.edited_by = user
    add_up(version)
    version.save()
    Approval.objects.filter(version=version, state__in=("waiting", "approved")).update(state="void")
    BasisCheck.objects.filter(version=version).delete()
    if version.state != VersionState.DRAFT:
        version.move("return_for_editing", staff(user), reason="edited")


@transaction.atomic
def return_for_editing(version: Version, *, actor: Actor, comment: str) -> Version:
    """Makes it a draft again; its approvals are void."""
    _, version = locked(version)
    Approval.objects.filter(version=version, state__in=("waiting", "approved")).update(state="void")
    version.move("return_for_editing", actor, reason=comment)
    return version


@transaction.atomic
def requote(version: Version, *, user: User) -> Version:
    """A new revision with the same lines. One with the buyer stays there until it is offered."""
    quote, version = locked(version)
    if version.state not in REQUOTABLE:
        label = version.get_state_display().lower()
        raise Incomplete(f"{version} is {label}; it cannot be quoted anew.")
    if quote.versions.filter(state__in=WORKING).exclude(pk=version.pk).exists():
        raise Incomplete(f"A newer revision of {quote} is in work already.")
    if version.state == VersionState.NOT_APPROVED:
        version.move("withdraw", staff(user), reason="quoted anew")
    newest = quote.versions.order_by("-revision")[0]
    kept: dict[str, Any] = {name: getattr(version, name) for name in KEPT}
    fresh = Version.objects.create(
        quote=quote,
        revision=newest.revision + 1,
        edited_by=user,
        erp=version.erp,
        erp_customer_ref=version.erp_customer_ref,
        **kept,
    )
    copy_lines(version, fresh)
    add_up(fresh)
    fresh.save(update_fields=["net_total", "tax_total", "gross_total"])
    if not quote.versions.filter(state__in=WITH_BUYER).exists():
        ending.reopen_request(quote, reason=f"{fresh} is being worked on")
    return fresh


def totals(version: Version, lines: list[VersionLine] | None = None) -> Totals:
    """What the version adds up to now; lines without a price count nothing."""
    rows = list(version.lines.all()) if lines is None else lines
    return totals_of(
        [priced(row) for row in rows],
        currency=version.quote.currency,
        discount_percent=version.discount_percent,
        freight_net=version.freight_net,
        freight_tax_percent=version.freight_tax_percent,
    )


def add_up(version: Version) -> None:
    """Writes what it adds up to into its fields, for lists and sums; the caller saves them."""
    added = totals(version)
    version.net_total, version.tax_total, version.gross_total = added.net, added.tax, added.gross


def priced(line: VersionLine) -> PricedLine:
    return PricedLine(
        quantity=line.quantity,
        unit_price=line.unit_price or Decimal(0),
        discount_percent=line.discount_percent,
        tax_percent=line.tax_percent or Decimal(0),
        unit_cost=line.unit_cost,
        list_price=line.list_price,
        is_counted=line.is_counted,
        tier_prices=tuple(
            tier.unit_price for tier in tiers.read(line.tiers) if tier.unit_price is not None
        ),
    )


def copy_lines(
    version: Version, fresh: Version, *, change: Callable[[VersionLine], None] | None = None
) -> None:
    """The same lines on a version without any; each is handed to `change` before it is saved."""
    made: dict[int, VersionLine] = {}
    for line in version.lines.order_by(F("alternative_to").asc(nulls_first=True), "n"):
        old = line.pk
        line.pk, line.version = None, fresh
        line.alternative_to = made.get(line.alternative_to_id or 0)
        if change is not None:
            change(line)
        line.save(force_insert=True)
        made[old] = line
