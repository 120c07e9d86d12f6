"""A customer who registered in the storefront shows that they read the mailbox they named.

1. The storefront's server asks for a hand-over of a customer who is signed in there. The
   customer waits for proof, so the address that it gets lets nobody in: it leads to a page.
2. That page, in the customer's browser, has a code mailed to the address. The link works once
   and for a minute, so that a link that is passed on is soon worth nothing.
3. The code, typed into the same browser, ties the two together: who is signed in to the
   storefront as that customer, and who reads that mailbox.

A code for signing in to the portal proves the second only, and therefore accepts nobody.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from integrations.flows.customers import registrations
from integrations.models import Connection, Registration
from quotes.models import SignInCode
from quotes.signin import codes, links, policies

logger = logging.getLogger(__name__)

PURPOSE, SUBJECT = "prove_address", "registration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """What the browser's session keeps between the link and the code."""

    registration: int
    handle: str


def waiting_for(customer_id: str, storefront: Connection) -> Registration | None:
    """The registration of this customer that waits for proof."""
    return Registration.objects.filter(
        storefront=storefront,
        customer_id=customer_id,
        state=Registration.State.WAITING,
        proven_at=None,
    ).first()


def issue_proof_link(registration: Registration, *, now: datetime) -> str:
    """The address of the page, for the browser of the very customer; works once, for a minute."""
    token = links.issue_link_token(
        purpose=PURPOSE,
        subject_kind=SUBJECT,
        subject_id=registration.pk,
        email=registration.email,
        expires_at=now + policies.HANDOVER_LIFE,
        now=now,
    )
    logger.info("proof_link_issued registration=%s", registration.pk)
    return settings.BASE_URL.rstrip("/") + reverse("portal:prove", args=[token])


def open_proof(token: str, *, now: datetime) -> Registration | None:
    """Whom an open link is about; using it up."""
    row = links.use_link_token(token=token, purpose=PURPOSE, now=now)
    if row is None:
        return None
    return Registration.objects.filter(pk=int(row.subject_id)).first()


def mail_code(registration: Registration, *, ip: str, language: str, now: datetime) -> Proving:
    handle = codes.request_code(
        email=registration.email,
        ip=ip,
        now=now,
        language=language,
        purpose=SignInCode.Purpose.VERIFY_EMAIL,
    )
    return Proving(registration=registration.pk, handle=str(handle))


def check(proving: Proving, *, code: str, now: datetime) -> Registration | None:
    """The registration once the code fits, accepted or waiting for a person who chooses."""
    registration = Registration.objects.filter(pk=proving.registration).first()
    if registration is None or not codes.verify_address(
        handle=UUID(proving.handle), email=registration.email, code=code, now=now
    ):
        return None
    return registrations.prove(registration, now=now)
