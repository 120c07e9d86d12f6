"""How versions end without an order, and what their request becomes then."""

from django.db import transaction

from integrations.engine import clock
from quotes.actors import SYSTEM, Actor
from quotes.errors import Incomplete
from quotes.mails import sending
from quotes.models import Quote, Rfq, Version
from quotes.moments import by_seller
from quotes.services.deadlines import due_anew
from quotes.states import BOUND, WITH_BUYER, WORKING, RfqState, VersionState, Who

PORTAL = Actor(who=Who.OPERATOR, name="portal")


@transaction.atomic
def withdraw(version: Version, *, actor: Actor, reason: str) -> Version:
    """Takes a version back, whether it is still in work or with the buyer, who is told so."""
    if not reason.strip():
        raise Incomplete("Say why it is withdrawn.")
    quote, version = locked(version)
    was_with_buyer = version.state in WITH_BUYER
    version.move("withdraw", actor, reason=reason)
    if was_with_buyer:
        reopen_request(quote, reason=f"{version} was withdrawn")
        sending.start("withdrawn", version)
    return version


def withdraw_open(quote: Quote, *, reason: str) -> None:
    """Withdraws whatever of the quote can still be; raises Incomplete once one is accepted.

    The caller holds the quote's lock.
    """
    for version in quote.versions.select_for_update().order_by("revision"):
        if version.state in BOUND:
            raise Incomplete(f"{version} is accepted already.")
        if version.state in WITH_BUYER | WORKING:
            version.move("withdraw", PORTAL, reason=reason)


def drop_work(quote: Quote, *, reason: str) -> None:
    """Withdraws a revision that is in work. The caller holds the quote's lock."""
    for version in quote.versions.select_for_update().filter(state__in=WORKING):
        version.move("withdraw", PORTAL, reason=reason)


@transaction.atomic
def decline(version: Version, *, actor: Actor, reason: str) -> Version:
    """The buyer does not want it; a rep may say so for them."""
    if not reason.strip():
        raise Incomplete("Say why it is declined.")
    quote, version = locked(version)
    version.move("decline", actor, reason=reason)
    sending.start("sales_declined", version)
    reopen_request(quote, reason=f"{version} was declined")
    return version


@transaction.atomic
def expire(version: Version) -> bool:
    """Ends a version whose time is over, by the database's clock; whether it did."""
    _, version = locked(version)
    is_open = version.state in WITH_BUYER | {VersionState.APPROVED}
    if not (is_open and version.valid_until and version.valid_until <= clock.now()):
        return False
    was_with_buyer = version.state in WITH_BUYER
    version.move("expire", SYSTEM, reason=f"valid until {by_seller(version.valid_until)}")
    rfq = version.quote.rfq
    if was_with_buyer:
        sending.start("expired", version)
    if was_with_buyer and rfq is not None and rfq.state == RfqState.QUOTED:
        Rfq.objects.select_for_update().get(pk=rfq.pk).move("expire", SYSTEM)
    return True


def reopen_request(quote: Quote, *, reason: str) -> None:
    """Has sales work on the request again, because nothing of it is with the buyer now."""
    if quote.rfq_id is None:
        return
    rfq = Rfq.objects.select_for_update().get(pk=quote.rfq_id)
    if rfq.state == RfqState.QUOTED:
        rfq.move("reopen", SYSTEM, reason=reason, **due_anew(clock.now()))


def locked(version: Version) -> tuple[Quote, Version]:
    """Both rows as they are now, the quote's lock first: one winner per quote."""
    quote = Quote.objects.select_for_update().get(pk=version.quote_id)
    fresh = Version.objects.select_for_update().get(pk=version.pk)
    fresh.quote = quote
    return quote, fresh
