"""The way of somebody without access to the one request that they sent.

Their link, or the browser that confirmed the address, may write in the thread of that request and
add files to it until it is closed; nothing else. Once a buyer has the request they sign in.
"""

from datetime import datetime

from integrations.models import StateChange
from quotes.models import PortalToken, Rfq
from quotes.signin import links, policies
from quotes.signin.links import issue_link_token, revoke_link_tokens
from quotes.states import RFQ_TERMINAL, RfqState

PURPOSE = "write_in_thread"
ANONYMOUS = "anonymous:"  # how the request key of one begins


def is_askers(rfq: Rfq) -> bool:
    """Whether whoever sent it has no other way to it. One whose buyer was removed is not."""
    is_nobodys = rfq.account_id is None or rfq.request_key.startswith(ANONYMOUS)
    return rfq.buyer_id is None and is_nobodys


def issue(rfq: Rfq, *, now: datetime) -> str:
    """A token for a link in a mail to the request's address; earlier ones stay open."""
    return issue_link_token(
        purpose=PURPOSE,
        subject_kind=Rfq.SUBJECT,
        subject_id=rfq.pk,
        email=policies.normal_email(rfq.contact_email),
        now=now,
        expires_at=now + policies.LINK_LIFE,
    )


def find(token: str, *, now: datetime) -> PortalToken | None:
    """The row of a token that opens a request now."""
    row = links.find_link_token(token=token, purpose=PURPOSE, now=now)
    return row if row is not None and request_of(row.pk, now=now) is not None else None


def request_of(token_pk: int, *, now: datetime) -> Rfq | None:
    """The request that the token with this id opens; None once it is closed, or the link is."""
    row = PortalToken.objects.filter(pk=token_pk, purpose=PURPOSE, subject_kind=Rfq.SUBJECT).first()
    if row is None or not row.is_open(now):
        return None
    rfq = Rfq.objects.filter(pk=row.subject_id).exclude(state=RfqState.DRAFT).first()
    if rfq is None or rfq.state in RFQ_TERMINAL or not is_askers(rfq):
        return None
    return rfq if policies.normal_email(rfq.contact_email) == row.email else None


def revoke(rfq: Rfq, *, actor: str, now: datetime) -> int:
    """Closes every link to the request, with a row in its history; how many were open."""
    closed = revoke_link_tokens(
        subject_kind=Rfq.SUBJECT, subject_id=rfq.pk, purpose=PURPOSE, now=now
    )
    if closed:
        StateChange.objects.create(
            subject=Rfq.SUBJECT,
            subject_id=rfq.pk,
            before=rfq.state,
            after=rfq.state,
            actor=actor[:120],
            reason="the links of whoever asked were closed",
        )
    return closed
