"""The list of quotes, and the verbs: each button calls its service, for those who may press it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import StateChange
from quotes.models import Version
from quotes.services import approving, drafting
from quotes.states import VersionState
from tests import factories as make
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db

LIST = "admin:quotes_version_changelist"


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def shown(client, **asked):
    return list(client.get(reverse(LIST), asked).context["cl"].result_list)


def state_of(version):
    return Version.objects.get(pk=version.pk).state


def waiting(sam):
    """A quote of Sam's that waits for the sales managers."""
    ApprovalRuleFactory()
    version = VersionFactory(quote__owner=sam, edited_by=sam, discount_percent=20)
    return approving.submit_version(version, user=sam)


def actions_on(page):
    return [button.action for button in page.context["buttons"]]


def test_list_shows_the_newest_revision_with_total_margin_and_whom_it_waits_for(signed_in, sam):
    first = VersionFactory(quote__owner=sam, offered=True)
    second = drafting.requote(first, user=sam)
    client = signed_in(sam)

    assert shown(client) == [second]
    assert shown(client, revisions="all") == [second, first]
    page = client.get(reverse(LIST)).content.decode()
    assert "100.00 EUR" in page
    assert "40.0 %" in page


def test_quote_is_found_by_number_company_and_sku(signed_in, sam):
    version = VersionFactory(quote__buyer__account__name="Brandt Elektro")
    VersionLineFactory(version=version, n=2, sku="DRL-18V")
    VersionFactory()
    client = signed_in(sam)

    for term in (version.quote.number, "brandt", "drl-18v", version.quote.buyer.email):
        assert shown(client, q=term) == [version], term


def test_list_is_narrowed_to_whom_a_quote_waits_for(signed_in, sam, mia):
    at_manager = waiting(sam)
    at_sam = VersionFactory(quote__owner=sam)
    at_buyer = VersionFactory(offered=True)

    assert shown(signed_in(mia), waits="approval") == [at_manager]
    assert shown(signed_in(sam), waits="approval") == []
    assert shown(signed_in(sam), waits="me") == [at_sam]
    assert shown(signed_in(sam), waits="buyer") == [at_buyer]
    assert "Sales manager" in signed_in(sam).get(reverse(LIST)).content.decode()


def test_rep_neither_sees_nor_presses_for_a_colleagues_quote(signed_in, press, sam, rita):
    theirs = VersionFactory(quote__owner=rita, offered=True)

    press(sam, "withdraw", theirs, reason="no")

    assert shown(signed_in(sam)) == []
    assert state_of(theirs) == VersionState.OFFERED


def test_submitting_asks_for_the_approvals_that_the_policy_wants(press, sam):
    ApprovalRuleFactory()
    version = VersionFactory(quote__owner=sam, discount_percent=20)

    answer = press(sam, "submit", version)

    assert "1 submitted." in answer.content.decode()
    assert state_of(version) == VersionState.PENDING_APPROVAL


def test_price_button_says_what_keeps_it_from_asking(press, sam):
    version = VersionFactory(quote__owner=sam)

    answer = press(sam, "price", version)

    assert "There is no orders flow" in answer.content.decode()
    assert Version.objects.get(pk=version.pk).edits == 0


def test_what_is_missing_is_told(press, sam):
    version = VersionFactory(quote__owner=sam)
    version.lines.update(unit_price=None)

    answer = press(sam, "submit", version)

    assert "line 1 has no price" in answer.content.decode()
    assert state_of(version) == VersionState.DRAFT


def test_manager_approves_from_the_page_with_a_comment(signed_in, press, sam, mia):
    version = waiting(sam)
    approval = version.approvals.get()
    decide = signed_in(mia).get(page_of(version)).context["decide"]
    assert decide["row"] == approval
    assert [button.action for button in decide["buttons"]] == ["approve", "reject", "delegate"]

    press(mia, "approve", approval, comment="Fine for a first order")

    assert state_of(version) == VersionState.APPROVED
    assert version.approvals.get().comment == "Fine for a first order"
    assert "Fine for a first order" in signed_in(sam).get(page_of(version)).content.decode()


def test_rep_is_not_offered_to_approve_and_cannot(signed_in, press, sam):
    version = waiting(sam)

    press(sam, "approve", version.approvals.get(), comment="me")

    assert signed_in(sam).get(page_of(version)).context["decide"] is None
    assert state_of(version) == VersionState.PENDING_APPROVAL


def test_manager_cannot_approve_their_own(press, mia):
    version = waiting(mia)

    answer = press(mia, "approve", version.approvals.get(), comment="me")

    assert "Whoever submitted a quote" in answer.content.decode()
    assert state_of(version) == VersionState.PENDING_APPROVAL


def test_what_changed_since_it_was_looked_at_is_not_approved(press, sam, mia):
    version = waiting(sam)
    looked_at = version.approvals.get()
    with drafting.editing(version, user=sam) as edited:
        edited.discount_percent = 60
    approving.submit_version(version, user=sam)

    answer = press(mia, "approve", looked_at, comment="ok")

    assert "no longer asked for" in answer.content.decode()
    assert state_of(version) == VersionState.PENDING_APPROVAL


def test_rejected_quote_goes_back_with_the_reason(press, sam, mia):
    version = waiting(sam)

    press(mia, "reject", version.approvals.get(), reason="Too cheap")

    assert state_of(version) == VersionState.NOT_APPROVED


