"""The clock's work: what is due longest first, each once, and no row keeps the others."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.engine.models import SyncJob
from integrations.models import Buyer, StateChange, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.models import Rfq, Version
from quotes.services import answering, basis, ending, rfqs, timers
from quotes.states import RfqState
from tests.factories import BuyerFactory, FlowFactory, sales_rep
from tests.portal_pages.conftest import at_once
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=200)


@pytest.fixture
def ben() -> Buyer:
    return BuyerFactory()


@pytest.fixture
def sam() -> User:
    return sales_rep()


def late(rfq: Rfq) -> None:
    """Overdue, and everybody was told."""
    told = timezone.now() - LONG_AGO
    Rfq.objects.filter(pk=rfq.pk).update(
        answer_due_at=told, overdue_told_at=told, overdue_raised_at=told
    )


def is_due_anew(rfq: Rfq) -> bool:
    rfq.refresh_from_db()
    assert rfq.answer_due_at is not None
    left = rfq.answer_due_at - timezone.now()
    is_new = timedelta(hours=47) < left <= timedelta(hours=48)
    return is_new and rfq.overdue_told_at is None and rfq.overdue_raised_at is None


def asked(age: timedelta) -> Rfq:
    return RfqFactory(submitted=True, state=RfqState.INFO_REQUESTED, asked_at=timezone.now() - age)


# ---------------------------------------------------------------- when an answer is due


def test_buyers_answer_gives_sales_the_usual_time_again(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    late(rfq)

    rfqs.answer_sales(rfq, actor=as_buyer(ben), text="The blue one.")

    assert is_due_anew(rfq)
    assert timers.tell_of_overdue() == 0


@pytest.mark.parametrize("how", ["change", "decline", "withdraw"])
def test_request_that_sales_must_work_on_again_is_due_anew(ben: Buyer, sam: User, how: str) -> None:
    rfq = RfqFactory(quoted=True, buyer=ben)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))
    late(rfq)

    if how == "change":
        answering.request_change(version, person=ben, text="Ten more.")
    elif how == "decline":
        ending.decline(version, actor=as_buyer(ben), reason="too dear")
    else:
        ending.withdraw(version, actor=staff(sam), reason="wrong")

    assert is_due_anew(rfq)


def test_word_of_sales_that_the_buyer_reads_is_an_answer(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    late(rfq)
    rfqs.say(rfq, actor=staff(sam), text="note", is_from_buyer=False, is_internal=True)
    rfqs.say(rfq, actor=as_buyer(ben), text="Hello?", is_from_buyer=True)
    assert not is_due_anew(rfq)

    rfqs.say(rfq, actor=staff(sam), text="On Monday.", is_from_buyer=False)

    assert is_due_anew(rfq)


# ---------------------------------------------------------------- fair


def test_oldest_question_ends_first_whatever_its_number() -> None:
    newer, older = asked(timedelta(days=31)), asked(timedelta(days=90))

    assert timers.expire_questions(at_most=1) == 1

    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == (RfqState.EXPIRED, RfqState.INFO_REQUESTED)


def test_questions_that_are_not_due_do_not_keep_those_that_are() -> None:
    for _ in range(3):
        asked(timedelta(days=1))
    due = asked(timedelta(days=31))

    assert timers.expire_questions(at_most=2) == 1
    due.refresh_from_db()
    assert due.state == RfqState.EXPIRED


def test_all_that_is_due_ends_within_a_few_ticks() -> None:
    for days in range(31, 38):
        asked(timedelta(days=days))

    assert [timers.expire_questions(at_most=3) for _ in range(4)] == [3, 3, 1, 0]


def test_question_that_was_asked_again_has_its_time_anew(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    Rfq.objects.update(asked_at=timezone.now() - timedelta(days=31))
    rfqs.answer_sales(rfq, actor=as_buyer(ben), text="This.")
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Sure?")

    assert timers.expire_questions() == 0


def test_row_that_fails_does_not_keep_the_others() -> None:
    seen = []

    def do(n: int) -> bool:
        seen.append(n)
        if n == 1:
            raise RuntimeError("broken row")
        return True

    with pytest.raises(RuntimeError, match="broken row"):
        timers.walk([1, 2, 3], do)

    assert seen == [1, 2, 3]


# ---------------------------------------------------------------- several processes


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_each_row_is_ended_by_one(ben: Buyer) -> None:
    for _ in range(3):
        asked(timedelta(days=31))
    over = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    Version.objects.filter(pk=over.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    RfqFactory(submitted=True, answer_due_at=timezone.now() - timedelta(seconds=1))

    def tick(_: int) -> tuple[int, int, int]:
        return timers.expire_questions(), timers.expire_offers(), timers.tell_of_overdue()

    done: list[Any] = at_once(4, tick)

    assert [sum(column) for column in zip(*done, strict=True)] == [3, 1, 1]
    assert StateChange.objects.filter(subject="rfq", after="expired").count() == 3
    assert SyncJob.objects.filter(kind="send_quote_mail").count() == 2 + 3


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_one_asks_for_the_prices_of_an_offer(ben: Buyer) -> None:
    FlowFactory(live=True)
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    version.lines.update(basis={"pricelist_name": "A"})

    assert sum(at_once(4, lambda _: basis.start_checks())) == 1
    assert SyncJob.objects.filter(kind=basis.CHECK).count() == 1
