"""Links: random, kept as hashes, for one purpose and one subject, revocable.

Those in mails may be opened more than once, until they end: mail scanners open links too.
"""

from datetime import datetime

from django.db import transaction

from integrations import secrets
from quotes.models import PortalToken


@transaction.atomic
def issue_link_token(
    *,
    purpose: str,
    subject_kind: str,
    subject_id: str | int,
    expires_at: datetime,
    now: datetime,
    email: str,
) -> str:
    """A token to put into a link for whoever reads that mailbox; it is told only here."""
    token = secrets.new_token()
    PortalToken.objects.create(
        token_hash=secrets.token_hash(token),
        purpose=purpose,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        email=email,
        created_at=now,
        expires_at=expires_at,
    )
    return token


def find_link_token(*, token: str, purpose: str, now: datetime) -> PortalToken | None:
    """The row of an open token of this purpose; looking uses nothing up."""
    found = PortalToken.objects.filter(token_hash=secrets.token_hash(token), purpose=purpose)
    row = found.first()
    return row if row is not None and row.is_open(now) else None


@transaction.atomic
def use_link_token(*, token: str, purpose: str, now: datetime) -> PortalToken | None:
    """The row of an open token, which closes it; of several at once, one gets it."""
    row = find_link_token(token=token, purpose=purpose, now=now)
    if row is None:
        return None
    still_open = PortalToken.objects.filter(pk=row.pk, revoked_at=None)
    return row if still_open.update(revoked_at=now) == 1 else None


@transaction.atomic
def revoke_link_tokens(
    *, subject_kind: str, subject_id: str | int, now: datetime, purpose: str = ""
) -> int:
    """Closes every open token of a subject (of one purpose, if named); returns how many."""
    open_ones = PortalToken.objects.filter(
        subject_kind=subject_kind, subject_id=str(subject_id), revoked_at__isnull=True
    )
    if purpose:
        open_ones = open_ones.filter(purpose=purpose)
    return open_ones.update(revoked_at=now)
