"""A copy is a new quote; no price of the ERP is taken over unasked."""

from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Account, Buyer, User
from quotes.models import Version
from quotes.services.copying import Copied, copy_quote
from quotes.states import VersionState
from tests.factories import AccountFactory, sales_rep
from tests.quotes.factories import VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


def copy(
    version: Version, sam: User, account: Account | None = None, buyer: Buyer | None = None
) -> Copied:
    account = account or version.quote.account
    return copy_quote(version, account=account, buyer=buyer, user=sam, on=timezone.now().date())


@pytest.mark.parametrize("state", VersionState.values)
def test_any_revision_is_copied_as_a_new_draft(sam: User, state: str) -> None:
    version = VersionFactory(offered=True, terms_ref="7")
    Version.objects.filter(pk=version.pk).update(state=state)
    version.refresh_from_db()

    fresh = copy(version, sam, buyer=version.quote.buyer).version

    assert (fresh.state, fresh.revision, fresh.sha256, fresh.valid_until) == ("draft", 1, "", None)
    assert fresh.quote != version.quote
    assert (fresh.quote.owner, fresh.quote.buyer) == (sam, version.quote.buyer)
    assert (fresh.terms_ref, fresh.ship_to) == ("7", version.ship_to)
    version.refresh_from_db()
    assert (version.state, version.lines.count()) == (state, 1)


def test_prices_of_the_erp_are_left_behind_and_those_by_hand_marked(sam: User) -> None:
    version = VersionFactory()
    tiers = [
        {"from": "10", "unit_price": "45", "is_manual": False},
        {"from": "20", "unit_price": "44", "is_manual": True},
    ]
    version.lines.update(basis={"rule": "A"}, tiers=tiers)
    VersionLineFactory(version=version, n=2, unit_price=Decimal(7), is_price_manual=True)
    VersionLineFactory(version=version, n=3, sku="", unit_price=Decimal(8))

    fresh = copy(version, sam).version

    first, second, third = fresh.lines.all()
    assert (first.unit_price, first.list_price, first.unit_cost, first.basis) == (
        None,
        None,
        None,
        {},
    )
    assert [tier["unit_price"] for tier in first.tiers] == [None, "44"]
    assert [(one.unit_price, one.is_price_manual) for one in (second, third)] == [
        (7, True),
        (8, True),
    ]
    assert fresh.net_total == 30


def test_alternative_stays_one(sam: User) -> None:
    version = VersionFactory()
    VersionLineFactory(version=version, n=2, alternative_to=version.lines.get(n=1))

    fresh = copy(version, sam).version

    assert fresh.lines.get(n=2).alternative_to == fresh.lines.get(n=1)


def test_another_company_gets_the_lines_and_nothing_that_was_agreed_with_the_first(
    sam: User,
) -> None:
    version = VersionFactory(
        quote__title="Frame contract Acme",
        terms_ref="7",
        terms_name="Net 30",
        discount_percent=Decimal(12),
        freight_net=Decimal(9),
        freight_name="To Acme's dock",
        needs_po_number=True,
        note="Welcome, Acme",
        internal_note="They pay late",
    )
    steps = [{"from": "10", "unit_price": "45", "is_manual": True}]
    version.lines.update(
        is_price_manual=True, discount_percent=Decimal(5), note="As last time", tiers=steps
    )
    VersionLineFactory(version=version, n=2, sku="", unit_price=Decimal(8))
    other = AccountFactory()

    fresh = copy(version, sam, account=other).version

    assert (fresh.quote.account, fresh.quote.buyer, fresh.quote.title) == (other, None, "")
    assert (fresh.ship_to, fresh.region_ref, fresh.terms_ref, fresh.terms_name) == ({}, "", "", "")
    assert (fresh.note, fresh.internal_note, fresh.freight_name) == ("", "", "")
    assert (fresh.discount_percent, fresh.freight_net, fresh.needs_po_number) == (0, 0, False)
    first, second = fresh.lines.all()
    old = version.lines.get(n=1)
    assert (first.sku, first.title, first.quantity) == (old.sku, old.title, old.quantity)
    assert (first.unit_price, first.unit_cost, first.discount_percent, first.note) == (
        None,
        None,
        0,
        "",
    )
    assert first.tiers == [{"from": "10", "unit_price": None, "is_manual": False}]
    assert (second.unit_price, second.is_price_manual) == (None, False)


def test_same_company_keeps_what_was_agreed_with_it(sam: User) -> None:
    version = VersionFactory(note="Welcome", internal_note="slow", discount_percent=Decimal(12))

    fresh = copy(version, sam).version

    assert (fresh.note, fresh.internal_note, fresh.discount_percent) == ("Welcome", "slow", 12)


def test_copy_stays_when_the_erp_cannot_be_asked(sam: User) -> None:
    copied = copy(VersionFactory(), sam)

    assert "no orders flow" in copied.refusal
    assert Version.objects.filter(pk=copied.version.pk).exists()
