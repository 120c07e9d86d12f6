"""What the buyer does with an offer: looks at it, asks for a change, accepts, declines."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.db import transaction

from integrations.engine import clock
from integrations.flows.totals.currency import round_half_up
from integrations.models import Account, Buyer
from quotes.actors import SYSTEM
from quotes.actors import buyer as as_buyer
from quotes.errors import (
    AccountRefused,
    Expired,
    HeldForSales,
    Incomplete,
    NotPermitted,
    Stale,
)
from quotes.mails import sending
from quotes.models import Acceptance, BuyingRight, Message, Quote, Rfq, Version
from quotes.services import credit, customers, ending, ordering
from quotes.services.ending import locked
from quotes.services.offering import is_expired
from quotes.states import BOUND, RfqState, Who

STATEMENT = (
    "I accept quote {number}, revision {revision}, at {gross} {currency} including tax, for "
    "{account}. Hash of what I accept: {sha256}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the buyer saw and what they say to it. The key makes a repeated press the same one."""

    revision: int
    sha256: str
    signature: str
    po_number: str = ""
    key: str = ""


class AccountCheck(Protocol):
    """Asks of others whether the account may buy, outside transactions.

    What it returns judges inside the acceptance's, see `credit.ask`.
    """

    def __call__(self, version: Version) -> credit.Judge: ...


def refuse_blocked(version: Version) -> str:
    """The judgement that needs no ERP: the account's own block."""
    if Account.objects.filter(pk=version.quote.account_id, is_blocked=True).exists():
        raise AccountRefused("This account is blocked at the moment; please call your contact.")
    return ""


def block_alone(version: Version) -> credit.Judge:
    """The check that asks nobody."""
    return refuse_blocked


def view(version: Version) -> None:
    """Notes the first time that a buyer opened it."""
    if version.first_viewed_at is None:
        unseen = Version.objects.filter(pk=version.pk, first_viewed_at=None)
        unseen.update(first_viewed_at=clock.now())


@transaction.atomic
def request_change(version: Version, *, person: Buyer, text: str) -> Version:
    """Asks sales for another offer; this one cannot be accepted meanwhile."""
    if not text.strip():
        raise Incomplete("Say what should be different.")
    quote, version = locked(version)
    _refuse_expired(version)
    version.move("request_change", as_buyer(person), reason=text)
    ending.reopen_request(quote, reason=f"a change of {version} was asked for")
    job = sending.start("sales_change", version)
    if quote.rfq_id is not None:
        Message.objects.create(
            rfq_id=quote.rfq_id,
            author=person.email,
            is_from_buyer=True,
            text=text.strip(),
            told_in=job.pk,
        )
    return version


def accept(
    version: Version, *, person: Buyer, answer: Answer, check: AccountCheck = block_alone
) -> Acceptance:
    """Accepts what the buyer saw, once per quote, and starts the job that places the order.

    The same answer again gives the same acceptance. Raises Stale when another revision or hash
    counts now, Expired by the database's clock, NotPermitted beyond the buyer's rights,
    AccountRefused, HeldForSales, NotOrderable, Incomplete, and MoveNotAllowed in any other state.
    """
    try:
        known = _repeated(version, person, answer)
        if known is not None:
            return known
        _refuse_early(version, person, answer)
        judge = check(version)  # may ask the ERP, so before any lock
        return _accept(version, person, answer, judge)
    except Expired:
        # The clock has ended the offer, not this answer: the row only follows, as with the timer.
        ending.expire(version)
        raise
    except HeldForSales as held:
        credit.note_held(version, held)
        raise


def _repeated(version: Version, person: Buyer, answer: Answer) -> Acceptance | None:
    """What this press has done already: the account is not judged again, now that it owes more."""
    known = Acceptance.objects.filter(quote=version.quote_id, given_up_at=None).first()
    return known if known is not None and _is_same(known, person, answer) else None


def _refuse_early(version: Version, person: Buyer, answer: Answer) -> None:
    """What can be seen without a lock, so that the ERP is not asked in vain; judged again."""
    _refuse_stale(version.quote, version, answer)
    _refuse_expired(version)
    _refuse_unsigned(version, answer)
    _refuse_beyond_rights(version, person)
    version.refuse("accept", as_buyer(person))
    customers.ordering_for(version, person)


@transaction.atomic
def _accept(version: Version, person: Buyer, answer: Answer, judge: credit.Judge) -> Acceptance:
    quote, version = locked(version)
    known = _repeated(version, person, answer)
    if known is not None:
        return known
    _refuse_stale(quote, version, answer)
    _refuse_expired(version)
    _refuse_unsigned(version, answer)
    right = _refuse_beyond_rights(version, person)
    customer, orderer = customers.ordering_for(version, person)
    account_note = judge(version)
    _refuse_answered(quote)
    who = Who.COMPANY_APPROVER if right.may_approve else Who.BUYER
    version.move("accept", as_buyer(person, who), **customer.stamp())
    ending.drop_work(quote, reason=f"{version} was accepted")
    acceptance = Acceptance.objects.create(
        quote=quote,
        version=version,
        buyer=person,
        asked_by=version.asked_by,
        orderer=orderer,
        account_note=account_note,
        at=clock.now(),
        po_number=answer.po_number.strip(),
        signature=answer.signature.strip(),
        statement=statement_of(version),
        sha256=version.sha256,
        request_key=answer.key,
    )
    _win(quote)
    ordering.start(acceptance)
    sending.start("accepted", version)
    sending.start("colleague_accepted", version)
    sending.start("sales_accepted", version)
    return acceptance


