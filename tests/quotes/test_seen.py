"""Sales see their accounts: what is theirs or nobody's; managers and auditors see all."""

import pytest

from integrations.models import User
from quotes.models import Quote, Rfq, Version
from quotes.services import approving
from tests.factories import UserFactory, auditor, sales_manager, sales_rep
from tests.quotes.factories import (
    ApprovalRuleFactory,
    QuoteFactory,
    RfqFactory,
    VersionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def rita() -> User:
    return UserFactory(username="rita.rep", role="Sales")


def test_rep_sees_their_own_requests_and_nobodys(sam: User, rita: User) -> None:
    mine, nobodys = RfqFactory(assigned_to=sam), RfqFactory()
    RfqFactory(assigned_to=rita)

    assert set(Rfq.objects.seen_by(sam)) == {mine, nobodys}


def test_rep_sees_their_own_quotes_and_nobodys(sam: User, rita: User) -> None:
    mine = VersionFactory(quote__owner=sam)
    nobodys = VersionFactory()
    VersionFactory(quote__owner=rita)

    assert set(Quote.objects.seen_by(sam)) == {mine.quote, nobodys.quote}
    assert set(Version.objects.seen_by(sam)) == {mine, nobodys}


def test_managers_and_auditors_see_all(rita: User) -> None:
    RfqFactory(assigned_to=rita)
    QuoteFactory(owner=rita)

    for person in (sales_manager(), auditor()):
        assert Rfq.objects.seen_by(person).count() == 1
        assert Quote.objects.seen_by(person).count() == 1


def test_quote_is_seen_by_whom_its_approval_was_handed_to(sam: User, rita: User) -> None:
    ApprovalRuleFactory()
    version = VersionFactory(quote__owner=rita, discount_percent=20)
    approval = approving.submit_version(version, user=rita).approvals.get()
    assert not Version.objects.seen_by(sam).exists()

    approving.delegate(approval, user=sales_manager(), to=sam)

    assert Version.objects.seen_by(sam).get() == version
