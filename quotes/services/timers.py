"""What the clock does: offers and unanswered questions end when their time is over."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from integrations.engine import beat, clock
from integrations.models import StateChange
from quotes.actors import SYSTEM
from quotes.mails import sending
from quotes.models import Rfq, Version
from quotes.services.ending import expire
from quotes.states import RFQ_FOR_SALES, WITH_BUYER, RfqState, VersionState

EVERY_S = 10.0


def expire_offers(at_most: int = 200) -> int:
    """Ends offers, and approved versions nobody sent, whose time is over; how many.

    Nothing depends on its being punctual: an acceptance asks the clock itself.
    """
    open_states = [*WITH_BUYER, VersionState.APPROVED]
    due = Version.objects.filter(state__in=open_states, valid_until__lte=clock.now())
    return sum(expire(version) for version in due.order_by("valid_until")[:at_most])


def remind_buyers(at_most: int = 200) -> int:
    """Reminds of offers that end soon, once each; how many."""
    soon = clock.now() + timedelta(hours=settings.QUOTE_REMINDER_H)
    ending = Version.objects.filter(
        state=VersionState.OFFERED, valid_until__lte=soon, reminded_at=None
    )
    return sum(_remind(version) for version in ending.order_by("valid_until")[:at_most])


@transaction.atomic
def _remind(version: Version) -> bool:
    now = clock.now()
    unreminded = Version.objects.filter(
        pk=version.pk, state=VersionState.OFFERED, reminded_at=None, valid_until__gt=now
    )
    if unreminded.update(reminded_at=now) != 1:
        return False
    sending.start("reminder", version)
    return True


def tell_of_overdue(at_most: int = 200) -> int:
    """Mails whoever has a request that waits for sales longer than was promised, and the sales
    managers if it still does after the same time again; once each. How many mails."""
    now = clock.now()
    waiting = Rfq.objects.filter(state__in=sorted(RFQ_FOR_SALES), answer_due_at__lte=now)
    again = now - timedelta(hours=settings.QUOTE_ANSWER_DUE_H)
    late = waiting.filter(overdue_told_at=None)
    very_late = waiting.filter(overdue_told_at__lte=again, overdue_raised_at=None)
    told = [
        _tell_once(rfq, "overdue_told_at", "sales_overdue")
        for rfq in late.order_by("answer_due_at")[:at_most]
    ]
    raised = [
        _tell_once(rfq, "overdue_raised_at", "managers_overdue")
        for rfq in very_late.order_by("answer_due_at")[:at_most]
    ]
    return sum(told) + sum(raised)


@transaction.atomic
def _tell_once(rfq: Rfq, stamp: str, mail: str) -> bool:
    untold = Rfq.objects.filter(pk=rfq.pk, state__in=sorted(RFQ_FOR_SALES), **{stamp: None})
    if untold.update(**{stamp: clock.now()}) != 1:
        return False
    sending.start(mail, rfq)
    return True


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
    beat.register("quote_reminders", EVERY_S, remind_buyers)
    beat.register("rfq_overdue", EVERY_S, tell_of_overdue)
    beat.register("rfq_expiry", EVERY_S, expire_questions)
