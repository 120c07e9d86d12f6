"""From an approved version to an offer that the buyer can accept."""

from datetime import datetime

from django.db import transaction

from integrations.engine import clock
from integrations.models import StateChange, User
from quotes.actors import SYSTEM, Actor, staff
from quotes.errors import Incomplete
from quotes.mails import sending
from quotes.models import Quote, Rfq, Version
from quotes.moments import by_seller
from quotes.services import customers
from quotes.services.approving import refuse_incomplete
from quotes.services.drafting import totals
from quotes.services.ending import locked
from quotes.services.restricted import refuse_restricted
from quotes.snapshot import document_of, moment, sha256_of
from quotes.states import BOUND, WITH_BUYER, RfqState, Who


@transaction.atomic
def offer(version: Version, *, user: User) -> Version:
    """Freezes the version and puts it before the buyer; what was there before is superseded.

    Raises Incomplete when something is missing, the account is blocked or may not have it, or
    its order could be placed for nobody.
    """
    quote, version = locked(version)
    refuse_incomplete(version, now=clock.now())
    if quote.versions.filter(state__in=BOUND).exists():
        raise Incomplete(f"{quote} is accepted already; make a new quote.")
    if quote.account.is_blocked:
        raise Incomplete(f"{quote.account} is blocked; nothing is offered to it.")
    refuse_restricted(version, now=clock.now())
    customer = customers.to_offer(version)
    _supersede(quote, by=version)
    lines = list(version.lines.select_related("alternative_to"))
    document, added = document_of(version, lines), totals(version, lines)
    version.move(
        "offer",
        staff(user),
        offered_at=clock.now(),
        document=document,
        sha256=sha256_of(document),
        net_total=added.net,
        tax_total=added.tax,
        gross_total=added.gross,
        **customer,
    )
    _tell_request(quote)
    sending.start("offered", version)
    return version


@transaction.atomic
def extend(version: Version, *, actor: Actor, until: datetime) -> Version:
    """Moves the end of an offer's validity to a later time, with a row in its history.

    All else stays the same; the hash that a buyer signs is another one from now on. Raises
    Incomplete where a licence that it needs ends before.
    """
    _, version = locked(version)
    now = clock.now()
    if version.state not in WITH_BUYER or version.valid_until is None:
        raise Incomplete(f"{version} is {version.get_state_display().lower()}; quote it anew.")
    if version.valid_until <= now:
        raise Incomplete(f"{version} is past its time already; quote it anew.")
    if until <= version.valid_until:
        raise Incomplete("An offer can only be made to last longer.")
    before = version.sha256
    version.valid_until = until
    refuse_restricted(version, now=now)
    version.document = {**(version.document or {}), "valid_until": moment(until)}
    version.sha256 = sha256_of(version.document)
    version.reminded_at = None  # the new end has a reminder of its own
    version.save(update_fields=["valid_until", "document", "sha256", "reminded_at"])
    StateChange.objects.create(
        subject=Version.SUBJECT,
        subject_id=version.pk,
        before=version.state,
        after=version.state,
        actor=actor.name[:120],
        reason=f"extended until {by_seller(until)}; its hash was {before}",
    )
    return version


@transaction.atomic
def keep_offer(version: Version, *, actor: Actor, reason: str = "") -> Version:
    """Answers a wish for a change with the same offer, or takes the wish back.

    Raises Incomplete where sales would put it before an account that may not have it.
    """
    quote, version = locked(version)
    if actor.who is not Who.BUYER:
        refuse_restricted(version, now=clock.now())
    version.move("keep_offer", actor, reason=reason)
    _tell_request(quote)
    return version


def _supersede(quote: Quote, *, by: Version) -> None:
    before = quote.versions.select_for_update().filter(state__in=WITH_BUYER)
    for older in before:
        older.move("supersede", SYSTEM, reason=f"{by} was offered", superseded_by=by)


def _tell_request(quote: Quote) -> None:
    if quote.rfq_id is None:
        return
    rfq = Rfq.objects.select_for_update().get(pk=quote.rfq_id)
    if rfq.state != RfqState.QUOTED:
        rfq.move("quote", SYSTEM)


def is_expired(version: Version, now: datetime) -> bool:
    """Whether the offer's time is over; an offer always has an end."""
    return version.valid_until is None or version.valid_until <= now


def is_open_to_buyer(version: Version, now: datetime) -> bool:
    return version.state in WITH_BUYER and not is_expired(version, now)
