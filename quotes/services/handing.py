"""Requests and quotes go from one colleague to another, with who did it and why."""

from django.db import transaction

from integrations.models import StateChange, User
from quotes.errors import Incomplete, NotPermitted
from quotes.models import Quote, Rfq, Version
from quotes.states import RFQ_TERMINAL

HANDS_OVER_ALL = "quotes.hand_over_quotes"
SELLS = "quotes.edit_quotes"


@transaction.atomic
def hand_over_rfq(rfq: Rfq, *, user: User, to: User, reason: str) -> Rfq:
    """Gives a request to a colleague. Raises NotPermitted for what is somebody else's, unless
    the user may hand over all, and Incomplete for one that is closed."""
    rfq = Rfq.objects.select_for_update().get(pk=rfq.pk)
    if rfq.state in RFQ_TERMINAL:
        raise Incomplete(f"{rfq} is closed; there is nothing to hand over.")
    _refuse(user, rfq.assigned_to, to, reason)
    _give_rfq(rfq, user=user, to=to, reason=reason)
    return rfq


@transaction.atomic
def hand_over_quote(version: Version, *, user: User, to: User, reason: str) -> Quote:
    """Makes a colleague the owner of the quote, and of its request where that had the same one.

    Raises as `hand_over_rfq`.
    """
    quote = Quote.objects.select_for_update().get(pk=version.quote_id)
    before = quote.owner
    _refuse(user, before, to, reason)
    quote.owner = to
    quote.save(update_fields=["owner"])
    _note(version, user, f"owner: {before or 'nobody'} → {to}. {reason.strip()}")
    rfq = Rfq.objects.select_for_update().filter(pk=quote.rfq_id).first()
    if rfq is not None and rfq.state not in RFQ_TERMINAL and rfq.assigned_to == before:
        _give_rfq(rfq, user=user, to=to, reason=reason)
    return quote


def _give_rfq(rfq: Rfq, *, user: User, to: User, reason: str) -> None:
    before, rfq.assigned_to = rfq.assigned_to, to
    rfq.save(update_fields=["assigned_to"])
    _note(rfq, user, f"assigned to: {before or 'nobody'} → {to}. {reason.strip()}")


def _refuse(user: User, before: User | None, to: User, reason: str) -> None:
    if before not in (None, user) and not user.has_perm(HANDS_OVER_ALL):
        raise NotPermitted(f"It is {before}'s: only they or a sales manager can hand it over.")
    if not (to.is_active and to.is_staff and to.has_perm(SELLS)):
        raise Incomplete(f"{to} does not work on quotes; choose somebody in sales.")
    if before == to:
        raise Incomplete(f"It is {to}'s already.")
    if not reason.strip():
        raise Incomplete("Say why it is handed over.")


def _note(row: Rfq | Version, user: User, reason: str) -> None:
    StateChange.objects.create(
        subject=row.SUBJECT,
        subject_id=row.pk,
        before=row.state,
        after=row.state,
        actor=str(user)[:120],
        reason=reason,
    )
