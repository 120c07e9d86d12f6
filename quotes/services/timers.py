"""What the clock does: offers and unanswered questions end when their time is over.

Each tick takes what is due longest, a bounded number of it, and judges every row again under its
lock: several processes may do this at once, and one row that fails does not keep the others.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from integrations.engine import beat, clock
from integrations.engine.outage import is_database_away
from quotes.actors import SYSTEM
from quotes.errors import QuoteError
from quotes.mails import sending
from quotes.models import Rfq, Version
from quotes.services.ending import expire
from quotes.states import RFQ_FOR_SALES, WITH_BUYER, RfqState, VersionState

EVERY_S = 10.0
Row = TypeVar("Row")


def walk(rows: Iterable[Row], do: Callable[[Row], bool]) -> int:
    """Does it for each row; for how many it did something.

    A row that somebody else moved meanwhile is left; what else goes wrong with one is raised
    after all the others had their turn.
    """
    done, failures = 0, []
    for row in rows:
        try:
            done += do(row)
        except QuoteError:  # it is not what we saw any more
            continue
        except Exception as exc:
            if is_database_away(exc):
                raise
            failures.append(exc)
    if failures:
        raise failures[0]
    return done


def expire_offers(at_most: int = 200) -> int:
    """Ends offers, and approved versions nobody sent, whose time is over; how many.

    Nothing depends on its being punctual: an acceptance asks the clock itself.
    """
    open_states = [*WITH_BUYER, VersionState.APPROVED]
    due = Version.objects.filter(state__in=open_states, valid_until__lte=clock.now())
    return walk(due.order_by("valid_until", "id")[:at_most], expire)


def remind_buyers(at_most: int = 200) -> int:
    """Reminds of offers that end soon, once each; how many."""
    soon = clock.now() + timedelta(hours=settings.QUOTE_REMINDER_H)
    ending = Version.objects.filter(
        state=VersionState.OFFERED, valid_until__lte=soon, reminded_at=None
    )
    return walk(ending.order_by("valid_until", "id")[:at_most], _remind)


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
    told = walk(
        late.order_by("answer_due_at", "id")[:at_most],
        lambda rfq: _tell_once(rfq, "overdue_told_at", "sales_overdue"),
    )
    raised = walk(
        very_late.order_by("answer_due_at", "id")[:at_most],
        lambda rfq: _tell_once(rfq, "overdue_raised_at", "managers_overdue"),
    )
    return told + raised


@transaction.atomic
def _tell_once(rfq: Rfq, stamp: str, mail: str) -> bool:
    untold = Rfq.objects.filter(
        pk=rfq.pk,
        state__in=sorted(RFQ_FOR_SALES),
        answer_due_at=rfq.answer_due_at,  # not renewed since it was found
        **{stamp: None},
    )
    if untold.update(**{stamp: clock.now()}) != 1:
        return False
    sending.start(mail, rfq)
    return True


def expire_questions(at_most: int = 200) -> int:
    """Ends requests whose buyer has not answered a question for so many days, the longest
    waiting first; how many."""
    asked_before = clock.now() - timedelta(days=settings.QUOTE_QUESTION_DAYS)
    overdue = Rfq.objects.filter(state=RfqState.INFO_REQUESTED, asked_at__lte=asked_before)
    return walk(overdue.order_by("asked_at", "id")[:at_most], _end_unanswered)


@transaction.atomic
def _end_unanswered(rfq: Rfq) -> bool:
    """Unless it was answered, and perhaps asked about again, since it was found."""
    fresh = Rfq.objects.select_for_update().get(pk=rfq.pk)
    if (fresh.state, fresh.asked_at) != (RfqState.INFO_REQUESTED, rfq.asked_at):
        return False
    fresh.move("expire", SYSTEM, reason=f"no answer for {settings.QUOTE_QUESTION_DAYS} days")
    sending.start("ended", fresh)
    return True


def register_all() -> None:
    """Has the beat call these. Safe to repeat."""
    beat.register("quote_expiry", EVERY_S, expire_offers)
    beat.register("quote_reminders", EVERY_S, remind_buyers)
    beat.register("rfq_overdue", EVERY_S, tell_of_overdue)
    beat.register("rfq_expiry", EVERY_S, expire_questions)
