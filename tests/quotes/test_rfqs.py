"""Requests: drafted, sent once however often, asked about, answered, ended, copied."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Account, Buyer, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.errors import Incomplete, MoveNotAllowed, NotPermitted
from quotes.models import Rfq
from quotes.services import rfqs
from quotes.services.rfqs import Asked, AskedLine, KeyReused
from quotes.states import RfqState, VersionState
from tests.factories import BuyerFactory, sales_rep
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben() -> Buyer:
    return BuyerFactory()


@pytest.fixture
def sam() -> User:
    return sales_rep()


def asked(**more: Any) -> Asked:
    drill = AskedLine(
        sku="DRILL-18",
        title="Cordless drill",
        quantity=Decimal(12),
        configuration=(("Battery", "5 Ah"), ("Case", "yes")),
    )
    return Asked(**{"currency": "EUR", "lines": (drill,), **more})


def test_request_is_sent_with_its_lines_and_a_due_time(ben: Buyer) -> None:
    now = timezone.now()
    rfq, is_new = rfqs.request_quote(person=ben, asked=asked(), key="k1", now=now)

    assert is_new
    assert (rfq.state, rfq.account, rfq.contact_email) == (
        RfqState.SUBMITTED,
        ben.account,
        ben.email,
    )
    assert rfq.answer_due_at == now + timedelta(hours=48)
    line = rfq.lines.get()
    assert line.configuration == [["Battery", "5 Ah"], ["Case", "yes"]]


def test_same_key_gives_the_same_request_and_other_content_is_refused(ben: Buyer) -> None:
    now = timezone.now()
    first, _ = rfqs.request_quote(person=ben, asked=asked(), key="k1", now=now)

    again, is_new = rfqs.request_quote(person=ben, asked=asked(), key="k1", now=now)
    assert (again.pk, is_new) == (first.pk, False)
    with pytest.raises(KeyReused):
        rfqs.request_quote(person=ben, asked=asked(note="and fast"), key="k1", now=now)
    assert Rfq.objects.count() == 1


def test_key_of_one_buyer_is_not_anothers(ben: Buyer) -> None:
    now = timezone.now()
    rfqs.request_quote(person=ben, asked=asked(), key="k1", now=now)

    _, is_new = rfqs.request_quote(person=BuyerFactory(), asked=asked(), key="k1", now=now)

    assert is_new


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((), "at least one line"),
        ((AskedLine(title="x", quantity=Decimal(0)),), "Line 1: the quantity"),
        ((AskedLine(title="", quantity=Decimal(1)),), "Line 1: enter a SKU"),
    ],
)
def test_request_that_says_too_little_is_refused(
    ben: Buyer, lines: tuple[AskedLine, ...], says: str
) -> None:
    with pytest.raises(Incomplete, match=says):
        rfqs.request_quote(person=ben, asked=asked(lines=lines), key="k", now=timezone.now())

    assert not Rfq.objects.exists()


def test_blocked_account_asks_for_nothing(ben: Buyer) -> None:
    Account.objects.update(is_blocked_by_hand=True)

    with pytest.raises(Incomplete, match="blocked"):
        rfqs.request_quote(person=ben, asked=asked(), key="k", now=timezone.now())


def test_question_and_answer_go_through_the_thread(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)

    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which battery?")
    assert fresh(rfq).state == RfqState.INFO_REQUESTED
    rfqs.answer_sales(rfq, actor=as_buyer(ben), text="The large one.")

    assert fresh(rfq).state == RfqState.SUBMITTED
    assert [(m.is_from_buyer, m.text) for m in rfq.messages.all()] == [
        (False, "Which battery?"),
        (True, "The large one."),
    ]


def test_sent_request_cannot_be_edited_by_the_buyer(ben: Buyer) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)

    with pytest.raises(Incomplete, match="cannot be changed"):
        rfqs.edit_rfq(rfq, actor=as_buyer(ben), asked=asked())


def test_cancelled_request_takes_its_offer_along(ben: Buyer) -> None:
    rfq = RfqFactory(quoted=True, buyer=ben)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))

    rfqs.cancel_rfq(rfq, actor=as_buyer(ben))

    version.refresh_from_db()
    assert (fresh(rfq).state, version.state) == (RfqState.CANCELLED, VersionState.WITHDRAWN)


def test_request_with_an_accepted_quote_cannot_be_cancelled(ben: Buyer) -> None:
    rfq = RfqFactory(quoted=True, buyer=ben)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))
    type(version).objects.update(state=VersionState.ACCEPTED)

    with pytest.raises(Incomplete, match="accepted already"):
        rfqs.cancel_rfq(rfq, actor=as_buyer(ben))

    assert fresh(rfq).state == RfqState.QUOTED


def test_declining_needs_a_reason_and_a_rep(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)

    with pytest.raises(Incomplete, match="why"):
        rfqs.decline_rfq(rfq, actor=staff(sam), reason=" ")
    with pytest.raises(MoveNotAllowed):
        rfqs.decline_rfq(rfq, actor=as_buyer(ben), reason="no")
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="not our range")

    assert fresh(rfq).state == RfqState.DECLINED


def test_ended_request_is_copied_into_a_new_draft(ben: Buyer, sam: User) -> None:
    rfq, _ = rfqs.request_quote(person=ben, asked=asked(), key="k1", now=timezone.now())
    with pytest.raises(Incomplete, match="still"):
        rfqs.copy_rfq(rfq, actor=as_buyer(ben))
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="not now")

    copied = rfqs.copy_rfq(fresh(rfq), actor=as_buyer(ben))

    assert (copied.state, copied.copied_from_id, copied.lines.count()) == ("draft", rfq.pk, 1)
    assert rfq.lines.count() == 1


def test_copy_is_todays_and_its_makers(ben: Buyer, sam: User) -> None:
    colleague = BuyerFactory(account=ben.account, language="de")
    rfq, _ = rfqs.request_quote(
        person=ben, asked=asked(source="cart", source_ref="cart_1"), key="k", now=timezone.now()
    )
    rfqs.say(rfq, actor=staff(sam), text="slow", is_from_buyer=False, is_internal=True)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="no")
    Rfq.objects.update(created_at=timezone.now() - timedelta(days=90), contact_name="Old")

    copied = rfqs.copy_rfq(fresh(rfq), actor=as_buyer(colleague))

    assert copied.created_at > timezone.now() - timedelta(minutes=1)
    assert (copied.buyer, copied.contact_email) == (colleague, colleague.email)
    assert (copied.contact_name, copied.language) == ("", "de")
    assert (copied.source, copied.source_ref) == ("portal", "")
    assert (copied.asked_at, copied.answer_due_at, copied.request_key) == (None, None, "")
    assert not copied.messages.exists()
    assert not copied.attachments.exists()


def test_request_of_another_company_is_not_copied(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="no")

    with pytest.raises(NotPermitted):
        rfqs.copy_rfq(fresh(rfq), actor=as_buyer(BuyerFactory()))

    assert Rfq.objects.count() == 1


def test_copy_that_sales_makes_keeps_whom_it_is_from(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="no")

    copied = rfqs.copy_rfq(fresh(rfq), actor=staff(sam))

    assert (copied.account, copied.buyer, copied.contact_email) == (ben.account, ben, ben.email)


def test_nothing_is_said_in_a_closed_thread(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="no")

    with pytest.raises(Incomplete, match="closed"):
        rfqs.say(rfq, actor=as_buyer(ben), text="but why", is_from_buyer=True)


def fresh(rfq: Rfq) -> Rfq:
    return Rfq.objects.get(pk=rfq.pk)
