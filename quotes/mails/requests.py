"""To whoever sent a request, about that request."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.models import StateChange
from quotes.mails.letters import Letter, absolute, language_of
from quotes.models import Message, Rfq
from quotes.signin import threads


def question(rfq: Rfq) -> Letter:
    asked = StateChange.objects.filter(
        subject=Rfq.SUBJECT, subject_id=rfq.pk, after=Rfq.State.INFO_REQUESTED
    ).latest("id")
    return _to_asker(
        rfq,
        subject=_("A question about your request %(number)s") % {"number": rfq.number},
        paragraphs=[_("Before we can quote your request, we need to know:"), asked.reason],
        action=_("Answer"),
    )


def said(rfq: Rfq, *, told_in: int | None = None) -> Letter:
    """What sales wrote in the thread: the words of one mail, or those that wait for theirs."""
    waiting = untold(rfq.pk) if told_in is None else rfq.messages.filter(told_in=told_in)
    texts = [
        (_("Line %(n)s: %(text)s") % {"n": one.line.n, "text": one.text}) if one.line else one.text
        for one in waiting.select_related("line").order_by("id")
    ]
    if not texts:
        raise ObjectDoesNotExist("Nothing was written that is still to be told.")
    return _to_asker(
        rfq,
        subject=_("News about your request %(number)s") % {"number": rfq.number},
        paragraphs=[_("We wrote about your request %(number)s:") % {"number": rfq.number}, *texts],
        action=_("Open the request"),
    )


def untold(rfq_pk: int) -> QuerySet[Message]:
    """Words of sales that no mail tells of yet."""
    return Message.objects.filter(
        rfq=rfq_pk, is_from_buyer=False, is_internal=False, told_in__isnull=True
    )


def declined(rfq: Rfq) -> Letter:
    refusal = StateChange.objects.filter(
        subject=Rfq.SUBJECT, subject_id=rfq.pk, after=Rfq.State.DECLINED
    ).latest("id")
    return _of_closed(
        rfq,
        subject=_("We cannot quote your request %(number)s") % {"number": rfq.number},
        paragraphs=[
            _("Thank you for your request %(number)s. We cannot make an offer for it:")
            % {"number": rfq.number},
            refusal.reason,
        ],
    )


def ended(rfq: Rfq) -> Letter:
    """A question was not answered in time."""
    words = {"number": rfq.number, "days": settings.QUOTE_QUESTION_DAYS}
    return _of_closed(
        rfq,
        subject=_("Your request %(number)s has ended") % words,
        paragraphs=[
            _("We asked you about your request %(number)s and got no answer for %(days)s days.")
            % words,
            _("The request is closed. If you still need an offer, please ask us again."),
        ],
    )


def _of_closed(rfq: Rfq, *, subject: str, paragraphs: Sequence[str]) -> Letter:
    """Whoever has no access is led to asking for something else."""
    letter = _to_asker(rfq, subject=subject, paragraphs=paragraphs, action=_("Open the request"))
    if letter.thread_of is None:
        return letter
    url = absolute(reverse("portal:anonymous"))
    return replace(letter, thread_of=None, action=_("Ask for something else"), url=url)


def _to_asker(rfq: Rfq, *, subject: str, paragraphs: Sequence[str], action: str) -> Letter:
    """To whoever sent the request, with the way to it that they have."""
    is_askers = threads.is_askers(rfq)
    page = reverse("portal:thread") if is_askers else reverse("portal:request", args=[rfq.pk])
    return Letter(
        to=(rfq.contact_email,),
        languages={rfq.contact_email: language_of(rfq)},
        subject=subject,
        paragraphs=paragraphs,
        action=action,
        url=absolute(page),
        thread_of=rfq if is_askers else None,
    )
