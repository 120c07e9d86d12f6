"""What an account may owe is judged under its lock: one acceptance after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.gateways import open_erp
from integrations.models import Buyer, Order
from integrations.ports import ChecksCredit
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from quotes.errors import AccountRefused, QuoteError
from quotes.models import Acceptance, Version
from quotes.services import answering, credit
from quotes.services.answering import Answer
from quotes.states import VersionState
from tests.factories import BuyerFactory, OrderFactory
from tests.quotes.factories import VersionFactory
from tests.quotes.trading import trade

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def books() -> Iterator[ErpSeed]:
    with OdooStandIn(api_key=API_KEY) as erp:
        yield seed_erp(erp)


@pytest.fixture
def ben(books: ErpSeed) -> Buyer:
    ben = BuyerFactory(email="ben@company.example", storefront_customer_id="cus_ben")
    ben.flow = trade(ben, books)
    return ben


@pytest.fixture
def free(ben: Buyer, books: ErpSeed) -> Decimal:
    """What the account may still spend."""
    with open_erp(ben.flow.target, ChecksCredit) as erp:
        standing = erp.credit_standing(str(books.customers["erika@nordwind.test"]))
    return Decimal(standing.limit - standing.exposure)


def offer_of(ben: Buyer, gross: Decimal) -> Version:
    version = VersionFactory(offered=True, quote__buyer=ben)
    Version.objects.filter(pk=version.pk).update(gross_total=round(gross, 2))
    return Version.objects.get(pk=version.pk)


def press(version: Version, person: Buyer, check: answering.AccountCheck) -> Acceptance:
    seen = Answer(revision=1, sha256=version.sha256, signature="Ben", key=str(version.pk))
    return answering.accept(version, person=person, answer=seen, check=check)


def judged(version: Version) -> str:
    judge = credit.ask(version)
    with transaction.atomic():
        return judge(version)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs DATABASE_URL on PostgreSQL")
def test_two_quotes_accepted_at_once_share_one_limit(ben: Buyer, free: Decimal) -> None:
    offers = [offer_of(ben, free * Decimal("0.6")) for _ in range(2)]
    together = Barrier(2, timeout=30)

    def ask_then_wait(version: Version) -> credit.Judge:
        judge = credit.ask(version)
        together.wait()  # both were told that the credit suffices
        return judge

    def run(version: Version) -> object:
        try:
            return press(version, ben, ask_then_wait)
        except QuoteError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(run, offers))

    assert sorted(type(end).__name__ for end in ends) == ["Acceptance", "AccountRefused"]
    assert Acceptance.objects.count() == 1


def test_what_was_taken_after_the_erp_was_asked_counts(ben: Buyer, free: Decimal) -> None:
    first, second = (offer_of(ben, free * Decimal("0.6")) for _ in range(2))

    def ask_and_be_late(version: Version) -> credit.Judge:
        judge = credit.ask(version)
        press(second, ben, credit.ask)
        return judge

    with pytest.raises(AccountRefused, match="credit"):
        press(first, ben, ask_and_be_late)


Become = Callable[[Version, Buyer], None]


def is_placed_unseen(taken: Version, ben: Buyer) -> None:
    """The storefront has the order, and the portal has not read it yet."""
    Acceptance.objects.update(order_ref="order_1")
    OrderFactory(storefront_ref="order_1", account=None, gross_total=None)


def has_failed(taken: Version, ben: Buyer) -> None:
    Version.objects.filter(pk=taken.pk).update(state=VersionState.ORDER_FAILED)


def has_just_come_into_the_erp(taken: Version, ben: Buyer) -> None:
    Acceptance.objects.update(order_ref="order_1")
    OrderFactory(
        confirmed=True,
        storefront_ref="order_1",
        account=ben.account,
        gross_total=taken.gross_total,
        confirmed_at=timezone.now() + timedelta(seconds=1),  # while the ERP was asked
    )


@pytest.mark.parametrize("become", [is_placed_unseen, has_failed, has_just_come_into_the_erp])
def test_what_is_on_its_way_counts_once(ben: Buyer, free: Decimal, become: Become) -> None:
    taken, fits, too_much = (offer_of(ben, free * Decimal(part)) for part in ("0.5", "0.5", "0.6"))
    press(taken, ben, answering.block_alone)
    become(taken, ben)

    assert judged(fits) == ""
    with pytest.raises(AccountRefused):
        judged(too_much)


def test_what_the_erp_counts_itself_or_was_cancelled_does_not_count(
    ben: Buyer, free: Decimal
) -> None:
    taken, other = (offer_of(ben, free * Decimal("0.6")) for _ in range(2))
    press(taken, ben, answering.block_alone)
    Acceptance.objects.update(order_ref="order_1")
    long_ago = timezone.now() - timedelta(hours=1)
    order = OrderFactory(
        confirmed=True,
        storefront_ref="order_1",
        account=ben.account,
        gross_total=taken.gross_total,
        confirmed_at=long_ago,
    )
    assert judged(other) == ""

    Order.objects.filter(pk=order.pk).update(state="cancelled", erp_ref="", confirmed_at=None)
    assert judged(other) == ""
