"""An order that was given up leaves a quote that can be offered, accepted and ordered anew."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.engine.models import JobState, SyncJob
from integrations.flows.orders.agreed import QUOTE_KEY, Agreement
from integrations.models import Buyer, Flow, Order, User
from quotes.errors import Incomplete
from quotes.models import Acceptance, Rfq, Version
from quotes.services import answering, approving, drafting, offering, ordering
from quotes.services.agreed import agreed_in_quote
from quotes.services.answering import Answer
from quotes.services.quoted_order import ref_of
from quotes.states import RfqState, VersionState
from tests.factories import BuyerFactory, FlowFactory, IdLinkFactory, OrderFactory, sales_rep
from tests.flows.shop_orders import Item, shop_order
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db


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
def failed(ben: Buyer) -> Acceptance:
    """A quote for a request, accepted, whose order failed."""
    rfq = RfqFactory(quoted=True, buyer=ben)
    offer = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))
    acceptance = accept(offer, ben)
    Version.objects.filter(pk=offer.pk).update(state=VersionState.ORDER_FAILED)
    return acceptance


def found(order_ref: str, quote_ref: str) -> Agreement | None:
    order = shop_order(Item("1"), order_id=order_ref, metadata={QUOTE_KEY: quote_ref})
    return agreed_in_quote(order, Flow.objects.get().target)


def accept(version: Version, person: Buyer) -> Acceptance:
    seen = Answer(revision=version.revision, sha256=version.sha256, signature="Ben", key="press")
    return answering.accept(version, person=person, answer=seen)


def offered_anew(acceptance: Acceptance, sam: User) -> Version:
    """What sales does once the order is given up."""
    ordering.give_up_order(acceptance, user=sam, reason="we cannot deliver")
    again = drafting.requote(Version.objects.get(pk=acceptance.version_id), user=sam)
    with drafting.editing(again, user=sam) as edited:
        edited.valid_until = timezone.now() + timedelta(days=5)
    return offering.offer(approving.submit_version(again, user=sam), user=sam)


def test_given_up_quote_goes_back_to_sales_with_its_request(failed: Acceptance, sam: User) -> None:
    ordering.give_up_order(failed, user=sam, reason="we cannot deliver")

    failed.refresh_from_db()
    assert failed.given_up_at is not None
    assert failed.version.state == VersionState.WITHDRAWN
    assert Rfq.objects.get().state == RfqState.IN_REVIEW


def test_quote_is_accepted_again_after_its_order_was_given_up(
    failed: Acceptance, ben: Buyer, sam: User
) -> None:
    second = offered_anew(failed, sam)

    again = accept(second, ben)

    assert (again.quote, again.version) == (failed.quote, second)
    assert [one.is_live for one in Acceptance.objects.order_by("pk")] == [False, True]
    assert Rfq.objects.get().state == RfqState.WON
    assert ref_of(again) != ref_of(failed)


def test_second_order_waits_until_nothing_is_left_of_the_first(
    failed: Acceptance, ben: Buyer, sam: User
) -> None:
    again = accept(offered_anew(failed, sam), ben)

    first, second = SyncJob.objects.filter(kind="place_quote_order").order_by("seq")
    assert first.payload["acceptance"] == failed.pk
    assert second.payload["acceptance"] == again.pk
    assert (first.key, first.seq) == (second.key, second.seq - 1)


def test_the_same_press_is_no_answer_to_the_new_offer(
    failed: Acceptance, ben: Buyer, sam: User
) -> None:
    second = offered_anew(failed, sam)

    assert accept(second, ben).pk != failed.pk
    assert accept(second, ben) == Acceptance.objects.latest("pk")
    assert Acceptance.objects.count() == 2


def test_database_keeps_one_live_acceptance_of_a_quote(failed: Acceptance, ben: Buyer) -> None:
    other = VersionFactory(quote=failed.quote, revision=2)
    row = {"quote": failed.quote, "version": other, "buyer": ben, "orderer": ben}

    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.create(signature="B", statement="s", sha256="1" * 64, **row)

    Acceptance.objects.filter(pk=failed.pk).update(given_up_at=timezone.now())
    Acceptance.objects.create(signature="B", statement="s", sha256="1" * 64, **row)


def test_other_quote_for_the_request_can_be_accepted_once_the_order_is_given_up(
    failed: Acceptance, ben: Buyer, sam: User
) -> None:
    ordering.give_up_order(failed, user=sam, reason="we cannot deliver")
    Rfq.objects.update(state=RfqState.QUOTED)
    other = VersionFactory(offered=True, quote=QuoteFactory(rfq=failed.quote.rfq, buyer=ben))

    assert accept(other, ben).is_live


# ---------------------------------------------------------------- orders that are there


@pytest.fixture
def placed(failed: Acceptance) -> Order:
    """Its order is in the storefront, and the job is done."""
    job = SyncJob.objects.get(kind="place_quote_order")
    job.steps.update(state="done")
    SyncJob.objects.update(state=JobState.DONE)
    order = OrderFactory(storefront_ref="order_1", account=failed.quote.account)
    Acceptance.objects.update(order_ref="order_1")
    failed.refresh_from_db()
    return order


def test_placed_order_is_not_given_up(failed: Acceptance, placed: Order, sam: User) -> None:
    with pytest.raises(Incomplete, match="may have the order already"):
        ordering.give_up_order(failed, user=sam, reason="too dear")

    assert Acceptance.objects.get().is_live


def test_order_that_was_cancelled_in_the_storefront_is_given_up(
    failed: Acceptance, placed: Order, sam: User
) -> None:
    placed.move("cancelled", actor="test")

    ordering.give_up_order(failed, user=sam, reason="too dear")

    assert not Acceptance.objects.get().is_live


@pytest.mark.parametrize("reason", ["quoted_order_differs", "quoted_twice"])
def test_order_that_is_not_what_was_accepted_is_shown_to_sales(
    failed: Acceptance, placed: Order, reason: str
) -> None:
    Version.objects.update(state=VersionState.ACCEPTED)
    placed.hold(reason=reason, message="it comes to 1.00 EUR", hint="Cancel it.", actor="job 1")

    ordering.note_ordered()
    ordering.note_ordered()

    version = Version.objects.get()
    assert version.state == VersionState.ORDER_FAILED
    assert SyncJob.objects.filter(payload__mail="sales_order_failed").count() == 1

    placed.move("pushing", actor="job 2")
    ordering.note_ordered()
    assert Version.objects.get().state == VersionState.ACCEPTED


# ---------------------------------------------------------------- what was agreed


def test_agreement_is_found_by_the_order_and_by_the_quote_that_it_names(
    failed: Acceptance,
) -> None:
    by_quote = found("order_1", ref_of(failed))
    Acceptance.objects.update(order_ref="order_1")
    by_order = found("order_1", "")

    assert by_quote is not None
    assert by_quote.order_ref == ""  # that it names the quote does not make it the quote's
    assert by_order is not None
    assert by_order.order_ref == "order_1"
    assert (by_order.customer_ref, by_order.is_given_up) == ("7", False)
    assert by_order.gross_total == failed.version.gross_total


@pytest.mark.parametrize("ref", ["", "quote:Q-999999-1", "quote:Q-1", "cart_1", "quote:Q-1-1-1"])
def test_other_orders_have_no_agreement(failed: Acceptance, ref: str) -> None:
    assert found("order_1", ref) is None
