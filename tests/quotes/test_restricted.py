"""What an account may not have is told while its quote is written, and stops its offer."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import ArticleCopy, Assortment, Flow, Licence, LicensedGoods, User
from quotes.actors import buyer, staff
from quotes.errors import AccountRefused, Incomplete
from quotes.models import Approval, Version
from quotes.services import answering, approving, credit, offering, restricted
from quotes.states import VersionState
from tests.factories import FlowFactory, sales_manager, sales_rep
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db

Restrict = Callable[[Version], object]


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def flow() -> Flow:
    made: Flow = FlowFactory(live=True)
    return made


def version_of(*skus: str, **fields: Any) -> Version:
    version: Version = VersionFactory(lines=0, **fields)
    for n, sku in enumerate(skus, start=1):
        VersionLineFactory(version=version, n=n, sku=sku)
    return version


def sorted_under(flow: Flow, **categories: str) -> None:
    for sku, category in categories.items():
        ArticleCopy.objects.create(
            source=flow.target, variant_ref=sku, sku=sku, category=category, as_of=timezone.now()
        )


def needs_licence(**goods: str) -> None:
    LicensedGoods.objects.create(licence="Chemicals dealer", **goods)


def to_austria_only(version: Version) -> None:
    account = version.quote.account
    account.allowed_countries = "AT"
    account.save()


def without_licence(version: Version) -> None:
    needs_licence(skus="ACID")


def with_an_expired_licence(version: Version) -> None:
    needs_licence(skus="ACID")
    yesterday = timezone.now().date() - timedelta(days=1)
    Licence.objects.create(
        account=version.quote.account, name="Chemicals dealer", valid_until=yesterday
    )


def without_these_goods(version: Version) -> None:
    Assortment.objects.create(account=version.quote.account, name="Tools", skus="DRILL")


RULES = [
    (to_austria_only, "delivered to AT only. Deliver to another country"),
    (without_licence, "Line 2 (ACID): the account holds no licence Chemicals dealer. Enter the"),
    (with_an_expired_licence, "Line 2 (ACID): the licence Chemicals dealer expired on"),
    (without_these_goods, "Line 2 (ACID): not in what the account may buy (Tools). Add the goods"),
]


def submits(version: Version, user: User) -> None:
    approving.submit_version(version, user=user)


def offers(version: Version, user: User) -> None:
    version.state = VersionState.APPROVED
    version.save()
    offering.offer(version, user=user)


@pytest.mark.parametrize("does", [submits, offers])
@pytest.mark.parametrize(("restrict", "told"), RULES)
def test_what_the_account_may_not_have_is_neither_submitted_nor_offered(
    sam: User, restrict: Restrict, told: str, does: Callable[[Version, User], None]
) -> None:
    version = version_of("DRILL", "ACID")
    restrict(version)
    before = version.state

    with pytest.raises(Incomplete) as refused:
        does(version, sam)

    assert told in str(refused.value)
    assert Version.objects.get(pk=version.pk).state in (before, VersionState.APPROVED)
    assert not Version.objects.filter(offered_at__isnull=False).exists()


def test_rule_that_came_after_submitting_stops_the_approval(sam: User) -> None:
    ApprovalRuleFactory(kind="amount_above", threshold=1, currency="EUR")
    version = approving.submit_version(version_of("DRILL", "ACID", edited_by=sam), user=sam)
    approval = version.approvals.get()
    without_licence(version)

    with pytest.raises(Incomplete, match=r"Line 2 \(ACID\)"):
        approving.approve(approval, user=sales_manager())

    assert Approval.objects.get().state == Approval.State.WAITING


def test_acceptance_still_judges_what_came_after_the_offer() -> None:
    version = version_of("DRILL", "ACID", offered=True)
    without_licence(version)

    with pytest.raises(AccountRefused, match="licence"):
        credit.ask(version)(version)


def test_licence_that_ends_before_the_offer_does_stops_it(sam: User) -> None:
    """Its acceptance on the last day would be refused for what is known today."""
    version = version_of("ACID", approved=True)
    needs_licence(skus="ACID")
    end = version.valid_until.astimezone(UTC).date()
    licence = Licence.objects.create(
        account=version.quote.account, name="Chemicals dealer", valid_until=end - timedelta(days=1)
    )

    with pytest.raises(Incomplete, match=f"On {end}, when the offer ends: .* end before"):
        offering.offer(version, user=sam)
    licence.valid_until = end
    licence.save()

    assert offering.offer(version, user=sam).state == VersionState.OFFERED


def test_offer_is_not_extended_beyond_a_licence(sam: User) -> None:
    version = version_of("ACID", approved=True)
    needs_licence(skus="ACID")
    end = version.valid_until.astimezone(UTC).date()
    Licence.objects.create(account=version.quote.account, name="Chemicals dealer", valid_until=end)
    offered = offering.offer(version, user=sam)

    with pytest.raises(Incomplete, match="when the offer ends"):
        offering.extend(offered, actor=staff(sam), until=version.valid_until + timedelta(days=3))

    assert Version.objects.get().valid_until == version.valid_until


def test_offer_is_not_kept_by_sales_for_who_may_not_have_it(sam: User) -> None:
    version = version_of("ACID", offered=True, quote__buyer__email="ben@company.example")
    ben = version.quote.buyer
    answering.request_change(version, person=ben, text="Cheaper, please")
    without_licence(version)

    with pytest.raises(Incomplete, match="no licence"):
        offering.keep_offer(version, actor=staff(sam))

    kept = offering.keep_offer(version, actor=buyer(ben))  # their own wish, taken back
    assert kept.state == VersionState.OFFERED


def test_rule_by_category_decides_once_the_category_is_known(sam: User, flow: Flow) -> None:
    version = version_of("ACID", "DRILL", approved=True)
    needs_licence(categories="Chemicals")
    now = timezone.now()
    unknown = restricted.restricted(version, now=now)
    sorted_under(flow, ACID="Chemicals / Acids", DRILL="Tools")

    known = restricted.restricted(version, now=now)

    assert (unknown.stops, len(unknown.notes)) == ((), 1)
    assert "line 1 (ACID), line 2 (DRILL): the portal does not know" in unknown.notes[0].replace(
        "Line", "line"
    )
    assert known.notes == ()
    assert known.stops[0].startswith("Line 1 (ACID): the account holds no licence")


def test_unknown_category_is_a_note_and_stops_nothing(sam: User) -> None:
    version = version_of("THING", approved=True)
    needs_licence(categories="Chemicals")

    assert offering.offer(version, user=sam).state == VersionState.OFFERED


def test_article_of_two_categories_is_looked_at(flow: Flow) -> None:
    version = version_of("ACID")
    needs_licence(categories="Chemicals")
    for ref, category in (("1", "Chemicals"), ("2", "Tools")):
        ArticleCopy.objects.create(
            source=flow.target, variant_ref=ref, sku="ACID", category=category, as_of=timezone.now()
        )

    told = restricted.restricted(version, now=timezone.now())

    assert (told.stops, len(told.notes)) == ((), 1)


def test_line_that_does_not_count_is_a_note(sam: User) -> None:
    version = version_of("DRILL", "ACID", approved=True)
    version.lines.filter(sku="ACID").update(is_optional=True)
    without_licence(version)

    told = restricted.restricted(version, now=timezone.now())

    assert told.stops == ()
    assert told.notes[0].startswith("Not counted: Line 2 (ACID): the account holds no licence")
    assert offering.offer(version, user=sam).state == VersionState.OFFERED


def test_a_hundred_lines_cost_as_many_queries_as_one(flow: Flow) -> None:
    needs_licence(categories="Chemicals")
    counts = []
    for skus in (["A"], [f"SKU{n}" for n in range(100)]):
        version = Version.objects.select_related("quote__account").get(pk=version_of(*skus).pk)
        sorted_under(flow, **dict.fromkeys(skus, "Tools"))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert restricted.restricted(version, now=timezone.now()) == restricted.Restricted()
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 6  # lines, three of rules, the flow, the categories
