"""Requests for quote: drafted, sent once, asked about, answered, declined, cancelled, copied."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from integrations.engine import clock
from integrations.models import Account, Buyer
from quotes import languages
from quotes.actors import Actor
from quotes.actors import buyer as as_buyer
from quotes.errors import Incomplete, NotPermitted, QuoteError
from quotes.mails import gathering, sending
from quotes.models import Message, Quote, Rfq, RfqLine
from quotes.services import ending
from quotes.services.deadlines import due_anew
from quotes.signin import codes, people, threads
from quotes.states import RFQ_COPYABLE, RFQ_EDITABLE, RFQ_FOR_SALES, RFQ_TERMINAL, RfqState, Who

MOST_LINES = 500
_COPIED = ("currency", "reference", "note", "needed_by", "assigned_to")
_CONTACT = ("account", "buyer", "contact_name", "contact_email", "company_name", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """One line as it was entered. `configuration` are (name, value) pairs in order."""

    title: str
    quantity: Decimal
    sku: str = ""
    unit: str = "pcs"
    target_price: Decimal | None = None
    note: str = ""
    configuration: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A whole request as it was entered. `language` is the tag of whoever asked, if known."""

    currency: str
    lines: Sequence[AskedLine]
    reference: str = ""
    note: str = ""
    needed_by: date | None = None
    source: str = Rfq.Source.PORTAL
    source_ref: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody without access who asks; that they read the mailbox is shown by a code."""

    email: str
    name: str
    company: str


class KeyReused(QuoteError):
    """The same idempotency key came with another request."""

    code = "key_reused"


class AccountBlocked(Incomplete):
    """The account may not ask for anything at the moment."""

    code = "account_blocked"


@transaction.atomic
def draft_rfq(*, person: Buyer, asked: Asked) -> Rfq:
    """Keeps a request that is not sent yet."""
    rfq = Rfq.objects.create(
        account=person.account,
        buyer=person,
        contact_email=person.email,
        company_name=person.account.name,
        **_fields(asked),
    )
    _write_lines(rfq, asked)
    return rfq


@transaction.atomic
def edit_rfq(rfq: Rfq, *, actor: Actor, asked: Asked) -> Rfq:
    """Replaces what was asked, while the buyer may still change it."""
    rfq = _locked(rfq)
    if rfq.state not in RFQ_EDITABLE:
        raise Incomplete(f"{rfq} cannot be changed any more: it is {rfq.get_state_display()}.")
    Rfq.objects.filter(pk=rfq.pk).update(**_fields(asked))
    rfq.lines.all().delete()
    _write_lines(rfq, asked)
    rfq.refresh_from_db()
    return rfq


@transaction.atomic
def submit_rfq(rfq: Rfq, *, actor: Actor, now: datetime) -> Rfq:
    """Sends the request to sales; from here on the buyer cannot change it.

    Raises Incomplete without lines, and for an account that is blocked.
    """
    rfq = _locked(rfq)
    if not rfq.lines.exists():
        raise Incomplete("Enter at least one line before you send the request.")
    _refuse_blocked(rfq.account)
    rfq.move("submit", actor, submitted_at=now, **due_anew(now))
    sending.start("sales_submitted", rfq)
    return rfq


@transaction.atomic
def request_quote(*, person: Buyer, asked: Asked, key: str, now: datetime) -> tuple[Rfq, bool]:
    """Drafts and sends a request in one go; whether it is new.

    `key` is the sender's idempotency key: the same key with the same content gives the same
    request again, with other content KeyReused.
    """
    request_key, digest = f"{person.pk}:{key}", _digest(asked)
    known = Rfq.objects.filter(request_key=request_key).first()
    if known is None:
        try:
            with transaction.atomic():
                rfq = draft_rfq(person=person, asked=asked)
                people.note_first_language(person, rfq.language)
                Rfq.objects.filter(pk=rfq.pk).update(request_key=request_key, request_digest=digest)
                return submit_rfq(rfq, actor=as_buyer(person), now=now), True
        except IntegrityError:  # the same request at the same moment was faster
            known = Rfq.objects.get(request_key=request_key)
    if known.request_digest != digest:
        raise KeyReused("This Idempotency-Key was used for another request; take a new one.")
    return known, False


@transaction.atomic
def request_anonymously(
    *, visitor: Visitor, asked: Asked, handle: UUID, code: str, now: datetime
) -> Rfq | None:
    """Sends a request of nobody we know, if the code shows that they read their mailbox.

    The request has no account: sales finds the company. None for a code that is wrong, used or
    expired; what was typed is then kept nowhere. A code that made a request gives the same one
    again to the browser that holds its `handle`.
    """
    request_key = f"{threads.ANONYMOUS}{handle}"
    if not codes.verify_address(handle=handle, email=visitor.email, code=code, now=now):
        return Rfq.objects.filter(request_key=request_key).first()
    rfq = Rfq.objects.create(
        contact_name=visitor.name,
        contact_email=visitor.email,
        company_name=visitor.company,
        request_key=request_key,
        request_digest=_digest(asked),
        **_fields(asked),
    )
    _write_lines(rfq, asked)
    return submit_rfq(rfq, actor=Actor(who=Who.BUYER, name=visitor.email), now=now)


@transaction.atomic
def review_rfq(rfq: Rfq, *, actor: Actor, user_id: int | None = None) -> Rfq:
    """Sales works on it; whoever starts is the one it is assigned to."""
    rfq = _locked(rfq)
    rfq.move("review", actor, assigned_to_id=user_id or actor.user_id or rfq.assigned_to_id)
    return rfq


@transaction.atomic
def ask_buyer(rfq: Rfq, *, actor: Actor, text: str) -> Message:
    """Asks the buyer something before it can be quoted; its mail carries the question."""
    rfq = _locked(rfq)
    reason = _needed(text, "Write your question.")
    rfq.move("ask", actor, reason=reason, asked_at=clock.now())
    job = sending.start("question", rfq)
    return _say(rfq, actor, text, told_in=job.pk)


@transaction.atomic
def answer_sales(rfq: Rfq, *, actor: Actor, text: str) -> Message:
    """Answers the question, which sends the request to sales again, with a new time to answer."""
    rfq = _locked(rfq)
    rfq.move("answer", actor, **due_anew(clock.now()))
    gathering.start(rfq, now=clock.now(), kind=gathering.HEAR_WORDS)
    return _say(rfq, actor, text, is_from_buyer=True)


@transaction.atomic
def say(
    rfq: Rfq,
    *,
    actor: Actor,
    text: str,
    is_from_buyer: bool,
    is_internal: bool = False,
    line: RfqLine | None = None,
) -> Message:
    """A word in the thread, as long as the request is open.

    It is told to the other side by mail soon, together with those that follow it, but an
    internal one to nobody. After one of sales the next answer is due only after the usual time
    again.
    """
    rfq = _locked(rfq)
    if rfq.state in RFQ_TERMINAL:
        raise Incomplete(f"{rfq} is closed; copy it to go on.")
    if line is not None and line.rfq_id != rfq.pk:
        raise Incomplete("This line belongs to another request.")
    said = _say(rfq, actor, text, is_from_buyer=is_from_buyer, is_internal=is_internal, line=line)
    if is_from_buyer:
        gathering.start(rfq, now=clock.now(), kind=gathering.HEAR_WORDS)
    elif not is_internal:
        _tell_buyer(rfq)
    return said


def _tell_buyer(rfq: Rfq) -> None:
    now = clock.now()
    if rfq.state in RFQ_FOR_SALES:
        Rfq.objects.filter(pk=rfq.pk).update(**due_anew(now))
    gathering.start(rfq, now=now)


@transaction.atomic
def decline_rfq(rfq: Rfq, *, actor: Actor, reason: str) -> Rfq:
    """Sales does not offer anything; the buyer is told, with the reason."""
    rfq = _locked(rfq)
    rfq.move("decline", actor, reason=_needed(reason, "Say why it is declined."))
    sending.start("declined", rfq)
    return rfq


@transaction.atomic
def cancel_rfq(rfq: Rfq, *, actor: Actor, reason: str = "") -> Rfq:
    """Takes the request back, and with it what was offered. Not after an acceptance."""
    for quote in Quote.objects.filter(rfq=rfq).order_by("pk").select_for_update():
        ending.withdraw_open(quote, reason=f"{rfq} was cancelled")
    rfq = _locked(rfq)
    was_sent = rfq.state != RfqState.DRAFT
    rfq.move("cancel", actor, reason=reason)
    if was_sent:
        sending.start("sales_cancelled", rfq)
    return rfq


@transaction.atomic
def copy_rfq(rfq: Rfq, *, actor: Actor) -> Rfq:
    """A new draft with the same lines, from a request that ended without an order.

    A buyer's copy is that buyer's own, today's; sales' keeps whom it is from. Neither has the
    thread or the files of the old one. Raises NotPermitted for a buyer of another account.
    """
    if rfq.state not in RFQ_COPYABLE:
        raise Incomplete(f"{rfq} is still {rfq.get_state_display().lower()}; nothing is copied.")
    copied = Rfq.objects.create(
        copied_from=rfq,
        source=Rfq.Source.PORTAL,
        **{name: getattr(rfq, name) for name in _COPIED},
        **_from_whom(rfq, actor),
    )
    lines = list(rfq.lines.all())
    for line in lines:
        line.pk, line.rfq = None, copied
    RfqLine.objects.bulk_create(lines)
    return copied


def _from_whom(rfq: Rfq, actor: Actor) -> dict[str, Any]:
    """Whose request the copy is."""
    if actor.buyer_id is None:
        return {name: getattr(rfq, name) for name in _CONTACT}
    person = Buyer.objects.select_related("account").get(pk=actor.buyer_id)
    if person.account_id != rfq.account_id:
        raise NotPermitted("This request belongs to somebody else.")
    return {
        "account": person.account,
        "buyer": person,
        "contact_email": person.email,
        "company_name": person.account.name,
        "language": person.language or rfq.language,
    }


def _locked(rfq: Rfq) -> Rfq:
    return Rfq.objects.select_for_update().get(pk=rfq.pk)


def _fields(asked: Asked) -> dict[str, Any]:
    return {
        "currency": asked.currency,
        "reference": asked.reference,
        "note": asked.note,
        "needed_by": asked.needed_by,
        "source": asked.source,
        "source_ref": asked.source_ref,
        "language": languages.known(asked.language),
    }


def _write_lines(rfq: Rfq, asked: Asked) -> None:
    if len(asked.lines) > MOST_LINES:
        raise Incomplete(f"A request has at most {MOST_LINES} lines; split it.")
    rows = []
    for n, line in enumerate(asked.lines, start=1):
        if line.quantity <= 0:
            raise Incomplete(f"Line {n}: the quantity must be above zero.")
        if not (line.sku or line.title):
            raise Incomplete(f"Line {n}: enter a SKU or say what is wanted.")
        fields = asdict(line) | {"title": line.title or line.sku}
        fields["configuration"] = [list(pair) for pair in line.configuration]
        rows.append(RfqLine(rfq=rfq, n=n, **fields))
    RfqLine.objects.bulk_create(rows)


def _say(
    rfq: Rfq,
    actor: Actor,
    text: str,
    *,
    is_from_buyer: bool = False,
    is_internal: bool = False,
    line: RfqLine | None = None,
    told_in: int | None = None,
) -> Message:
    return Message.objects.create(
        rfq=rfq,
        line=line,
        author=actor.name[:120],
        is_from_buyer=is_from_buyer,
        is_internal=is_internal,
        text=_needed(text, "Write something first."),
        told_in=told_in,
    )


def _needed(text: str, else_say: str) -> str:
    if not text.strip():
        raise Incomplete(else_say)
    return text.strip()


def _refuse_blocked(account: Account | None) -> None:
    if account is not None and account.is_blocked:
        raise AccountBlocked("This account is blocked at the moment; please call your contact.")


def _digest(asked: Asked) -> str:
    said = asdict(asked)
    del said["language"]  # a browser that changed it in between repeats the same request
    text = json.dumps(said, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
