"""Sends mails as jobs: a mail server that is down loses none of them.

A worker that is killed between the send and its record sends the mail once more; a mail has
no key that its server would know.
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
from quotes.mails.words import ABOUT_RFQ, LETTERS
from quotes.models import Rfq, Version

logger = logging.getLogger(__name__)

SEND_MAIL = "send_quote_mail"


def start(mail: str, about: Rfq | Version) -> None:
    """Starts the sending, inside the transaction of what it tells."""
    start_job(
        SEND_MAIL,
        key=f"mail:{about.SUBJECT}:{about.pk}",
        payload={"mail": mail, "about": about.pk},
        resources={},
        actor="portal",
    )


def message_of(
    mail: str, about: Rfq | Version, *, language: str = ""
) -> EmailMultiAlternatives | None:
    """The mail as text and HTML, for sending and for a preview; None when nobody is to get it.

    In the portal's own language unless another is named.
    """
    language = language or settings.LANGUAGE_CODE
    with translation.override(language):
        letter = LETTERS[mail](about)
        if not letter.to:
            return None
        words = {
            "subject": letter.subject,
            "paragraphs": letter.paragraphs,
            "action": letter.action,
            "url": letter.url,
            "portal_name": settings.PORTAL_NAME,
            "language": language,
        }
        message = EmailMultiAlternatives(
            subject=" ".join(letter.subject.split()),
            body=render_to_string("portal/mails/message.txt", words),
            to=list(letter.to),
        )
        html = render_to_string("portal/mails/message.html", words)
        message.attach_alternative(html, "text/html")
    return message


def _send(ctx: StepContext) -> dict[str, Any]:
    mail, pk = ctx.payload["mail"], ctx.payload["about"]
    model = Rfq if mail in ABOUT_RFQ else Version
    message = message_of(mail, model._default_manager.get(pk=pk))
    if message is None:
        return {"sent": False, "why": "nobody is to be told: set SALES_EMAILS or an owner"}
    ctx.checkpoint()
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as exc:
        raise NotSent(f"The mail server did not take the mail: {type(exc).__name__}.") from None
    logger.info("quote_mail_sent mail=%s about=%s", mail, pk)
    return {"sent": True}


def declare() -> None:
    """Makes the job kind known to this process."""
    register(JobKind(SEND_MAIL, [StepSpec("send", _send, on=None)], lane="batch"))
