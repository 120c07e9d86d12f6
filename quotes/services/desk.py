"""What sales does to a request beside answering it: finds its company, enters it anew."""

from datetime import datetime

from django.db import transaction

from integrations.engine import clock
from integrations.models import Account, Buyer, StateChange, User
from quotes.actors import Actor, staff
from quotes.errors import Incomplete
from quotes.models import Rfq
from quotes.services import rfqs
from quotes.signin import threads
from quotes.states import RFQ_TERMINAL, Who


@transaction.atomic
def assign_account(rfq: Rfq, *, actor: Actor, account: Account) -> Rfq:
    """Says which company a request without one came from, with a row in its history.

    A buyer of that account with the request's address becomes its buyer. Raises Incomplete
    when the request has a company already, or is closed.
    """
    rfq = Rfq.objects.select_for_update().get(pk=rfq.pk)
    if rfq.account_id is not None:
        raise Incomplete(f"{rfq} belongs to {rfq.account} already.")
    if rfq.state in RFQ_TERMINAL:
        raise Incomplete(f"{rfq} is closed; copy it to go on.")
    rfq.account = account
    rfq.buyer = account.buyers.filter(email__iexact=rfq.contact_email).first()
    rfq.save(update_fields=["account", "buyer"])
    if rfq.buyer is not None:  # who signs in needs no link any more
        threads.revoke(rfq, actor=actor.name, now=clock.now())
    StateChange.objects.create(
        subject=Rfq.SUBJECT,
        subject_id=rfq.pk,
        before=rfq.state,
        after=rfq.state,
        actor=actor.name[:120],
        reason=f"assigned to {account}",
    )
    return rfq


@transaction.atomic
def close_links(rfq: Rfq, *, actor: Actor) -> int:
    """Closes the links with which somebody without access writes to us; how many were open.

    Raises Incomplete where there is none. The next mail about the request carries a new one.
    """
    closed = threads.revoke(rfq, actor=actor.name, now=clock.now())
    if not closed:
        raise Incomplete(f"Nobody has a link to {rfq}.")
    return closed


def buyer_of(account: Account, email: str) -> Buyer | None:
    """The buyer of this company with this address; None for no address.

    Raises Incomplete for an address that no buyer of the company has.
    """
    if not email:
        return None
    found = account.buyers.filter(email__iexact=email).first()
    if found is None:
        raise Incomplete(
            f"{account} has no buyer with the address {email}. Add one under Buyers, or leave the "
            "address empty."
        )
    return found


@transaction.atomic
def enter_again(rfq: Rfq, *, user: User, now: datetime) -> Rfq:
    """A copy of a request that ended without an order, sent by sales and taken on at once."""
    operator = staff(user, Who.OPERATOR)
    copied = rfqs.copy_rfq(rfq, actor=operator)
    copied.source, copied.assigned_to = Rfq.Source.SALES, user
    copied.save(update_fields=["source", "assigned_to"])
    copied = rfqs.submit_rfq(copied, actor=operator, now=now)
    return rfqs.review_rfq(copied, actor=staff(user))
