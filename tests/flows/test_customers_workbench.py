"""Customers of the ERP that the rules cannot tell from companies: a person says who they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.customers.first_contact import heed
from integrations.flows.customers.matching import Match
from integrations.flows.matching import by_hand, presses
from integrations.models import Account, CustomerCopy, Flow, Issue, MatchProposal, Run
from tests.factories import AccountFactory, BuyerFactory
from tests.flows.erp_customers import customer
from tests.flows.test_customers_flow import ANNA, EVERYTHING, NORDWIND, flow, rows, sync, told

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["flow"]

WHO = {"actor": "olga", "reason": "looked at both"}
UNNAMED = replace(NORDWIND, tax_id="")


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


def work() -> None:
    """A worker, a moment later."""
    SyncJob.objects.filter(state="queued").update(due_at=timezone.now() - timedelta(seconds=1))
    while runner.drain():
        pass


def question() -> MatchProposal:
    return MatchProposal.objects.get()


def company_of(ref: str = "1") -> Account | None:
    return CustomerCopy.objects.get(ref=ref).account


# ---------------------------------------------------------------- what is asked


def test_tie_is_asked_with_every_company_and_how_sure_it_is(flow: Flow) -> None:
    first = AccountFactory(name="Nordwind GmbH", tax_id="DE123456788")
    second = AccountFactory(name="Nordwind Nord", tax_id="DE 123 456 788")
    third = AccountFactory(name="Other", tax_id="")
    BuyerFactory(account=third, email=ANNA)

    (item,) = sync(flow, NORDWIND)

    assert item.reason.endswith("it waits in the matching workbench")
    asked = question()
    assert (asked.kind, asked.source_ref, asked.state) == ("account", "1", "open")
    found = [(one["ref"], one["confidence"]) for one in asked.candidates]
    assert found == [(str(first.pk), 100), (str(second.pk), 100), (str(third.pk), 75)]
    assert asked.candidates[0]["reasons"] == ["same tax id DE123456788", "same name Nordwind GmbH"]
    assert asked.why.startswith("tie: tax id DE123456788 is that of")
    assert "1 record waits" in Issue.objects.get(state="open").title


def test_likely_one_is_asked_and_nothing_is_made(medusa: MedusaStandIn, flow: Flow) -> None:
    known = AccountFactory(name="NORDWIND GmbH", tax_id="")

    sync(flow, UNNAMED)

    assert [(one["ref"], one["confidence"]) for one in question().candidates] == [
        (str(known.pk), 60)
    ]
    assert (Account.objects.count(), rows(medusa)) == (1, [])


def test_question_is_renewed_and_ends_by_itself(flow: Flow) -> None:
    known = AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)
    known.name = "Südwind AG"
    known.save()

    sync(flow, UNNAMED)

    assert (question().state, company_of() is not None) == ("gone", True)
    assert not Issue.objects.filter(state="open").exists()


def test_customer_that_is_gone_is_asked_about_no_more(flow: Flow) -> None:
    AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED, window=EVERYTHING)

    sync(flow, window=EVERYTHING, started_at=timezone.now() + timedelta(minutes=1))

    assert question().state == "gone"


# ---------------------------------------------------------------- what a person says


def test_accepted_match_is_carried_out_a_moment_later(medusa: MedusaStandIn, flow: Flow) -> None:
    mine, other = AccountFactory(tax_id="DE123456788"), AccountFactory(tax_id="DE123456788")
    sync(flow, NORDWIND)
    with pytest.raises(NeedsOperator, match="several candidates"):
        presses.accept(question(), **WHO)

    presses.accept(question(), ref=str(mine.pk), **WHO)
    work()

    assert company_of() == mine
    assert [buyer.email for buyer in mine.buyers.all()] == [ANNA]
    assert len(rows(medusa)) == 1
    run = Run.objects.latest("id")
    assert (run.state, run.changed, run.window_start is None) == ("done", 1, False)
    assert "matching workbench" in run.note
    assert (question().state, question().is_due) == ("accepted", False)
    assert not other.buyers.exists()
    assert sync(flow, NORDWIND) == []


def test_presses_of_a_flow_that_only_plans_wait_for_its_run(flow: Flow) -> None:
    mine = AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)
    Flow.objects.update(mode="assisted")

    presses.accept(question(), **WHO)

    assert company_of() == mine
    assert not SyncJob.objects.exists()


def test_what_is_left_undone_is_never_done_later_with_old_words(flow: Flow) -> None:
    mine = AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)
    presses.accept(question(), **WHO)
    Flow.objects.update(mode="assisted")

    work()

    assert not question().is_due
    assert not mine.buyers.exists()


def test_none_of_them_makes_a_company_of_its_own(flow: Flow) -> None:
    AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)

    presses.reject(question(), **WHO)
    work()

    made = company_of()
    assert made is not None
    assert Account.objects.count() == 2
    assert [buyer.email for buyer in made.buyers.all()] == [ANNA]
    assert sync(flow, UNNAMED) == []


def test_twin_of_the_erp_may_be_a_company_of_its_own(flow: Flow) -> None:
    twin = customer("2", "Nordwind, second entry", "b@nordwind.example", tax_id="DE123456788")
    sync(flow, NORDWIND, twin, page_size=1)
    asked = question()
    assert (asked.source_ref, asked.candidates, asked.confidence) == ("2", [], 0)
    with pytest.raises(NeedsOperator, match="no candidate"):
        presses.accept(asked, **WHO)

    presses.reject(asked, **WHO)
    work()

    assert company_of("2") not in (None, company_of("1"))


def test_company_is_linked_by_hand_by_number_or_name(flow: Flow) -> None:
    AccountFactory(name="Nordwind GmbH", tax_id="")
    wanted = AccountFactory(name="Westwind KG", tax_id="")
    sync(flow, UNNAMED)
    with pytest.raises(NeedsOperator, match="There is no account 99999"):
        by_hand.link(question(), ref="99999", **WHO)

    by_hand.link(question(), ref="westwind kg", **WHO)
    work()

    assert company_of() == wanted
    wanted.refresh_from_db()
    assert wanted.name == "Nordwind GmbH"  # as the ERP has it


def test_company_of_another_customer_is_refused(flow: Flow) -> None:
    AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED, customer("2", "Südwind AG"))
    taken = company_of("2")
    assert taken is not None

    with pytest.raises(NeedsOperator, match="already"):
        by_hand.link(question(), ref=str(taken.pk), **WHO)

    assert question().state == "open"


def test_undone_match_asks_again_and_takes_the_groups_away(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    mine = AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)
    presses.accept(question(), **WHO)
    work()

    presses.undo(question(), **WHO)
    work()

    assert (company_of(), question().state) == (None, "open")
    mine.refresh_from_db()
    assert mine.storefront_group_id == ""
    sync(flow, UNNAMED)
    assert question().state == "open"


def test_link_of_the_rules_is_kept_and_not_made_again_once_it_was_undone(flow: Flow) -> None:
    mine = AccountFactory(tax_id="DE123456788")
    sync(flow, NORDWIND)
    assert (question().state, question().chosen_ref) == ("matched", str(mine.pk))
    assert question().reason == "same tax id DE123456788"

    presses.undo(question(), **WHO)
    items = sync(flow, NORDWIND)

    assert told(items) == [("skip", "1")]
    assert (company_of(), question().state) == (None, "open")
    assert "a person undid its link" in question().why


def test_undo_is_refused_where_somebody_linked_it_since(flow: Flow) -> None:
    AccountFactory(name="Nordwind GmbH", tax_id="")
    sync(flow, UNNAMED)
    presses.accept(question(), **WHO)
    CustomerCopy.objects.update(account=AccountFactory())

    with pytest.raises(NeedsOperator, match="since"):
        presses.undo(question(), **WHO)


# ---------------------------------------------------------------- what is heeded


TIE = Match(confidence="tie", candidates=(5, 6), reason="tie: …")
EXACT = Match(confidence="exact", account=5, reason="tax id …")
LINKED = Match(confidence="exact", account=5, is_linked=True)


@pytest.mark.parametrize(
    ("match", "said", "confidence", "candidates"),
    [
        (TIE, {}, "tie", (5, 6)),
        (TIE, {"rejected": {5}}, "tie", (6,)),
        (TIE, {"rejected": {5, 6}, "is_own": True}, "none", ()),
        (TIE, {"rejected": {5}, "is_own": True}, "tie", (6,)),  # a new one is like it
        (EXACT, {"rejected": {5}}, "none", ()),
        (EXACT, {"was_undone": True}, "likely", (5,)),
        (LINKED, {"rejected": {5}, "was_undone": True}, "exact", ()),
    ],
)
def test_what_a_person_said_is_heeded(
    match: Match, said: dict[str, Any], confidence: str, candidates: tuple[int, ...]
) -> None:
    usual: dict[str, Any] = {"rejected": set(), "is_own": False, "was_undone": False}

    found = heed(match, **{**usual, **said})

    assert (found.confidence, found.candidates) == (confidence, candidates)
