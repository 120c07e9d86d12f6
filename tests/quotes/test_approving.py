"""Approvals: asked for by the policy, given in steps by others, void after any edit."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from integrations.models import User
from quotes.errors import Incomplete, NotPermitted
from quotes.models import Approval, Version
from quotes.services import approving, drafting
from quotes.states import VersionState
from tests.factories import UserFactory, sales_manager, sales_rep
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def mia() -> User:
    return sales_manager()


def discounted(sam: User) -> Version:
    version = VersionFactory(edited_by=sam)
    version.lines.update(discount_percent=Decimal(20))
    return version


def submitted(sam: User) -> tuple[Version, Approval]:
    ApprovalRuleFactory()
    version = approving.submit_version(discounted(sam), user=sam)
    return version, version.approvals.get()


def test_version_within_the_policy_needs_nobody(sam: User) -> None:
    ApprovalRuleFactory()

    version = approving.submit_version(VersionFactory(), user=sam)

    assert version.state == VersionState.APPROVED


def test_discount_beyond_the_policy_waits_for_a_manager(sam: User, mia: User) -> None:
    version, approval = submitted(sam)
    assert version.state == VersionState.PENDING_APPROVAL
    assert approval.reasons == ["Discount: discount of 20.0 %"]
    assert approving.waiting_for(mia) == [approval]

    approved = approving.approve(approval, user=mia)

    assert approved.state == VersionState.APPROVED
    assert approving.waiting_for(mia) == []


def test_rep_cannot_approve(sam: User) -> None:
    _, approval = submitted(sam)

    with pytest.raises(NotPermitted, match="Sales manager"):
        approving.approve(approval, user=sam)


def test_manager_cannot_approve_what_they_submitted(mia: User) -> None:
    _, approval = submitted(mia)

    with pytest.raises(NotPermitted, match="submitted"):
        approving.approve(approval, user=mia)
    assert approving.waiting_for(mia) == []


def test_four_eyes_can_be_switched_off(mia: User, settings: Settings) -> None:
    settings.QUOTE_FOUR_EYES = False
    _, approval = submitted(mia)

    assert approving.approve(approval, user=mia).state == VersionState.APPROVED


def test_edit_voids_what_was_approved(sam: User, mia: User) -> None:
    version, approval = submitted(sam)
    version = approving.approve(approval, user=mia)

    with drafting.editing(version, user=sam) as edited:
        edited.lines.update(discount_percent=Decimal(30))

    version.refresh_from_db()
    approval.refresh_from_db()
    assert (version.state, approval.state) == (VersionState.DRAFT, "void")
    with pytest.raises(Incomplete, match="no longer asked"):
        approving.approve(approval, user=mia)


def test_steps_follow_each_other(sam: User, mia: User) -> None:
    ApprovalRuleFactory()
    ApprovalRuleFactory(name="Large", step=2, group_name="Directors", threshold=Decimal(15))
    director = UserFactory()
    version = approving.submit_version(discounted(sam), user=sam)
    first, second = version.approvals.order_by("step")
    director.groups.add(second.group)

    assert approving.waiting_for(director) == []
    with pytest.raises(Incomplete, match="earlier step"):
        approving.approve(second, user=director)
    assert approving.approve(first, user=mia).state == VersionState.PENDING_APPROVAL
    assert approving.approve(second, user=director).state == VersionState.APPROVED


@pytest.fixture
def both(sam: User) -> tuple[User, Version]:
    """A director who is sales manager, too, and a version that needs both."""
    ApprovalRuleFactory()
    ApprovalRuleFactory(name="Large", step=2, group_name="Directors", threshold=Decimal(15))
    version = approving.submit_version(discounted(sam), user=sam)
    director = UserFactory()
    director.groups.add(*(one.group for one in version.approvals.all()))
    return director, version


def test_two_steps_are_two_people(both: tuple[User, Version]) -> None:
    director, version = both
    first, second = version.approvals.order_by("step")
    assert approving.waiting_for(director) == [first]
    approving.approve(first, user=director)

    assert approving.waiting_for(director) == []
    with pytest.raises(NotPermitted, match="somebody else must decide"):
        approving.approve(second, user=director)
    with pytest.raises(NotPermitted, match="somebody else must decide"):
        approving.reject(second, user=director, comment="no")
    assert Version.objects.get(pk=version.pk).state == VersionState.PENDING_APPROVAL

    other = UserFactory()
    other.groups.add(second.group)
    assert approving.approve(second, user=other).state == VersionState.APPROVED


def test_second_step_is_not_delegated_to_who_decided_the_first(
    both: tuple[User, Version],
) -> None:
    director, version = both
    first, second = version.approvals.order_by("step")
    approving.approve(first, user=director)
    other = UserFactory()
    other.groups.add(second.group)

    with pytest.raises(NotPermitted, match="somebody else must decide"):
        approving.delegate(second, user=other, to=director)


def test_one_person_decides_both_steps_where_four_eyes_are_off(
    both: tuple[User, Version], settings: Settings
) -> None:
    settings.QUOTE_FOUR_EYES = False
    director, version = both

    for approval in version.approvals.order_by("step"):
        version = approving.approve(approval, user=director)

    assert version.state == VersionState.APPROVED


def test_rejection_needs_a_comment_and_can_be_submitted_again(sam: User, mia: User) -> None:
    version, approval = submitted(sam)

    with pytest.raises(Incomplete, match="has to change"):
        approving.reject(approval, user=mia, comment=" ")
    version = approving.reject(approval, user=mia, comment="15 % at most")
    assert version.state == VersionState.NOT_APPROVED

    with drafting.editing(version, user=sam) as edited:
        edited.lines.update(discount_percent=Decimal(15))
    version.refresh_from_db()
    assert approving.submit_version(version, user=sam).state == VersionState.PENDING_APPROVAL


def test_delegate_decides_in_the_managers_place(sam: User, mia: User) -> None:
    _, approval = submitted(sam)
    deputy = UserFactory()

    approving.delegate(approval, user=mia, to=deputy)

    assert approving.waiting_for(deputy) == [approval]
    assert approving.approve(approval, user=deputy).state == VersionState.APPROVED


def test_nobody_delegates_to_whoever_submitted(sam: User, mia: User) -> None:
    _, approval = submitted(sam)

    with pytest.raises(NotPermitted):
        approving.delegate(approval, user=mia, to=sam)


def test_incomplete_version_says_all_that_is_missing(sam: User) -> None:
    version = VersionFactory(lines=2, valid_until=None)
    version.lines.filter(n=2).update(unit_price=None, tax_percent=None)

    with pytest.raises(
        Incomplete, match="line 2 has no price; line 2 has no tax rate; the validity"
    ):
        approving.submit_version(version, user=sam)


def test_version_that_could_not_be_ordered_is_not_complete(sam: User) -> None:
    version = VersionFactory(region_ref="", ship_to={"city": "Hamburg"})

    with pytest.raises(Incomplete, match="region .* is not given; the address .* no country"):
        approving.submit_version(version, user=sam)


def test_needs_are_known_while_editing(sam: User) -> None:
    ApprovalRuleFactory()

    needs = approving.needs_of(discounted(sam))

    assert [need.reasons for need in needs] == [("Discount: discount of 20.0 %",)]
