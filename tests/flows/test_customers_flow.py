"""Companies on their way into the portal and a real shop server: who gets whose prices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.engine.models import JobState, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.blocks import cause_of
from integrations.flows.customers import registrations, settling
from integrations.flows.customers.flow import CustomerPages
from integrations.flows.customers.linking import link_customer
from integrations.flows.customers.restrictions import restrictions_of
from integrations.flows.issues import note_parked
from integrations.flows.registration import register_all
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import (
    Account,
    Buyer,
    Connection,
    CustomerCopy,
    Flow,
    IdLink,
    Licence,
    Registration,
    StateChange,
)
from integrations.records import ErpCustomer, ErpLicence, Window
from tests.factories import (
    AccountFactory,
    BuyerFactory,
    ConnectionFactory,
    EventFactory,
    FlowFactory,
    RunFactory,
    SyncJobFactory,
)
from tests.flows.erp_customers import Books, contact, customer

pytestmark = pytest.mark.django_db(transaction=True)

SINCE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVERYTHING = Window(start=None, end=datetime(2030, 1, 1, tzinfo=UTC))
CHANGES = Window(start=SINCE, end=datetime(2030, 1, 1, tzinfo=UTC))
ANNA = "anna@nordwind.example"


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop: Connection = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
    )
    made: Flow = FlowFactory(
        kind="customers", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def sync(
    flow: Flow,
    *customers: ErpCustomer,
    window: Window = CHANGES,
    planned: dict[str, str] | None = None,
    page_size: int = 500,
    started_at: datetime | None = None,
) -> list[Any]:
    """A whole run; its items in order."""
    run = RunFactory(
        flow=flow,
        mode=flow.mode,
        state="running",
        finished_at=None,
        started_at=started_at or timezone.now(),
    )
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None, planned=planned)
    items: list[Any] = []
    with open_storefront(flow.target) as shop:
        pages = CustomerPages(work, erp=Books(*customers, page_size=page_size), shop=shop)
        cursor: str | None = None
        while True:
            outcome: PageOutcome = pages.handle(window, cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if cursor is None:
                return items


def told(items: list[Any]) -> list[tuple[str, str]]:
    return [(item.action, item.ref) for item in items]


def rows(medusa: MedusaStandIn, email: str = ANNA) -> list[dict[str, Any]]:
    return [row for row in medusa.customers.rows.values() if row["email"] == email]


def groups(row: dict[str, Any]) -> set[str]:
    """The ERP's audiences whose prices the row has."""
    return {group["metadata"]["erp_ref"] for group in row["groups"]}


def register(medusa: MedusaStandIn, email: str = ANNA) -> str:
    """Somebody makes a login under this address; nobody asks whether they read it."""
    return medusa.add_customer(email, password="secret")


def accept(email: str = ANNA) -> Registration:
    waiting = Registration.objects.get(email=email)
    (buyer,) = registrations.candidates(waiting)
    done = registrations.accept(
        waiting, buyer=buyer, actor="olga", reason="called back", now=timezone.now()
    )
    runner.drain()
    return done


NORDWIND = customer("1", "Nordwind GmbH", ANNA, tax_id="DE123456788")


# ---------------------------------------------------------------- a company comes


