"""Offers: frozen, hashed, superseded by the next one, ended by hand or by the clock."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.models import Account, User
from quotes.actors import staff
from quotes.errors import Incomplete, MoveNotAllowed
from quotes.models import Rfq, Version
from quotes.services import approving, drafting, ending, offering, rfqs, timers
from quotes.snapshot import document_of, moment, sha256_of
from quotes.states import RfqState, VersionState
from tests.factories import sales_rep
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


def fresh(version: Version) -> Version:
    return Version.objects.get(pk=version.pk)


def test_request_becomes_a_quote_with_its_lines(sam: User) -> None:
    rfq = RfqFactory(submitted=True, lines=2)
    rfq.lines.filter(n=1).update(configuration=[["Battery", "5 Ah"]])

    version = drafting.quote_rfq(rfq, user=sam)

    rfq.refresh_from_db()
    assert (rfq.state, rfq.assigned_to, version.quote.owner) == (RfqState.IN_REVIEW, sam, sam)
    assert [line.configuration for line in version.lines.all()] == [[["Battery", "5 Ah"]], []]
    assert drafting.quote_rfq(rfq, user=sam) == version


def test_offer_is_frozen_with_its_totals_and_hash(sam: User) -> None:
    version = offering.offer(VersionFactory(approved=True), user=sam)

    assert (version.net_total, version.tax_total, version.gross_total) == (
        Decimal("100.00"),
        Decimal("19.00"),
        Decimal("119.00"),
    )
    kept = fresh(version)
    assert kept.state == VersionState.OFFERED
    assert kept.sha256 == sha256_of(kept.document)
    assert kept.document["totals"]["gross"] == "119"


def test_offer_tells_neither_cost_nor_internal_words(sam: User) -> None:
    version = VersionFactory(approved=True, internal_note="they would pay more")
    version.lines.update(unit_cost=Decimal("31.4159"))

    told = str(offering.offer(version, user=sam).document)

    assert "31.4159" not in told
    assert "pay more" not in told


@pytest.mark.parametrize("field", ["quantity", "unit_price", "discount_percent", "tax_percent"])
def test_hash_changes_with_every_number_of_a_line(field: str) -> None:
    version = VersionFactory()
    before = sha256_of(document_of(version, list(version.lines.all())))
    version.lines.update(**{field: Decimal("7.5")})

    assert sha256_of(document_of(version, list(version.lines.all()))) != before


@pytest.mark.parametrize(
    "edit",
    [
        {"ship_to": {"city": "Kiel", "country_code": "DE"}},
        {"bill_to": {"city": "Kiel", "country_code": "DE"}},
        {"region_ref": "reg_2"},
        {"shipping_ref": "so_2"},
        {"valid_until": timezone.now() + timedelta(days=99)},
        {"terms_name": "30 days"},
    ],
)
def test_hash_changes_with_everything_that_the_order_is_placed_with(edit: dict[str, Any]) -> None:
    version = VersionFactory()
    before = sha256_of(document_of(version, list(version.lines.all())))
    for name, value in edit.items():
        setattr(version, name, value)

    assert sha256_of(document_of(version, list(version.lines.all()))) != before


def test_bill_goes_where_the_goods_go_unless_it_is_said() -> None:
    document = document_of(VersionFactory(), [])

    assert document["bill_to"] == document["ship_to"]
    assert document["ship_to"]["city"] == "Hamburg"


def test_hash_is_the_same_however_numbers_are_stored() -> None:
    version = VersionFactory()
    unsaved = list(version.lines.all())
    unsaved[0].quantity, unsaved[0].unit_price = Decimal("2.0000"), Decimal("50.000000")

    assert sha256_of(document_of(version, unsaved)) == sha256_of(
        document_of(version, list(version.lines.all()))
    )


def test_offered_version_is_never_edited(sam: User) -> None:
    version = VersionFactory(offered=True)

    with pytest.raises(Incomplete, match="cannot be changed"), drafting.editing(version, user=sam):
        pass


def test_new_offer_supersedes_the_one_before(sam: User) -> None:
    rfq = RfqFactory(quoted=True)
    first = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=rfq.buyer))
    second = drafting.requote(first, user=sam)
    assert (fresh(first).state, second.revision, second.lines.count()) == ("offered", 2, 1)

    with drafting.editing(second, user=sam) as edited:
        edited.valid_until = timezone.now() + timedelta(days=5)
    offering.offer(approving.submit_version(second, user=sam), user=sam)

    first = fresh(first)
    assert (first.state, first.superseded_by) == (VersionState.SUPERSEDED, second)
    assert Rfq.objects.get(pk=rfq.pk).state == RfqState.QUOTED


def test_alternatives_stay_with_their_line_in_a_new_revision(sam: User) -> None:
    first = VersionFactory(offered=True)
    line = first.lines.get()
    VersionLineFactory(version=first, n=2, alternative_to=line)

    second = drafting.requote(first, user=sam)

    copied = second.lines.get(n=2)
    assert copied.alternative_to == second.lines.get(n=1)
    assert not copied.is_counted


def test_database_keeps_two_offers_of_one_quote_apart() -> None:
    first = VersionFactory(offered=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        VersionFactory(offered=True, quote=first.quote, revision=2)


def test_blocked_account_is_offered_nothing(sam: User) -> None:
    version = VersionFactory(approved=True)
    Account.objects.update(is_blocked_by_hand=True)

    with pytest.raises(Incomplete, match="blocked"):
        offering.offer(version, user=sam)


def test_offer_without_future_is_refused(sam: User) -> None:
    version = VersionFactory(approved=True, valid_until=timezone.now())

    with pytest.raises(Incomplete, match="validity"):
        offering.offer(version, user=sam)


def test_withdrawn_offer_gives_the_request_back_to_sales(sam: User) -> None:
    rfq = RfqFactory(quoted=True)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=rfq.buyer))

    ending.withdraw(version, actor=staff(sam), reason="wrong price")

    assert fresh(version).state == VersionState.WITHDRAWN
    assert Rfq.objects.get(pk=rfq.pk).state == RfqState.IN_REVIEW


def test_offer_lasts_longer_but_never_shorter(sam: User) -> None:
    version = VersionFactory(offered=True)
    before = version.sha256

    Version.objects.filter(pk=version.pk).update(reminded_at=timezone.now())
    later = version.valid_until + timedelta(days=3)
    offering.extend(version, actor=staff(sam), until=later)
    with pytest.raises(Incomplete, match="longer"):
        offering.extend(version, actor=staff(sam), until=timezone.now() + timedelta(days=1))

    kept = fresh(version)
    assert (kept.valid_until, kept.reminded_at) == (later, None)
    assert kept.document == {**version.document, "valid_until": moment(later)}
    assert kept.sha256 == sha256_of(kept.document) != before


def test_clock_ends_offers_and_their_request() -> None:
    rfq = RfqFactory(quoted=True)
    over = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=rfq.buyer))
    Version.objects.filter(pk=over.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    unsent = VersionFactory(approved=True, valid_until=timezone.now() - timedelta(days=1))
    lasting = VersionFactory(offered=True)

    assert timers.expire_offers() == 2

    assert [fresh(one).state for one in (over, unsent, lasting)] == [
        "expired",
        "expired",
        "offered",
    ]
    assert Rfq.objects.get(pk=rfq.pk).state == RfqState.EXPIRED


def test_question_nobody_answers_ends_the_request(sam: User) -> None:
    rfq = RfqFactory(submitted=True)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    assert timers.expire_questions() == 0

    Rfq.objects.update(asked_at=timezone.now() - timedelta(days=31))

    assert timers.expire_questions() == 1
    assert Rfq.objects.get(pk=rfq.pk).state == RfqState.EXPIRED


def test_accepted_version_cannot_be_withdrawn(sam: User) -> None:
    version = VersionFactory(offered=True)
    Version.objects.update(state=VersionState.ACCEPTED)

    with pytest.raises(MoveNotAllowed):
        ending.withdraw(fresh(version), actor=staff(sam), reason="oh no")


def test_request_with_an_offer_is_not_quoted_a_second_time(sam: User) -> None:
    rfq = RfqFactory(quoted=True)
    VersionFactory(offered=True, quote__rfq=rfq, quote__buyer=rfq.buyer)

    with pytest.raises(Incomplete, match="answers .* already"):
        drafting.quote_rfq(rfq, user=sam)

    assert Version.objects.filter(quote__rfq=rfq).count() == 1
