"""Codes by e-mail: asking for one, and showing that one read it.

Whoever asks learns nothing about an address: a row and a job are made for every address, and
only the job finds out whether there is somebody to write to.
"""

import logging
import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from integrations.models import User
from quotes.models import SignInCode
from quotes.signin import locks, mail, people, policies

logger = logging.getLogger(__name__)

Purpose = SignInCode.Purpose


@transaction.atomic
def request_code(
    *,
    email: str,
    ip: str,
    now: datetime,
    language: str = "en",
    purpose: Purpose = Purpose.SIGN_IN,
) -> uuid.UUID:
    """Has a code mailed and returns the handle that the asking browser must show with it.

    Also where nobody is written to (the address is unknown, or asked too often): the handle
    then fits no code that anybody will read. Safe to repeat; each call makes a new code.
    """
    email, digest = policies.normal_email(email), policies.ip_digest(ip)
    locks.take(f"code:email:{email}")
    locks.take(f"code:ip:{digest}")  # always in this order, so that no two wait for each other
    if _is_throttled(email, digest, now):
        logger.warning("signin_code_throttled ip_digest=%s", digest[:12])
        return uuid.uuid4()
    code = SignInCode.objects.create(
        email=email,
        purpose=purpose,
        language=language,
        salt=secrets.token_urlsafe(32),
        ip_digest=digest,
        created_at=now,
        expires_at=now + policies.CODE_LIFE,
    )
    mail.start_sending(code)
    logger.info("signin_code_requested code=%s", code.pk)
    return code.handle


@transaction.atomic
def check_code(*, handle: uuid.UUID, email: str, code: str, now: datetime) -> User | None:
    """The user whom this code signs in, made if need be; None if it does not.

    A try is counted before the code is looked at, under the lock of its row: however many
    guess at once, no more than policies.TRIES are compared. The right code works once.
    """
    if not _use(handle, email, code, now, Purpose.SIGN_IN):
        return None
    user = people.user_of_address(email=policies.normal_email(email))
    if user is not None:
        logger.info("signin_by_code user=%s", user.pk)
    return user


@transaction.atomic
def verify_address(*, handle: uuid.UUID, email: str, code: str, now: datetime) -> bool:
    """Whether this code shows that the asker reads that mailbox. Signs nobody in."""
    return _use(handle, email, code, now, Purpose.VERIFY_EMAIL)


def _is_throttled(email: str, digest: str, now: datetime) -> bool:
    recent = SignInCode.objects.filter(created_at__gt=now - policies.WINDOW)
    return policies.is_throttled(
        of_address=recent.filter(email=email).count(), of_ip=recent.filter(ip_digest=digest).count()
    )


def _use(handle: uuid.UUID, email: str, given: str, now: datetime, purpose: Purpose) -> bool:
    rows = SignInCode.objects.filter(
        handle=handle,
        email=policies.normal_email(email),
        purpose=purpose,
        used_at__isnull=True,
        expires_at__gt=now,
        tries_left__gt=0,
    )
    counted = rows.update(tries_left=F("tries_left") - 1)  # holds the row from here on
    salt = SignInCode.objects.filter(handle=handle).values_list("salt", flat=True).first()
    fits = policies.is_code(given, salt or secrets.token_urlsafe(32))
    if not (counted and fits):
        return False
    SignInCode.objects.filter(handle=handle).update(used_at=now)
    return True
