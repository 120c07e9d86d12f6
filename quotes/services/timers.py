"""What the clock does: offers and unanswered questions end when their time is over."""

from datetime import datetime, timedelta

from django.conf import settings

from integrations.engine import beat, clock
from integrations.models import StateChange
from quotes.actors import SYSTEM
from quotes.models import Rfq, Version
from quotes.services.ending import expire
from quotes.states import WITH_BUYER, RfqState, VersionState

EVERY_S = 10.0


def expire_offers(at_most: int = 200) -> int:
    """Ends offers, and approved versions nobody sent, whose time is over; how many.

    Nothing depends on its being punctual: an acceptance asks the clock itself.
    """
    open_states = [*WITH_BUYER, VersionState.APPROVED]
    due = Version.objects.filter(state__in=open_states, valid_until__lte=clock.now())
    return sum(expire(version) for version in due.order_by("valid_until")[:at_most])


def expire_questions(at_most: int = 200) -> int:
    """Ends requests whose buyer has not answered a question for so many days; how many."""
    asked_before = clock.now() - timedelta(days=settings.QUOTE_QUESTION_DAYS)
    waiting = Rfq.objects.filter(state=RfqState.INFO_REQUESTED).order_by("id")[:at_most]
    overdue = [rfq for rfq in waiting if _asked_at(rfq) <= asked_before]
    for rfq in overdue:
        rfq.move("expire", SYSTEM, reason=f"no answer for {settings.QUOTE_QUESTION_DAYS} days")
    return len(overdue)


def _asked_at(rfq: Rfq) -> datetime:
    asked = StateChange.objects.filter(
        subject=Rfq.SUBJECT, subject_id=rfq.pk, after=RfqState.INFO_REQUESTED
    )
    return asked.latest("id").at


def register_all() -> None:
    """Has the beat call these. Safe to repeat."""
    beat.register("quote_expiry", EVERY_S, expire_offers)
    beat.register("rfq_expiry", EVERY_S, expire_questions)
