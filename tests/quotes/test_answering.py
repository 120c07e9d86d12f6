"""Acceptance: exactly one, of what the buyer saw, in time, within their rights."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from integrations.engine.models import SyncJob
from integrations.models import Account, Buyer, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.errors import (
    AccountRefused,
    Expired,
    Incomplete,
    MoveNotAllowed,
    NotPermitted,
    QuoteError,
    Stale,
)
from quotes.models import Acceptance, BuyingRight, Message, Rfq, Version
from quotes.services import answering, drafting, ending, offering
from quotes.services.answering import Answer
from quotes.states import RfqState, VersionState
from tests.factories import BuyerFactory, FlowFactory, IdLinkFactory, sales_rep
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs DATABASE_URL on PostgreSQL"
)


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def ben() -> Buyer:
    flow = FlowFactory(live=True)
    ben = BuyerFactory(email="ben@company.example", storefront_customer_id="cus_ben")
    IdLinkFactory(source=flow.source, source_ref="cus_ben", target=flow.target, target_ref="7")
    return ben


@pytest.fixture
def offer(ben: Buyer) -> Version:
    rfq = RfqFactory(quoted=True, buyer=ben)
    return VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))


def answer(version: Version, **more: Any) -> Answer:
    usual = {"revision": version.revision, "sha256": version.sha256, "signature": "Ben Buyer"}
    return Answer(**{**usual, **more})


def fresh(version: Version) -> Version:
    return Version.objects.get(pk=version.pk)


def test_accepted_offer_is_signed_wins_its_request_and_starts_one_job(
    offer: Version, ben: Buyer
) -> None:
    accepted = answering.accept(offer, person=ben, answer=answer(offer, po_number="PO-77"))

    assert (accepted.po_number, accepted.signature, accepted.sha256) == (
        "PO-77",
        "Ben Buyer",
        offer.sha256,
    )
    assert offer.sha256 in accepted.statement
    assert fresh(offer).state == VersionState.ACCEPTED
    assert Rfq.objects.get().state == RfqState.WON
    job = SyncJob.objects.get(kind="place_quote_order")
    assert job.payload["acceptance"] == accepted.pk


def test_same_press_again_is_the_same_acceptance(offer: Version, ben: Buyer) -> None:
    first = answering.accept(offer, person=ben, answer=answer(offer, key="press-1"))
    again = answering.accept(offer, person=ben, answer=answer(offer, key="press-1"))

    assert again.pk == first.pk
    with pytest.raises(Stale, match="accepted already"):
        answering.accept(offer, person=ben, answer=answer(offer, key="press-2"))
    assert SyncJob.objects.filter(kind="place_quote_order").count() == 1


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"revision": 2}, Stale, "newer offer"),
        ({"sha256": "0" * 64}, Stale, "not the one"),
        ({"signature": " "}, Incomplete, "sign"),
    ],
)
def test_answer_to_something_else_is_refused(
    offer: Version, ben: Buyer, change: dict[str, Any], error: type[QuoteError], says: str
) -> None:
    with pytest.raises(error, match=says):
        answering.accept(offer, person=ben, answer=answer(offer, **change))

    assert fresh(offer).state == VersionState.OFFERED
    assert not Acceptance.objects.exists()


def test_expired_offer_is_refused_by_the_clock_alone(offer: Version, ben: Buyer) -> None:
    Version.objects.update(valid_until=timezone.now() - timedelta(milliseconds=1))

    with pytest.raises(Expired):
        answering.accept(offer, person=ben, answer=answer(offer))

    assert fresh(offer).state == VersionState.EXPIRED


def test_missing_po_number_is_asked_for(offer: Version, ben: Buyer) -> None:
    Version.objects.update(needs_po_number=True)

    with pytest.raises(Incomplete, match="PO number"):
        answering.accept(fresh(offer), person=ben, answer=answer(offer))


def test_blocked_account_accepts_nothing(offer: Version, ben: Buyer) -> None:
    Account.objects.update(is_blocked_by_hand=True)

    with pytest.raises(AccountRefused):
        answering.accept(offer, person=ben, answer=answer(offer))


def test_buyer_of_another_account_accepts_nothing(offer: Version) -> None:
    with pytest.raises(NotPermitted):
        answering.accept(offer, person=BuyerFactory(), answer=answer(offer))


@pytest.mark.parametrize(
    ("limit", "currency", "says"),
    [("118.99", "EUR", "above your limit of 118.99 EUR"), ("1000", "USD", "limit is in USD")],
)
def test_limit_of_a_buyer_counts_gross(
    offer: Version, ben: Buyer, limit: str, currency: str, says: str
) -> None:
    BuyingRight.objects.create(buyer=ben, limit=Decimal(limit), currency=currency)

    with pytest.raises(NotPermitted, match=says):
        answering.accept(offer, person=ben, answer=answer(offer))


def test_companys_approver_accepts_what_a_buyer_may_not(offer: Version, ben: Buyer) -> None:
    BuyingRight.objects.create(buyer=ben, limit=Decimal(10), currency="EUR")
    ada = BuyerFactory(account=ben.account)
    BuyingRight.objects.create(buyer=ada, may_approve=True)

    answering.ask_company(offer, person=ben, answer=answer(offer))
    with pytest.raises(NotPermitted):
        answering.accept(offer, person=ben, answer=answer(offer))
    accepted = answering.accept(offer, person=ada, answer=answer(offer, signature="Ada"))

    assert (accepted.buyer, accepted.asked_by) == (ada, ben)


def test_companys_approver_says_no_and_the_offer_is_open_again(offer: Version, ben: Buyer) -> None:
    stranger = BuyerFactory(account=ben.account)
    answering.ask_company(offer, person=ben, answer=answer(offer))

    with pytest.raises(NotPermitted):
        answering.refuse_company(offer, person=stranger, comment="no")
    answering.refuse_company(offer, person=ben, comment="changed my mind")

    assert fresh(offer).state == VersionState.OFFERED


def test_wish_for_a_change_goes_to_sales_and_stops_acceptance(
    offer: Version, ben: Buyer, sam: User
) -> None:
    answering.request_change(offer, person=ben, text="Only 10 pieces, please.")

    assert Message.objects.get().text == "Only 10 pieces, please."
    assert Rfq.objects.get().state == RfqState.IN_REVIEW
    with pytest.raises(MoveNotAllowed):
        answering.accept(offer, person=ben, answer=answer(offer))
    offering.keep_offer(offer, actor=staff(sam))
    assert answering.accept(offer, person=ben, answer=answer(offer)).version == offer


@pytest.mark.parametrize("state", ["expired", "superseded", "withdrawn", "declined"])
def test_closed_offer_takes_no_answer_of_any_kind(offer: Version, ben: Buyer, state: str) -> None:
    Version.objects.update(state=state)
    tries: list[Callable[[], object]] = [
        lambda: answering.accept(offer, person=ben, answer=answer(offer)),
        lambda: answering.ask_company(offer, person=ben, answer=answer(offer)),
        lambda: answering.request_change(offer, person=ben, text="cheaper"),
        lambda: ending.decline(offer, actor=as_buyer(ben), reason="no"),
        lambda: offering.keep_offer(offer, actor=as_buyer(ben)),
    ]

    for attempt in tries:
        with pytest.raises(QuoteError):
            attempt()
    assert fresh(offer).state == state


# ---------------------------------------------------------------- at the same moment


def side_by_side(*calls: Callable[[], object]) -> list[object]:
    """Runs the calls in threads of their own; what each returned or raised."""

    def run(call: Callable[[], object]) -> object:
        try:
            return call()
        except QuoteError as exc:
            return exc
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@on_postgresql
@pytest.mark.parametrize("rival", ["withdraw", "revise", "expire", "decline", "change"])
def test_acceptance_and_its_rival_have_one_winner(
    offer: Version, ben: Buyer, sam: User, rival: str
) -> None:
    revised = drafting.requote(offer, user=sam)
    Version.objects.filter(pk=revised.pk).update(
        state="approved", valid_until=timezone.now() + timedelta(days=3)
    )

    def expire() -> object:
        Version.objects.filter(pk=offer.pk).update(valid_until=timezone.now())
        return ending.expire(offer) or QuoteError("it was accepted in time")

    rivals: dict[str, Callable[[], object]] = {
        "withdraw": lambda: ending.withdraw(offer, actor=staff(sam), reason="wrong"),
        "revise": lambda: offering.offer(fresh(revised), user=sam),
        "expire": expire,
        "decline": lambda: ending.decline(offer, actor=as_buyer(ben), reason="no"),
        "change": lambda: answering.request_change(offer, person=ben, text="cheaper"),
    }
    ends = side_by_side(
        lambda: answering.accept(offer, person=ben, answer=answer(offer)), rivals[rival]
    )

    is_accepted = Acceptance.objects.exists()
    assert is_accepted == (fresh(offer).state == VersionState.ACCEPTED)
    assert isinstance(ends[0], Acceptance) == is_accepted
    assert isinstance(ends[1], QuoteError) == is_accepted


def test_two_quotes_for_one_request_become_one_order(offer: Version, ben: Buyer) -> None:
    other = VersionFactory(offered=True, quote=QuoteFactory(rfq=offer.quote.rfq, buyer=ben))
    answering.accept(offer, person=ben, answer=answer(offer))

    with pytest.raises(Stale, match="accepted already"):
        answering.accept(other, person=ben, answer=answer(other))

    assert Acceptance.objects.count() == 1
    assert SyncJob.objects.filter(kind="place_quote_order").count() == 1
