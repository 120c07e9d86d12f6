"""Sends mails as jobs: a mail server that is down loses none of them.

What is guaranteed: every mail is handed to the server at least once, and once only unless its
worker dies, or loses its answer, between the hand-over and the record of it. Each mail is written
down before it is sent and has one Message-ID for all tries, so that a server or a reader's program
can collapse the second copy; what the server took in one language is not sent again because of
another.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from integrations.engine import beat, clock
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import NotSent
from quotes.mails.identity import message_id
from quotes.mails.letters import Letter, absolute
from quotes.mails.words import ABOUT_FORWARD, ABOUT_RFQ, LETTERS
from quotes.models import Forward, Mailing, Rfq, Version
from quotes.signin import threads

logger = logging.getLogger(__name__)

SEND_MAIL = "send_quote_mail"
KEEP, EVERY_S, AT_MOST = timedelta(days=90), 300.0, 500
About = Rfq | Version | Forward
Make = Callable[[], Letter]


def start(mail: str, about: About) -> SyncJob:
    """Starts the sending, inside the transaction of what it tells."""
    return start_job(
        SEND_MAIL,
        key=f"mail:{about.SUBJECT}:{about.pk}",
        payload={"mail": mail, "about": about.pk},
        resources={},
        actor="portal",
    )


def messages_of(mail: str, about: About) -> list[EmailMultiAlternatives]:
    """The mail as text and HTML, one per language of its readers; none when nobody is to get it."""
    return [message for _, message in _messages(lambda: LETTERS[mail](about))]


def preview_of(mail: str, about: About, *, language: str = "") -> EmailMultiAlternatives | None:
    """The mail as it reads in that language (default: the portal's), for all of its readers at
    once; None when nobody is to get it. For a look, not for sending."""
    language = language or settings.LANGUAGE_CODE
    letter = _spoken(lambda: LETTERS[mail](about), language)
    to = [one for some in letter.by_language().values() for one in some]
    return _message(letter, language, to) if to else None


def deliver(ctx: StepContext, mail: str, about: About, make: Make) -> dict[str, Any]:
    """Hands what `make` writes to the mail server, in each language of its readers once.

    Raises NotSent where the server does not take it; what it took before is not repeated.
    """
    messages = _messages(make)
    if not messages:
        return {"sent": False, "why": "nobody is to be told: set SALES_EMAILS or an owner"}
    for language, message in messages:
        own = message_id(ctx.job_id, mail, about.SUBJECT, about.pk, language, *message.to)
        message.extra_headers["Message-ID"] = own
        _send_once(ctx, message, _intended(own, mail, about, language))
    logger.info("quote_mail_sent mail=%s about=%s", mail, about.pk)
    return {"sent": True}


def forget_old() -> int:
    """Deletes what was written down of mails sent long ago; how many. Run by the beat."""
    old = Mailing.objects.filter(tried_at__lt=clock.now() - KEEP).order_by("tried_at")
    chosen = list(old.values_list("pk", flat=True)[:AT_MOST])
    return Mailing.objects.filter(pk__in=chosen).delete()[0] if chosen else 0


def _intended(own: str, mail: str, about: About, language: str) -> Mailing:
    row, _ = Mailing.objects.get_or_create(
        message_id=own,
        defaults={
            "mail": mail,
            "language": language,
            "subject_kind": about.SUBJECT,
            "subject_id": about.pk,
            "tried_at": clock.now(),
        },
    )
    return row


def _send_once(ctx: StepContext, message: EmailMultiAlternatives, row: Mailing) -> None:
    if row.sent_at is not None:
        return
    ctx.checkpoint()
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as exc:
        raise NotSent(f"The mail server did not take the mail: {type(exc).__name__}.") from None
    Mailing.objects.filter(pk=row.pk).update(sent_at=clock.now())


def _messages(make: Make) -> list[tuple[str, EmailMultiAlternatives]]:
    letter = _spoken(make, settings.LANGUAGE_CODE)
    url = letter.url
    if letter.thread_of is not None and letter.to:
        url = _link_to(letter.thread_of)
    return [
        (language, _message(replace(_spoken(make, language), url=url), language, to))
        for language, to in letter.by_language().items()
    ]


def _link_to(rfq: Rfq) -> str:
    token = threads.issue(rfq, now=timezone.now())
    return absolute(reverse("portal:thread_open", args=[token]))


def _spoken(make: Make, language: str) -> Letter:
    with translation.override(language):
        return make()


def _message(letter: Letter, language: str, to: list[str]) -> EmailMultiAlternatives:
    words = {
        "subject": letter.subject,
        "paragraphs": letter.paragraphs,
        "action": letter.action,
        "url": letter.url,
        "portal_name": settings.PORTAL_NAME,
        "language": language,
    }
    with translation.override(language):
        message = EmailMultiAlternatives(
            subject=" ".join(letter.subject.split()),
            body=render_to_string("portal/mails/message.txt", words),
            to=to,
        )
        html = render_to_string("portal/mails/message.html", words)
    message.attach_alternative(html, "text/html")
    return message


def _model_of(mail: str) -> type[About]:
    if mail in ABOUT_FORWARD:
        return Forward
    return Rfq if mail in ABOUT_RFQ else Version


def _send(ctx: StepContext) -> dict[str, Any]:
    mail, pk = ctx.payload["mail"], ctx.payload["about"]
    about = _model_of(mail)._default_manager.filter(pk=pk).first()
    if about is None:
        return {"sent": False, "why": "what it tells of is gone"}
    return deliver(ctx, mail, about, lambda: LETTERS[mail](about))


def declare() -> None:
    """Makes the job kind known to this process, and has the beat forget old mails."""
    register(JobKind(SEND_MAIL, [StepSpec("send", _send, on=None)], lane="batch"))
    beat.register("forget_mailings", EVERY_S, forget_old)
