"""Passing an offer on within a company.

Only who is a buyer of the account already gets a mail, and they sign in as always: nobody gains
access by being typed. A typed address is answered alike whether it is known or not.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from integrations.engine import clock
from integrations.models import Buyer, StateChange
from quotes.errors import Expired, Incomplete, MoveNotAllowed, NotPermitted, TooMany
from quotes.mails import sending
from quotes.models import Forward, Version
from quotes.services.offering import is_expired
from quotes.signin import locks, policies
from quotes.states import CLOSED, SHOWN_TO_BUYER, WITH_BUYER

WINDOW = timedelta(hours=1)
MOST = 20  # of one buyer within it
SAME = timedelta(minutes=10)  # then a repeated press is a wish of its own


def colleagues_of(person: Buyer) -> QuerySet[Buyer]:
    """The other buyers of the account who can sign in, by address."""
    others = Buyer.objects.filter(account=person.account_id, is_active=True).exclude(
        email__iexact=person.email
    )
    barred = Q(user__is_active=False) | Q(user__is_staff=True) | Q(user__is_superuser=True)
    return others.exclude(barred).order_by("email")


@transaction.atomic
def forward(
    version: Version, *, person: Buyer, to: Buyer | None = None, address: str = "", text: str = ""
) -> Forward:
    """Tells a colleague of the offer, chosen (`to`) or typed (`address`), with a word if wanted.

    The same again within SAME is the same one. Raises NotPermitted for what is not the
    person's to show, Expired and MoveNotAllowed for an offer that is over, TooMany beyond MOST
    within WINDOW, Incomplete without a recipient.
    """
    if person.account_id != version.quote.account_id or version.state not in SHOWN_TO_BUYER:
        raise NotPermitted("This quote is for another account, or not to be shown.")
    _refuse_over(version)
    address = policies.normal_email(to.email if to else address)
    if not address:
        raise Incomplete("Choose a colleague, or type an address.")
    locks.take(f"forward:{person.pk}")
    now = clock.now()
    colleague = colleagues_of(person).filter(email__iexact=address).first()
    whom = {"to": colleague, "address": "" if colleague else address}
    known = Forward.objects.filter(version=version, by=person, at__gt=now - SAME, **whom).first()
    if known is not None:
        return known
    _refuse_too_many(person, now)
    row = Forward.objects.create(version=version, by=person, text=text.strip(), at=now, **whom)
    _note(row, address)
    if colleague is not None:
        sending.start("forwarded", row)
    return row


def _refuse_over(version: Version) -> None:
    """A colleague could do nothing with it; what was accepted may still be shown."""
    if version.state in CLOSED:
        raise MoveNotAllowed(version, "forward", "it is over.")
    if version.state in WITH_BUYER and is_expired(version, clock.now()):
        raise Expired(f"{version} is past its time.")


def _refuse_too_many(person: Buyer, now: datetime) -> None:
    if Forward.objects.filter(by=person, at__gt=now - WINDOW).count() >= MOST:
        raise TooMany("You have forwarded very often. Please try again in an hour.")


def _note(row: Forward, address: str) -> None:
    """A row in the version's history: sales sees who was told, and who would have been."""
    version = row.version
    told = f"forwarded to {address}"
    asked = f"was to be forwarded to {address}, who is no buyer of {version.quote.account}"
    StateChange.objects.create(
        subject=Version.SUBJECT,
        subject_id=version.pk,
        before=version.state,
        after=version.state,
        actor=row.by.email[:120],
        reason=told if row.to else asked,
    )