def test_approval_is_handed_to_another_manager(press, sam, mia):
    version = waiting(sam)
    max_ = make.UserFactory(username="max.manager", role="Sales manager")

    press(mia, "delegate", version.approvals.get(), to=max_.pk)

    assert version.approvals.get().delegated_to == max_


def test_reps_are_not_among_those_who_may_decide(press, sam, mia):
    answer = press(mia, "delegate", waiting(sam).approvals.get())

    offered = answer.context["form"].fields["to"].queryset
    assert list(offered) == [mia]


def test_returned_quote_is_a_draft_again(press, sam):
    version = waiting(sam)

    press(sam, "return_for_editing", version, reason="Forgot a line")

    assert state_of(version) == VersionState.DRAFT


def test_sending_is_confirmed_first(press, sam):
    version = VersionFactory(quote__owner=sam, approved=True)

    asking = press(sam, "offer", version)
    assert "It is never changed again" in asking.content.decode()
    assert state_of(version) == VersionState.APPROVED
    press(sam, "offer", version, next=page_of(version))

    assert state_of(version) == VersionState.OFFERED


def test_offer_of_an_older_revision_is_withdrawn_from_its_page(signed_in, press, sam):
    first = VersionFactory(quote__owner=sam, offered=True)
    drafting.requote(first, user=sam)

    page = signed_in(sam).get(page_of(first))
    assert page.context["press_url"].endswith("?revisions=all")
    press(sam, "withdraw", first, reason="Wrong price")

    assert state_of(first) == VersionState.WITHDRAWN


def test_offer_is_extended_and_the_history_says_so(press, sam):
    version = VersionFactory(quote__owner=sam, offered=True)
    until = timezone.now() + timedelta(days=40)

    press(sam, "extend", version, until=until.strftime("%Y-%m-%dT%H:%M"))

    fresh = Version.objects.get(pk=version.pk)
    assert fresh.valid_until.date() == until.date()
    noted = StateChange.objects.get(subject="version", subject_id=version.pk)
    assert (noted.actor, noted.reason[:14]) == ("sam.sales", "extended until")


def test_wish_for_a_change_is_answered_with_the_same_offer(press, sam):
    version = VersionFactory(quote__owner=sam, offered=True)
    Version.objects.update(state=VersionState.CHANGE_REQUESTED)

    press(sam, "keep_offer", version, comment="Best price already")

    assert state_of(version) == VersionState.OFFERED


def test_quoting_anew_leads_to_the_new_revision(press, sam):
    version = VersionFactory(quote__owner=sam, offered=True)

    answer = press(sam, "requote", version)

    fresh = version.quote.versions.get(revision=2)
    assert answer.redirect_chain[-1][0] == page_of(fresh)
    assert fresh.net_total == 100


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", ["withdraw"]),  # its other buttons save the editor, too
        ("approved", ["offer", "return_for_editing", "what_moved", "withdraw"]),
        ("offered", ["requote", "extend", "decline", "what_moved", "withdraw"]),
        (
            "change_requested",
            ["requote", "keep_offer", "extend", "decline", "what_moved", "withdraw"],
        ),
        ("ordered", []),
        ("withdrawn", ["requote"]),
    ],
)
def test_buttons_follow_the_state(signed_in, sam, state, expected):
    version = VersionFactory(quote__owner=sam, offered=True)
    Version.objects.update(state=state)

    assert actions_on(signed_in(sam).get(page_of(version))) == expected


def test_failed_order_is_for_support_and_managers(signed_in, sam, mia):
    version = VersionFactory(quote__owner=sam, offered=True)
    Version.objects.update(state=VersionState.ORDER_FAILED)

    for person in (mia, make.operator()):
        assert actions_on(signed_in(person).get(page_of(version))) == [
            "retry_order",
            "give_up_order",
        ]
    assert actions_on(signed_in(sam).get(page_of(version))) == []


def test_held_acceptance_is_shown_and_a_manager_lets_it_pass(signed_in, press, sam, mia):
    version = VersionFactory(quote__owner=sam, offered=True)
    Version.objects.update(held_note="The credit limit is in EUR.")

    page = signed_in(sam).get(page_of(version))
    assert "The credit limit is in EUR." in page.text
    assert "a sales manager, for the buyer" in page.text
    assert "let_pass" not in actions_on(page)
    assert actions_on(signed_in(mia).get(page_of(version)))[0] == "let_pass"

    press(sam, "let_pass", version, reason="I know them")
    assert Version.objects.get().cleared_by is None
    press(mia, "let_pass", version, reason="I know them")

    assert Version.objects.get().cleared_by == mia
    page = signed_in(mia).get(page_of(version))
    assert "let_pass" not in actions_on(page)
    assert "its acceptance is allowed: I know them" in page.text


def test_approval_can_be_pressed_from_the_list_of_approvals(signed_in, press, sam, mia):
    version = waiting(sam)
    approval = version.approvals.get()
    address = reverse("admin:quotes_approval_changelist")
    client = signed_in(mia)

    listed = client.get(address, {"mine": "1"})
    assert list(listed.context["cl"].result_list) == [approval]
    opened = client.get(reverse("admin:quotes_approval_change", args=[approval.pk]))
    assert opened["Location"] == page_of(version)
    press(mia, "approve", approval, comment="ok")

    assert state_of(version) == VersionState.APPROVED


def test_rep_sees_only_approvals_of_quotes_they_see(signed_in, sam, rita):
    waiting(rita)

    answer = signed_in(sam).get(reverse("admin:quotes_approval_changelist"))

    assert list(answer.context["cl"].result_list) == []
