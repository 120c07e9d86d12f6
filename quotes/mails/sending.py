"""Sends mails as jobs: a mail server that is down loses none of them.

A worker that is killed between the send and its record sends the mail once more, and so does one
whose server takes the mail in one language and not in the next; a mail has no key that its
server would know.
"""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.errors import NotSent
from quotes.mails.words import ABOUT_FORWARD, ABOUT_RFQ, LETTERS, Letter
from quotes.models import Forward, Rfq, Version

logger = logging.getLogger(__name__)

SEND_MAIL = "send_quote_mail"
About = Rfq | Version | Forward


def start(mail: str, about: About) -> None:
    """Starts the sending, inside the transaction of what it tells."""
    start_job(
        SEND_MAIL,
        key=f"mail:{about.SUBJECT}:{about.pk}",
        payload={"mail": mail, "about": about.pk},
        resources={},
        actor="portal",
    )


def messages_of(mail: str, about: About) -> list[EmailMultiAlternatives]:
    """The mail as text and HTML, one per language of its readers; none when nobody is to get it."""
    letter = _letter(mail, about, settings.LANGUAGE_CODE)
    return [
        _message(_letter(mail, about, language), language, to)
        for language, to in letter.by_language().items()
    ]


def preview_of(mail: str, about: About, *, language: str = "") -> EmailMultiAlternatives | None:
    """The mail as it reads in that language (default: the portal's), for all of its readers at
    once; None when nobody is to get it. For a look, not for sending."""
    language = language or settings.LANGUAGE_CODE
    letter = _letter(mail, about, language)
    to = [one for some in letter.by_language().values() for one in some]
    return _message(letter, language, to) if to else None


def _letter(mail: str, about: About, language: str) -> Letter:
    with translation.override(language):
        return LETTERS[mail](about)


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
    messages = messages_of(mail, about) if about is not None else []
    if not messages:
        return {"sent": False, "why": "nobody is to be told: set SALES_EMAILS or an owner"}
    ctx.checkpoint()
    try:
        for message in messages:
            message.send()
    except (smtplib.SMTPException, OSError) as exc:
        raise NotSent(f"The mail server did not take the mail: {type(exc).__name__}.") from None
    logger.info("quote_mail_sent mail=%s about=%s", mail, pk)
    return {"sent": True}


def declare() -> None:
    """Makes the job kind known to this process."""
    register(JobKind(SEND_MAIL, [StepSpec("send", _send, on=None)], lane="batch"))