def test_company_comes_with_buyers_terms_and_a_row_in_the_shop(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    items = sync(flow, NORDWIND)

    assert told(items) == [("create", "1")]
    account = Account.objects.get()
    assert (account.name, account.tax_id, account.is_blocked) == (
        "Nordwind GmbH",
        "DE123456788",
        False,
    )
    assert [buyer.email for buyer in account.buyers.all()] == [ANNA]
    copy = CustomerCopy.objects.get(account=account)
    assert (copy.payment_term_name, copy.credit_limit, copy.number) == ("30 days net", 25_000, "D1")
    (row,) = rows(medusa)
    assert (row["has_account"], row["company_name"], row["first_name"], row["last_name"]) == (
        False,
        "Nordwind GmbH",
        "Erika",
        "Muster",
    )
    assert row["metadata"] == {"erp_customer": "D1", "payment_terms": "30 days net"}


def test_orders_find_the_company_by_its_own_group(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, NORDWIND)

    link = IdLink.objects.get(kind="account")
    assert (link.source, link.target, link.target_ref) == (flow.target, flow.source, "1")
    assert Account.objects.get().storefront_group_id == link.source_ref


def test_plan_says_what_would_come(flow: Flow) -> None:
    (item,) = sync(flow, NORDWIND)

    assert ("Credit limit", "", "25000 EUR") in item.changes
    assert ("Groups", "", "customer:1, price_list:7") in item.changes
    assert ("Buyers", "", ANNA) in item.changes


def test_unchanged_company_costs_no_call(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, NORDWIND)
    medusa.log.clear()

    items = sync(flow, NORDWIND)

    assert items == []
    # One look for new registrations per run, however many companies there are.
    assert len(medusa.log) == 1


@pytest.mark.parametrize("mode", ["shadow", "assisted"])
def test_looking_writes_nothing_but_the_copy(medusa: MedusaStandIn, flow: Flow, mode: str) -> None:
    Flow.objects.update(mode=mode)
    flow.refresh_from_db()

    items = sync(flow, NORDWIND)

    assert told(items) == [("create", "1")]
    assert CustomerCopy.objects.get().credit_limit == 25_000
    assert (Account.objects.count(), Buyer.objects.count(), rows(medusa)) == (0, 0, [])


def test_only_what_was_planned_is_applied(medusa: MedusaStandIn, flow: Flow) -> None:
    Flow.objects.update(mode="assisted")
    flow.refresh_from_db()
    (plan,) = sync(flow, NORDWIND)
    late = replace(NORDWIND, name="Nordwind AG")

    changed = sync(flow, late, planned={plan.ref: plan.fingerprint})
    applied = sync(flow, NORDWIND, planned={plan.ref: plan.fingerprint})

    assert "changed since the plan" in changed[0].reason
    assert told(applied) == [("create", "1")]
    assert Account.objects.get().name == "Nordwind GmbH"


def test_addresses_are_one_whatever_their_capitals(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.add_customer(ANNA)

    sync(flow, customer("1", "Nordwind GmbH", " Anna@Nordwind.Example ", ANNA))

    assert Buyer.objects.get().email == ANNA
    assert len(rows(medusa)) == 1


@pytest.mark.parametrize("name", ["🏭 Werk 7", "شركة الشمال", "N" * 300])
def test_any_name_arrives(medusa: MedusaStandIn, flow: Flow, name: str) -> None:
    sync(flow, customer("1", name, ANNA))

    assert rows(medusa)[0]["company_name"] == name
    assert Account.objects.get().name == name[:200]


def test_contacts_without_a_usable_address_are_named(medusa: MedusaStandIn, flow: Flow) -> None:
    people = (contact("", "Paul Pause"), contact("not mail", "Nora Nein"), contact(ANNA))

    items = sync(flow, replace(NORDWIND, contacts=people))

    reasons = {item.label: item.reason for item in items if item.action == "skip"}
    assert reasons == {
        "Paul Pause": "no e-mail address",
        "Nora Nein": "not mail is no e-mail address",
    }
    assert [buyer.email for buyer in Buyer.objects.all()] == [ANNA]


def test_refused_company_stands_alone_and_is_tried_again(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND)
    accept()
    link = IdLink.objects.get(kind="group", source_ref="price_list:7")
    gold = {"price_list_ref": "9", "group_ref": ""}
    sync(flow, replace(NORDWIND, **gold))
    deleted = medusa.customers.groups.pop(link.target_ref)  # somebody deletes it in the shop

    first = sync(flow, NORDWIND, customer("2", "Südwind AG", "sue@sued.example"))
    medusa.customers.groups[link.target_ref] = deleted
    again = sync(flow, NORDWIND)

    assert sorted(told(first)) == [("create", "2"), ("failed", "1")]
    assert "not found" in first[-2].reason
    assert told(again) == [("change", "1")]
    assert groups(rows(medusa)[0]) == {"customer:1", "price_list:7"}


def test_lost_answer_makes_neither_company_nor_customer_twice(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    medusa.dials.set("lose_answer", times=1, only="customers.create")
    with pytest.raises(Exception, match="answer"):
        sync(flow, NORDWIND)

    sync(flow, NORDWIND)

    assert (Account.objects.count(), Buyer.objects.count(), len(rows(medusa))) == (1, 1, 1)


# ---------------------------------------------------------------- which company it is


def test_company_with_the_tax_id_is_taken_up(flow: Flow) -> None:
    known = AccountFactory(name="Nordwind", tax_id="DE 123 456 788")
    BuyerFactory(account=known, email="boss@nordwind.example")

    sync(flow, NORDWIND)

    assert Account.objects.get() == known
    assert {buyer.email for buyer in known.buyers.all()} == {ANNA, "boss@nordwind.example"}


def test_nothing_is_made_beside_a_tie(medusa: MedusaStandIn, flow: Flow) -> None:
    AccountFactory(tax_id="DE123456788")
    AccountFactory(tax_id="DE123456788")

    (item,) = sync(flow, NORDWIND)

    assert item.action == "skip"
    assert item.reason.startswith("tie: ")
    assert (Account.objects.count(), rows(medusa)) == (2, [])


def test_person_ends_a_tie(flow: Flow) -> None:
    mine, _ = AccountFactory(tax_id="DE123456788"), AccountFactory(tax_id="DE123456788")
    sync(flow, NORDWIND)

    CustomerCopy.objects.update(account=mine)
    items = sync(flow, NORDWIND)

    assert told(items) == [("change", "1")]
    assert [buyer.email for buyer in mine.buyers.all()] == [ANNA]


def test_twins_of_the_erp_are_a_tie_also_on_another_page(flow: Flow) -> None:
    twin = customer("2", "Nordwind, second entry", "b@nordwind.example", tax_id="DE123456788")

    items = sync(flow, NORDWIND, twin, page_size=1)

    assert told(items) == [("create", "1"), ("skip", "2")]
    assert Account.objects.count() == 1


def test_bad_link_stops_its_company_and_no_other(flow: Flow) -> None:
    sync(flow, NORDWIND)
    IdLink.objects.filter(kind="account").update(target_ref="99")  # a person's slip

    items = sync(flow, replace(NORDWIND, price_list_ref="9"), customer("2", "Südwind AG"))

    assert sorted(told(items)) == [("create", "2"), ("failed", "1")]
    assert "linked to something else" in items[0].reason


def test_link_that_a_person_made_for_orders_says_which_company(flow: Flow) -> None:
    known = AccountFactory(name="Something else", storefront_group_id="cusgroup_own")
    IdLink.objects.create(
        kind="account",
        source=flow.target,
        source_ref="cusgroup_own",
        target=flow.source,
        target_ref="1",
    )

    sync(flow, NORDWIND)

    assert Account.objects.get().pk == known.pk
    assert Account.objects.get().storefront_group_id == "cusgroup_own"
    assert IdLink.objects.filter(kind="account").count() == 1


# ---------------------------------------------------------------- who gets the prices


def test_imported_contact_has_no_prices_that_anybody_could_type_their_way_into(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, NORDWIND)

    assert groups(rows(medusa)[0]) == set()


def test_imported_contact_has_prices_where_the_seller_says_so(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {"unregistered": "grouped"}

    sync(flow, NORDWIND)

    assert groups(rows(medusa)[0]) == {"customer:1", "price_list:7"}


def test_claiming_an_address_before_the_import_gives_nothing(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    stranger = register(medusa)

    items = sync(flow, NORDWIND)

    assert ("skip", stranger) in told(items)
    assert [groups(row) for row in rows(medusa)] == [set()]
    assert Buyer.objects.get().storefront_customer_id == ""
    assert Registration.objects.get().state == "waiting"


def test_claiming_an_address_after_the_import_gives_nothing(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, NORDWIND)
    stranger = register(medusa)

    items = sync(flow, NORDWIND)

    assert told(items) == [("skip", stranger)]
    assert [groups(row) for row in rows(medusa)] == [set(), set()]
    assert Buyer.objects.get().storefront_customer_id == ""


def test_registered_before_ends_as_one_customer_with_the_groups(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    customer_id = register(medusa)
    sync(flow, NORDWIND)

    accept()

    (row,) = rows(medusa)
    assert (row["id"], groups(row)) == (customer_id, {"customer:1", "price_list:7"})
    assert Buyer.objects.get().storefront_customer_id == customer_id
    assert StateChange.objects.get(subject="registration").actor == "olga"


def test_registered_after_takes_over_and_leaves_the_guest_without_groups(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {"unregistered": "grouped"}
    flow.save()
    sync(flow, NORDWIND)
    customer_id = register(medusa)
    sync(flow, NORDWIND)

    accept()

    by_id = {row["id"]: groups(row) for row in rows(medusa)}
    assert by_id.pop(customer_id) == {"customer:1", "price_list:7"}
    assert list(by_id.values()) == [set()]
    assert Buyer.objects.get().storefront_customer_id == customer_id


def test_event_of_a_registration_makes_it_wait_at_once(medusa: MedusaStandIn, flow: Flow) -> None:
    register_all()
    sync(flow, NORDWIND)
    customer_id = register(medusa)

    settling.registered(EventFactory(connection=flow.target, subject=customer_id))
    runner.drain()

    assert Registration.objects.get().customer_id == customer_id


def test_event_of_a_row_that_the_run_made_is_an_echo(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, NORDWIND)

    outcome = settling.registered(
        EventFactory(connection=flow.target, subject=rows(medusa)[0]["id"])
    )

    assert (outcome.state, outcome.job) == ("ignored", None)


def test_stranger_who_registers_under_no_buyers_address_is_nobodys_matter(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    register(medusa, "somebody@else.example")

    sync(flow, NORDWIND)

    assert not Registration.objects.exists()


def test_proof_accepts_where_only_one_buyer_can_be_meant(medusa: MedusaStandIn, flow: Flow) -> None:
    customer_id = register(medusa)
    sync(flow, NORDWIND)

    registrations.prove(Registration.objects.get(), now=timezone.now())
    runner.drain()

    assert Buyer.objects.get().storefront_customer_id == customer_id
    assert groups(rows(medusa)[0]) == {"customer:1", "price_list:7"}


def test_refusing_takes_back_what_an_acceptance_gave(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND)
    done = accept()

    registrations.refuse(done, actor="olga", reason="was a mistake", now=timezone.now())
    runner.drain()

    assert Buyer.objects.get().storefront_customer_id == ""
    assert groups(rows(medusa)[0]) == set()
    assert sync(flow, NORDWIND) == []  # and does not wait anew


def test_customer_of_another_address_is_never_accepted(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND, customer("2", "Südwind AG", "sue@sued.example"))
    other = Buyer.objects.get(email="sue@sued.example")

    with pytest.raises(NeedsOperator):
        registrations.accept(
            Registration.objects.get(), buyer=other, actor="o", reason="", now=timezone.now()
        )

    assert other.storefront_customer_id == ""


# ---------------------------------------------------------------- one address, two companies


def test_mailbox_of_two_companies_has_the_prices_of_neither(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {"unregistered": "grouped"}
    sync(flow, NORDWIND)

    items = sync(flow, NORDWIND, customer("2", "Südwind AG", ANNA))

    assert ("skip", f"2/{ANNA}") in told(items)
    assert Buyer.objects.filter(email=ANNA).count() == 2
    assert [groups(row) for row in rows(medusa)] == [set()]


def test_proof_of_such_a_mailbox_waits_for_a_person_who_chooses(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    register(medusa)
    sync(flow, NORDWIND, customer("2", "Südwind AG", ANNA))
    waiting = registrations.prove(Registration.objects.get(), now=timezone.now())
    assert (waiting.state, waiting.proven_at is not None) == ("waiting", True)

    chosen = Buyer.objects.get(account__name="Südwind AG")
    registrations.accept(waiting, buyer=chosen, actor="o", reason="asked", now=timezone.now())
    runner.drain()

    assert groups(rows(medusa)[0]) == {"customer:2", "price_list:7"}


# ---------------------------------------------------------------- what changes


def test_other_price_list_means_other_groups(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND)
    accept()

    sync(flow, replace(NORDWIND, price_list_ref="9", group_ref="g1", group_name="Gold"))

    assert groups(rows(medusa)[0]) == {"customer:1", "price_list:9", "customer_group:g1"}


def test_groups_of_others_are_left_alone(medusa: MedusaStandIn, flow: Flow) -> None:
    customer_id = medusa.add_customer(ANNA, password="secret", groups=["Newsletter"])
    sync(flow, NORDWIND)
    accept()

    sync(flow, replace(NORDWIND, price_list_ref="9"))

    names = {group["name"] for group in medusa.customers.rows[customer_id]["groups"]}
    assert "Newsletter" in names


def test_contact_who_left_may_no_longer_buy(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND)
    accept()

    sync(flow, replace(NORDWIND, contacts=(contact("new@nordwind.example"),)))

    assert not Buyer.objects.get(email=ANNA).is_active
    assert groups(rows(medusa)[0]) == set()


def test_buyer_entered_by_hand_is_not_the_erps_to_switch_off(flow: Flow) -> None:
    sync(flow, NORDWIND)
    BuyerFactory(account=Account.objects.get(), email="guest@nordwind.example")

    sync(flow, replace(NORDWIND, price_list_ref="9"))

    assert Buyer.objects.get(email="guest@nordwind.example").is_active


def test_buyer_switched_off_by_a_person_stays_off(flow: Flow) -> None:
    sync(flow, NORDWIND)
    Buyer.objects.update(is_active=False)

    sync(flow, replace(NORDWIND, price_list_ref="9"))

    assert not Buyer.objects.get().is_active


def test_block_of_the_erp_comes_and_goes(flow: Flow) -> None:
    sync(flow, replace(NORDWIND, is_blocked=True, block_reason="unpaid"))
    assert Account.objects.get().is_blocked

    sync(flow, NORDWIND)

    assert not Account.objects.get().is_blocked


def test_block_of_a_person_is_not_lifted_by_the_erp(flow: Flow) -> None:
    sync(flow, replace(NORDWIND, is_blocked=True, block_reason="unpaid"))
    Account.objects.update(is_blocked_by_hand=True)

    sync(flow, NORDWIND)

    account = Account.objects.get()
    assert (account.is_blocked_in_erp, account.is_blocked) == (False, True)


def test_end_of_a_block_sets_going_what_waited_for_it(flow: Flow) -> None:
    sync(flow, replace(NORDWIND, is_blocked=True, block_reason="unpaid"))
    cause = cause_of(Account.objects.get())
    waiting, other = (
        SyncJobFactory(parked=True, key=f"order:{cause}", error_cause=cause)
        for cause in (cause, f"{cause}0")
    )
    for job in (waiting, other):
        note_parked(job)

    sync(flow, NORDWIND)

    states = [SyncJob.objects.get(pk=job.pk).state for job in (waiting, other)]
    assert states == [JobState.QUEUED, JobState.PARKED]


# ---------------------------------------------------------------- what is gone


def test_company_the_erp_no_longer_has_is_marked_and_loses_its_groups(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    register(medusa)
    sync(flow, NORDWIND, customer("2", "Südwind AG"), window=EVERYTHING)
    accept()

    items = sync(flow, customer("2", "Südwind AG"), window=EVERYTHING)

    assert told(items) == [("remove", "1")]
    account = Account.objects.get(name="Nordwind GmbH")
    assert (account.is_active, account.is_blocked) == (False, True)
    assert groups(rows(medusa)[0]) == set()
    assert sync(flow, customer("2", "Südwind AG"), window=EVERYTHING) == []


def test_run_of_changes_takes_nothing_away(flow: Flow) -> None:
    sync(flow, NORDWIND, customer("2"))

    sync(flow, customer("2"))

    assert Account.objects.filter(is_active=True).count() == 2


def test_company_that_comes_back_is_as_before(medusa: MedusaStandIn, flow: Flow) -> None:
    register(medusa)
    sync(flow, NORDWIND, customer("2"), window=EVERYTHING)
    accept()
    sync(flow, customer("2"), window=EVERYTHING)

    sync(flow, NORDWIND, customer("2"), window=EVERYTHING)

    account = Account.objects.get(name="Nordwind GmbH")
    assert (account.is_active, account.is_blocked) == (True, False)
    assert groups(rows(medusa)[0]) == {"customer:1", "price_list:7"}


def test_archived_customer_is_taken_out_and_an_unknown_one_never_comes(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, NORDWIND)

    items = sync(flow, replace(NORDWIND, is_active=False), customer("2", is_active=False))

    assert told(items) == [("remove", "1")]
    assert Account.objects.get().is_blocked


def test_erp_that_suddenly_tells_of_nobody_is_not_believed(flow: Flow) -> None:
    many = [customer(str(n)) for n in range(30)]
    sync(flow, *many, window=EVERYTHING)

    with pytest.raises(NeedsOperator) as caught:
        sync(flow, window=EVERYTHING)

    assert caught.value.reason == "too_many_gone"
    assert Account.objects.filter(is_active=True).count() == 30


def test_person_may_apply_a_plan_in_which_most_are_gone(flow: Flow) -> None:
    many = [customer(str(n)) for n in range(30)]
    sync(flow, *many, window=EVERYTHING)
    Flow.objects.update(mode="assisted")
    flow.refresh_from_db()
    plan = sync(flow, window=EVERYTHING)

    sync(flow, window=EVERYTHING, planned={item.ref: item.fingerprint for item in plan})

    assert not Account.objects.filter(is_active=True).exists()


def test_clock_that_is_ahead_takes_nobody_for_gone(flow: Flow) -> None:
    """The run was asked for on a machine whose clock is ahead of the worker's."""
    ahead = timezone.now() + timedelta(minutes=1)

    items = sync(flow, NORDWIND, window=EVERYTHING, started_at=ahead)

    assert told(items) == [("create", "1")]
    assert Account.objects.get().is_active


def test_look_for_registrations_begins_where_the_run_does(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, NORDWIND)
    register(medusa)

    items = sync(flow, window=Window(start=timezone.now() + timedelta(days=1), end=EVERYTHING.end))

    assert items == []


# ---------------------------------------------------------------- restrictions


SPIRITS = ErpLicence(name="Spirits", number="7", valid_until=date(2027, 3, 31))


def licences(account: Account) -> list[tuple[str, str, str]]:
    return [
        (one.name, str(one.valid_until or ""), one.origin)
        for one in account.licences.order_by("name")
    ]


def test_countries_and_licences_follow_the_erp(flow: Flow) -> None:
    told = replace(NORDWIND, allowed_countries=("AT", "DE"), licences=(SPIRITS,))
    sync(flow, told)
    account = Account.objects.get()
    assert restrictions_of(account).countries == {"AT", "DE"}
    assert licences(account) == [("Spirits", "2027-03-31", "erp")]

    later = replace(SPIRITS, valid_until=date(2028, 3, 31))
    (item,) = sync(flow, replace(told, allowed_countries=("DE",), licences=(later,)))

    account = Account.objects.get()
    assert ("Countries", "AT, DE", "DE") in item.changes
    assert ("Licences", "Spirits 7 2027-03-31", "Spirits 7 2028-03-31") in item.changes
    assert restrictions_of(account).countries == {"DE"}
    assert licences(account) == [("Spirits", "2028-03-31", "erp")]
    sync(flow, replace(told, allowed_countries=(), licences=()))
    assert (restrictions_of(Account.objects.get()).countries, licences(account)) == (set(), [])


def test_restrictions_that_a_person_entered_are_left(flow: Flow) -> None:
    sync(flow, NORDWIND)
    account = Account.objects.get()
    account.allowed_countries = "FR"
    account.save()
    Licence.objects.create(account=account, name="Spirits", number="7")
    Licence.objects.create(account=account, name="Chemicals")

    sync(flow, replace(NORDWIND, allowed_countries=("DE",), licences=(SPIRITS,)))

    assert restrictions_of(Account.objects.get()).countries == {"FR"}
    assert licences(account) == [("Chemicals", "", "by_hand"), ("Spirits", "", "by_hand")]


def test_what_the_erp_does_not_tell_stays_as_it_was_told_last(flow: Flow) -> None:
    sync(flow, replace(NORDWIND, allowed_countries=("DE",), licences=(SPIRITS,)))
    bad = (("licences", "'31.3.27' is no day such as 2027-03-31"),)

    items = sync(flow, replace(NORDWIND, allowed_countries=("DE",), unread=bad))

    account = Account.objects.get()
    assert licences(account) == [("Spirits", "2027-03-31", "erp")]
    assert ("licences", bad[0][1]) in [(one.label, one.reason) for one in items]


def test_company_that_is_parted_from_its_customer_loses_what_the_erp_said(flow: Flow) -> None:
    sync(flow, replace(NORDWIND, allowed_countries=("DE",), licences=(SPIRITS,)))

    link_customer(CustomerCopy.objects.get(), None, actor="olga")

    account = Account.objects.get()
    assert (account.erp_countries, licences(account)) == ("", [])


def test_company_that_cannot_be_read_stays_as_it_was_and_stops_no_other(flow: Flow) -> None:
    other = customer("9", "مصنع البراغي 🔩", "nour@factory.example")
    sync(flow, replace(NORDWIND, is_blocked=True, block_reason="unpaid"), other)
    odd = customer(NORDWIND.ref, NORDWIND.name, problem="credit_limit holds 'call us'")

    items = sync(flow, odd, replace(other, name="مصنع"), window=EVERYTHING)

    skipped = next(item for item in items if item.ref == NORDWIND.ref)
    assert skipped.action == "skip"
    assert skipped.reason.startswith("credit_limit holds 'call us': correct it in the ERP")
    assert [item.ref for item in items].count(NORDWIND.ref) == 1
    copy = CustomerCopy.objects.get(ref=NORDWIND.ref)
    assert (copy.is_blocked, copy.block_reason, copy.is_present) == (True, "unpaid", True)
    assert Account.objects.get(name="مصنع").is_active
