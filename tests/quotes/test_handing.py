"""Requests and quotes change hands: by whom, to whom, and with what in the history."""

import pytest

from integrations.models import StateChange, User
from quotes.errors import Incomplete, NotPermitted
from quotes.models import Rfq
from quotes.services.handing import hand_over_quote, hand_over_rfq
from quotes.states import RfqState
from tests.factories import UserFactory, auditor, sales_manager, sales_rep
from tests.quotes.factories import RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db
WHY = "Rita knows them"


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def rita() -> User:
    return UserFactory(username="rita.rep", role="Sales")


def test_own_request_goes_to_a_colleague_with_the_reason(sam: User, rita: User) -> None:
    rfq = RfqFactory(in_review=True, assigned_to=sam)

    hand_over_rfq(rfq, user=sam, to=rita, reason=WHY)

    rfq.refresh_from_db()
    assert (rfq.assigned_to, rfq.state) == (rita, RfqState.IN_REVIEW)
    noted = StateChange.objects.get(subject="rfq", subject_id=rfq.pk)
    assert (noted.actor, noted.reason) == (str(sam), f"assigned to: {sam} → {rita}. {WHY}")


def test_what_is_nobodys_can_be_given_away(sam: User, rita: User) -> None:
    rfq = RfqFactory(submitted=True)

    assert hand_over_rfq(rfq, user=sam, to=rita, reason=WHY).assigned_to == rita


def test_manager_hands_over_what_is_somebody_elses_and_a_rep_does_not(
    sam: User, rita: User
) -> None:
    version = VersionFactory(quote__owner=rita)

    with pytest.raises(NotPermitted, match="rita.rep"):
        hand_over_quote(version, user=sam, to=sam, reason=WHY)
    assert hand_over_quote(version, user=sales_manager(), to=sam, reason=WHY).owner == sam


def test_request_of_the_quote_goes_along_where_it_had_the_same_owner(sam: User, rita: User) -> None:
    theirs, ours = RfqFactory(quoted=True, assigned_to=rita), RfqFactory(quoted=True)
    Rfq.objects.filter(pk=ours.pk).update(assigned_to=sam)

    for rfq in (theirs, ours):
        version = VersionFactory(quote__owner=sam, quote__rfq=rfq)
        hand_over_quote(version, user=sam, to=rita, reason=WHY)

    assert set(Rfq.objects.values_list("assigned_to", flat=True)) == {rita.pk}
    assert StateChange.objects.filter(subject="version").count() == 2
    assert StateChange.objects.get(subject="rfq").subject_id == ours.pk


@pytest.mark.parametrize(
    ("reason", "to_whom", "said"),
    [("  ", "rita", "Say why"), (WHY, "sam", "already"), (WHY, "auditor", "somebody in sales")],
)
def test_wrong_hand_over_is_refused(
    sam: User, rita: User, reason: str, to_whom: str, said: str
) -> None:
    version = VersionFactory(quote__owner=sam)
    to = {"rita": rita, "sam": sam, "auditor": auditor()}[to_whom]

    with pytest.raises(Incomplete, match=said):
        hand_over_quote(version, user=sam, to=to, reason=reason)
    assert not StateChange.objects.exists()


def test_closed_request_stays_where_it_is(sam: User, rita: User) -> None:
    rfq = RfqFactory(submitted=True, assigned_to=sam)
    Rfq.objects.update(state=RfqState.DECLINED)

    with pytest.raises(Incomplete, match="closed"):
        hand_over_rfq(rfq, user=sam, to=rita, reason=WHY)