@transaction.atomic
def ask_company(version: Version, *, person: Buyer, answer: Answer) -> Version:
    """Asks the company's approver to accept, for a buyer whose limit is too low.

    The offer's time keeps running.
    """
    quote, version = locked(version)
    _refuse_stale(quote, version, answer)
    _refuse_expired(version)
    version.move("ask_company", as_buyer(person), asked_by=person)
    sending.start("company_asked", version)
    return version


@transaction.atomic
def refuse_company(version: Version, *, person: Buyer, comment: str) -> Version:
    """The company's approver says no, or whoever asked takes it back: the offer is open again."""
    _, version = locked(version)
    right = _right_of(person)
    if not (right.may_approve or version.asked_by_id == person.pk):
        raise NotPermitted("Only an approver of your company, or who asked, can do this.")
    who = Who.COMPANY_APPROVER if right.may_approve else Who.BUYER
    version.move("refuse_company", as_buyer(person, who), reason=comment, asked_by=None)
    sending.start("company_refused", version)
    return version


@transaction.atomic
def decline(version: Version, *, person: Buyer, reason: str) -> Version:
    """Ends the offer, for a buyer who may accept; others may ask for a change."""
    refuse_declining(person)
    return ending.decline(version, actor=as_buyer(person), reason=reason)


def refuse_declining(person: Buyer) -> None:
    """Raises NotPermitted without the right to accept, whatever the limit."""
    if not may_decline(_right_of(person)):
        raise NotPermitted(
            "You may ask for a change, but not decline this quote.", code="may_not_decline"
        )


def may_decline(right: BuyingRight) -> bool:
    return right.may_accept or right.may_approve


def may_accept(version: Version, person: Buyer) -> str:
    """Why this buyer may not accept it themselves, in words; empty when they may."""
    right = _right_of(person)
    if not right.may_accept:
        return "You may ask for quotes, but not accept them."
    if right.limit is None:
        return ""
    if right.currency != version.quote.currency:
        return f"Your limit is in {right.currency}; this quote is in {version.quote.currency}."
    if version.gross_total is None or version.gross_total > right.limit:
        return f"This quote is above your limit of {right.limit:.2f} {right.currency}."
    return ""


def statement_of(version: Version) -> str:
    """The sentence that an acceptance signs."""
    return STATEMENT.format(
        number=version.quote.number,
        revision=version.revision,
        gross=round_half_up(version.gross_total or Decimal(0), version.quote.currency),
        currency=version.quote.currency,
        account=version.quote.account.name,
        sha256=version.sha256,
    )


def _right_of(person: Buyer) -> BuyingRight:
    """What the buyer may do; a page that asked for it with the buyer costs no query more."""
    try:
        found: BuyingRight = person.right
    except BuyingRight.DoesNotExist:
        return BuyingRight(buyer=person)
    return found


def _is_same(known: Acceptance, person: Buyer, answer: Answer) -> bool:
    """Whether it is the repetition of one press."""
    is_repeated = bool(answer.key) and known.request_key == answer.key
    return is_repeated and known.buyer_id == person.pk and known.sha256 == answer.sha256


def _refuse_stale(quote: Quote, version: Version, answer: Answer) -> None:
    if version.state in BOUND:
        raise Stale("This quote is accepted already.", code="already_accepted")
    newest = quote.versions.filter(offered_at__isnull=False).order_by("-revision").first()
    is_newest = newest is not None and newest.pk == version.pk
    if not is_newest or answer.revision != version.revision:
        revision = newest.revision if newest else "?"
        raise Stale(f"There is a newer offer: revision {revision}. Look at it first.")
    if answer.sha256 != version.sha256:
        raise Stale("This offer is not the one that you looked at. Look at it again.")


def _refuse_expired(version: Version) -> None:
    if is_expired(version, clock.now()):
        raise Expired(f"{version} was valid until {version.valid_until:%Y-%m-%d %H:%M} UTC.")


def _refuse_unsigned(version: Version, answer: Answer) -> None:
    if not answer.signature.strip():
        raise Incomplete("Type your name to sign.")
    if version.needs_po_number and not answer.po_number.strip():
        raise Incomplete("Enter your PO number.")


def _refuse_beyond_rights(version: Version, person: Buyer) -> BuyingRight:
    if person.account_id != version.quote.account_id:
        raise NotPermitted("This quote is for another account.")
    why = may_accept(version, person)
    if why:
        raise NotPermitted(why, code="over_limit")
    return _right_of(person)


def _refuse_answered(quote: Quote) -> None:
    """One request becomes one order, however many quotes were made for it."""
    if quote.rfq_id is None:
        return
    Rfq.objects.select_for_update().get(pk=quote.rfq_id)
    others = Acceptance.objects.filter(quote__rfq=quote.rfq_id, given_up_at=None)
    if others.exclude(quote=quote).exists():
        raise Stale("Another quote for this request was accepted already.")


def _win(quote: Quote) -> None:
    if quote.rfq_id is None:
        return
    rfq = Rfq.objects.select_for_update().get(pk=quote.rfq_id)
    if rfq.state == RfqState.QUOTED:
        rfq.move("win", SYSTEM)
