"""Mails a code, as a job: a mail server that is down loses nothing while the code lives.

The job carries the row's id only. The code is computed when the mail is written, so that no
payload, log line or history holds it, and every try sends the same one.
"""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.retry import RetryPolicy
from integrations.engine.start import start_job
from integrations.errors import NotSent
from quotes.mails.identity import message_id
from quotes.models import SignInCode
from quotes.signin import people, policies

logger = logging.getLogger(__name__)

SEND_CODE, LANE = "send_sign_in_code", "batch"
AHEAD = 10  # somebody sits before the page and waits; batch work has 100
LONGEST_WAIT_S = 30.0


def declare() -> None:
    """Makes the job kind known to this process. Called once, at start."""
    register(
        JobKind(
            SEND_CODE,
            [StepSpec("send", _send, on=None)],
            lane=LANE,
            retry=RetryPolicy(base_s=2.0, cap_s=LONGEST_WAIT_S),
        )
    )


def start_sending(code: SignInCode) -> None:
    """Starts the job, inside the transaction that made the code."""
    start_job(
        SEND_CODE,
        key=f"signin:{code.pk}",
        payload={"code": code.pk},
        resources={},
        actor="portal",
        priority=AHEAD,
    )


def _send(ctx: StepContext) -> dict[str, Any]:
    code = SignInCode.objects.filter(pk=ctx.payload["code"]).first()
    if code is None or code.expires_at <= timezone.now():
        return {"sent": False, "why": "the code expired before it could be sent"}
    if code.purpose == SignInCode.Purpose.SIGN_IN and not people.is_known(code.email):
        return {"sent": False, "why": "no buyer can sign in with this address"}
    ctx.checkpoint()
    _deliver(code)
    logger.info("signin_code_sent code=%s", code.pk)
    return {"sent": True}


def _deliver(code: SignInCode) -> None:
    try:
        message_of(code).send()
    except (smtplib.SMTPException, OSError) as exc:
        # Its words may repeat the address or the mail; the class says enough. No cause either:
        # a traceback is kept with the job.
        kind = type(exc).__name__
    else:
        return
    raise NotSent(f"The mail server did not take the sign-in code: {kind}.")


def message_of(code: SignInCode) -> EmailMultiAlternatives:
    """The mail in the language of whoever asked, as text and as HTML."""
    with translation.override(code.language):
        words = {
            "code": policies.code_of(code.salt),
            "minutes": int(policies.CODE_LIFE.total_seconds() // 60),
            "portal_name": settings.PORTAL_NAME,
            "language": code.language,
            "is_sign_in": code.purpose == SignInCode.Purpose.SIGN_IN,
        }
        message = EmailMultiAlternatives(
            subject=_("Your code for %(portal_name)s") % words,
            body=render_to_string("portal/signin/code_mail.txt", words),
            to=[code.email],
            headers={"Message-ID": message_id("sign_in", code.pk, code.handle)},
        )
        message.attach_alternative(
            render_to_string("portal/signin/code_mail.html", words), "text/html"
        )
    return message
