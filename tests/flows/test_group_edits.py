"""Customers and groups that a hand changed in the shop: found by complete runs, told, repaired."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.errors import NeedsOperator
from integrations.flows.customers import registrations
from integrations.flows.customers.flow import CustomerPages
from integrations.flows.ownership import leave_edit, put_back_edit
from integrations.flows.runs import Work
from integrations.gateways.storefront import open_storefront
from integrations.models import (
    Account,
    Buyer,
    CustomerCopy,
    Flow,
    HandEdit,
    IdLink,
    Issue,
    Registration,
)
from integrations.records import ErpCustomer, Window
from tests.factories import FlowFactory, RunFactory
from tests.flows.erp_customers import Books, customer
from tests.flows.erp_prices import price
from tests.flows.pricing_desk import Desk, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, SUE, SAM = "anna@nordwind.example", "sue@suedwind.example", "sam@somewhere.example"
NORDWIND = customer("1", "Nordwind GmbH", ANNA)
SUEDWIND = customer("2", "Südwind AG", SUE)
OWN = "customer:2"


class Shop:
    """Two companies whose buyers have registered, a customers flow and a prices flow."""

    def __init__(self, medusa: MedusaStandIn, desk: Desk, flow: Flow) -> None:
        self.medusa, self.desk, self.flow = medusa, desk, flow

    def run(
        self, *companies: ErpCustomer, complete: bool = True, planned: dict[str, str] | None = None
    ) -> list[Any]:
        """A run of the customers flow, and the jobs that follow; its items."""
        now = timezone.now()
        window = Window(start=None if complete else now, end=now)
        run = RunFactory(flow=self.flow, mode=self.flow.mode, state="running", finished_at=None)
        work = Work(flow=self.flow, run=run, actor="test", checkpoint=lambda: None, planned=planned)
        items: list[Any] = []
        with open_storefront(self.flow.target) as shop:
            books = Books(*(companies or (NORDWIND, SUEDWIND)))
            pages = CustomerPages(work, erp=books, shop=shop)
            cursor: str | None = None
            while True:
                outcome = pages.handle(window, cursor)
                items += outcome.items
                cursor = outcome.next_cursor
                if cursor is None:
                    break
        runner.drain()
        return [item for item in items if item.action != "skip"]

    def register(self, email: str) -> str:
        """The buyer makes a login, and somebody accepts it."""
        customer_id = self.medusa.add_customer(email, password="secret")
        self.run()
        (buyer,) = registrations.candidates(Registration.objects.get(customer_id=customer_id))
        registrations.accept(
            Registration.objects.get(customer_id=customer_id),
            buyer=buyer,
            actor="olga",
            reason="called back",
            now=timezone.now(),
        )
        runner.drain()
        return customer_id

    def refs(self, customer_id: str) -> set[str]:
        groups = self.medusa.customers.rows[customer_id]["groups"]
        return {one["metadata"]["erp_ref"] for one in groups}

    def group(self, ref: str) -> str:
        return IdLink.objects.get(kind="group", source_ref=ref).target_ref


@pytest.fixture
def shop() -> Iterator[Shop]:
    with MedusaStandIn() as medusa:
        medusa.add_product("BOLT", {"eur": "10.00"})
        prices = prices_flow(medusa, "BOLT")
        flow = FlowFactory(
            kind="customers", mode="live", source=prices.source, target=prices.target
        )
        made = Shop(medusa, Desk(medusa, prices), flow)
        made.run()
        yield made


@pytest.fixture
def sue(shop: Shop) -> str:
    return shop.register(SUE)


def put_back_by_itself(shop: Shop) -> None:
    shop.flow.settings = {"hand_edits": "put_back"}
    shop.flow.save()


# ---------------------------------------------------------------- members


def test_our_own_members_are_no_edits(shop: Shop, sue: str) -> None:
    shop.medusa.add_customer(SAM)

    assert shop.run() == []

    assert shop.refs(sue) == {OWN, "price_list:7"}
    assert not HandEdit.objects.exists()
    assert not Issue.objects.exists()


def test_stranger_in_a_companys_group_is_an_edit_and_an_issue(shop: Shop, sue: str) -> None:
    sam = shop.medusa.add_customer(SAM, groups=[shop.group(OWN)])

    shop.run()

    edit = HandEdit.objects.get()
    assert (edit.state, edit.changes) == (
        "open",
        [[f"{SAM} ({sam})", "not in the group", "in the group"]],
    )
    issue = Issue.objects.get(cause__startswith="group_strangers")
    assert "1 customer is in a group whose prices are not theirs" in issue.title
    assert SAM in issue.title
    assert shop.refs(sam) == {OWN}


def test_person_puts_a_group_back_and_the_issue_is_over(shop: Shop, sue: str) -> None:
    sam = shop.medusa.add_customer(SAM, groups=[shop.group(OWN)])
    shop.run()

    put_back_edit(HandEdit.objects.get(), actor="olga", reason="no customer of ours")

    assert (shop.refs(sam), shop.refs(sue)) == (set(), {OWN, "price_list:7"})
    assert not Issue.objects.filter(state="open").exists()


def test_person_leaves_a_stranger_who_may_have_the_prices(shop: Shop) -> None:
    shop.medusa.add_customer(SAM, groups=[shop.group(OWN)])
    shop.run()

    leave_edit(HandEdit.objects.get(), actor="olga", reason="their agency")
    shop.run()

    assert [one.state for one in HandEdit.objects.all()] == ["left"]
    assert not Issue.objects.filter(state="open").exists()


def test_buyer_of_one_company_in_the_group_of_another_is_a_stranger(shop: Shop, sue: str) -> None:
    shop.medusa.customers.change_members(shop.group("customer:1"), [sue], [])

    shop.run()

    assert HandEdit.objects.get().changes[0][0] == f"{SUE} ({sue})"
    assert Issue.objects.filter(cause__startswith="group_strangers", state="open").exists()


def test_contact_who_has_not_registered_is_a_stranger_in_the_own_group(shop: Shop) -> None:
    guest = Buyer.objects.get(email=SUE).storefront_guest_id
    shop.medusa.customers.change_members(shop.group(OWN), [guest], [])

    shop.run()

    assert HandEdit.objects.get().changes[0][1:] == ["not in the group", "in the group"]


def test_buyer_taken_out_of_their_group_is_told(shop: Shop, sue: str) -> None:
    shop.medusa.customers.change_members(shop.group(OWN), [], [sue])

    shop.run()

    assert HandEdit.objects.get().changes == [
        [f"{SUE} ({sue})", "in the group", "not in the group"]
    ]
    assert shop.refs(sue) == {"price_list:7"}


def test_members_are_put_back_where_the_flow_says_so(shop: Shop, sue: str) -> None:
    put_back_by_itself(shop)
    sam = shop.medusa.add_customer(SAM, groups=[shop.group(OWN)])
    shop.medusa.customers.change_members(shop.group(OWN), [], [sue])

    shop.run()

    assert (shop.refs(sam), shop.refs(sue)) == (set(), {OWN, "price_list:7"})
    assert (HandEdit.objects.get().state, HandEdit.objects.get().ended_by) == ("put_back", "portal")
    assert not Issue.objects.filter(state="open").exists()


def test_edit_that_a_hand_took_back_is_over(shop: Shop, sue: str) -> None:
    group = shop.group(OWN)
    shop.medusa.customers.change_members(group, [], [sue])
    shop.run()
    shop.medusa.customers.change_members(group, [sue], [])

    shop.run()

    assert HandEdit.objects.get().state == "gone"
    assert not Issue.objects.filter(state="open").exists()


def test_company_that_is_about_to_change_its_group_has_no_stranger(shop: Shop, sue: str) -> None:
    """A run put her into the new group and was then refused the rest: it tries again."""
    gold = customer("2", "Südwind AG", SUE, price_list_ref="9")
    shop.run(NORDWIND, gold)
    written = CustomerCopy.objects.get(ref="2").written
    written["groups"] = {"customer:2": "", "price_list:7": ""}
    CustomerCopy.objects.filter(ref="2").update(written=written)

    shop.run(NORDWIND, gold)

    strangers = Issue.objects.filter(cause__startswith="group_strangers")
    assert not strangers.exists()
    assert shop.refs(sue) == {OWN, "price_list:9"}


def test_contacts_whom_the_flow_puts_into_groups_belong_there(shop: Shop) -> None:
    shop.flow.settings = {"unregistered": "grouped"}
    shop.flow.save()
    CustomerCopy.objects.update(written={})
    shop.run()
    guest = Buyer.objects.get(email=SUE).storefront_guest_id
    assert shop.refs(guest) == {OWN, "price_list:7"}

    shop.run()

    assert not HandEdit.objects.exists()


def test_first_run_looks_for_nothing_and_an_incremental_one_neither(shop: Shop, sue: str) -> None:
    shop.medusa.customers.change_members(shop.group(OWN), [], [sue])
    shop.medusa.log.clear()

    shop.run(complete=False)

    assert len(shop.medusa.log) == 1  # who registered
    assert not HandEdit.objects.exists()


def test_look_takes_few_calls(shop: Shop, sue: str) -> None:
    shop.medusa.log.clear()

    shop.run()

    # The people, the groups, who is in them, who registered.
    assert [one.method for one in shop.medusa.log] == ["GET"] * 4


# ---------------------------------------------------------------- deleted


def test_deleted_customers_are_made_anew_in_the_same_run(shop: Shop, sue: str) -> None:
    shop.medusa.customers.rows.clear()

    items = shop.run()

    assert sorted((one.action, one.ref) for one in items) == [("change", "1"), ("change", "2")]
    assert "was deleted in the storefront" in items[0].reason
    rows = shop.medusa.customers.rows
    assert {one["email"] for one in rows.values()} == {ANNA, SUE}
    assert {buyer.storefront_guest_id for buyer in Buyer.objects.all()} == set(rows)
    told = HandEdit.objects.filter(changes=[["customer", "in the storefront", "deleted"]])
    assert {one.state for one in told} == {"put_back"}
    assert told.count() == 2
    assert shop.run() == []


def test_who_registers_after_their_login_was_deleted_proves_it_again(shop: Shop, sue: str) -> None:
    shop.medusa.customers.delete(sue)
    shop.run()
    before = Registration.objects.get(customer_id=sue)
    assert (before.state, before.reason) == ("refused", "deleted in the storefront")

    again = shop.register(SUE)

    assert again != sue
    assert shop.refs(again) == {OWN, "price_list:7"}


def test_plan_shows_what_is_to_be_made_anew(shop: Shop) -> None:
    shop.medusa.customers.rows.clear()
    shop.flow.mode = "assisted"
    shop.flow.save()

    (first, second) = shop.run()
    assert shop.medusa.customers.rows == {}
    shop.run(planned={one.ref: one.fingerprint for one in (first, second)})

    assert {one["email"] for one in shop.medusa.customers.rows.values()} == {ANNA, SUE}


def test_two_storefronts_leave_each_others_people_alone(shop: Shop) -> None:
    FlowFactory(kind="customers", mode="live", source=shop.flow.source)
    ids = set(Buyer.objects.values_list("storefront_guest_id", flat=True))
    shop.medusa.customers.rows.clear()

    shop.run()

    assert set(Buyer.objects.values_list("storefront_guest_id", flat=True)) == ids


# ---------------------------------------------------------------- deleted groups


@pytest.fixture
def cheap(shop: Shop, sue: str) -> str:
    """Südwind pays 5.00 by its own prices."""
    shop.desk.sync(price("BOLT", "5.00", OWN))
    assert shop.desk.pays(sue, "BOLT", 1) == 5
    return sue


def only_list(shop: Shop) -> dict[str, Any]:
    (held,) = shop.desk.lists()
    return held


@pytest.mark.parametrize("first", ["prices", "customers"])
def test_deleted_group_comes_back_with_its_buyers_and_prices(
    shop: Shop, cheap: str, first: str
) -> None:
    old = shop.group(OWN)
    shop.medusa.customers.delete_group(old)
    assert shop.desk.pays(cheap, "BOLT", 1) == 10

    if first == "prices":
        shop.desk.sync(price("BOLT", "5.00", OWN))
        runner.drain()
    else:
        shop.run()

    new = shop.group(OWN)
    assert new != old
    assert shop.desk.pays(cheap, "BOLT", 1) == 5
    assert only_list(shop)["rules"] == {"customer.groups.id": [new]}
    assert only_list(shop)["status"] == "active"
    assert Account.objects.get(name="Südwind AG").storefront_group_id == new
    assert IdLink.objects.get(kind="account", target_ref="2").source_ref == new
    assert not Issue.objects.filter(state="open").exists()
    told = HandEdit.objects.get()
    assert told.changes == [["customer group", "in the storefront", "deleted"]]
    assert shop.run() == []
    assert shop.desk.sync(price("BOLT", "5.00", OWN)) == []
    assert HandEdit.objects.count() == 1


def test_price_that_changes_after_its_group_was_deleted_arrives(shop: Shop, cheap: str) -> None:
    shop.medusa.customers.delete_group(shop.group(OWN))

    items = shop.desk.sync(price("BOLT", "4.00", OWN), changes_only=True)
    runner.drain()

    assert [one.action for one in items] == ["change"]
    assert shop.desk.pays(cheap, "BOLT", 1) == 4


def test_deleted_group_that_nobody_uses_is_forgotten(shop: Shop) -> None:
    shop.run(NORDWIND, customer("2", "Südwind AG", SUE, price_list_ref="9"))
    shop.run(NORDWIND, SUEDWIND)
    shop.medusa.customers.delete_group(shop.group("price_list:9"))

    shop.run()

    assert not IdLink.objects.filter(source_ref="price_list:9").exists()
    assert len(shop.medusa.customers.groups) == 3


def test_list_for_others_is_not_given_the_new_group(shop: Shop, cheap: str) -> None:
    """Only a list that names the deleted group, and nobody else, is known to be as we left it."""
    foreign = shop.medusa.customers.create_group({"name": "VIP"})["id"]
    only_list(shop)["rules"] = {"customer.groups.id": [shop.group(OWN), foreign]}
    shop.medusa.customers.delete_group(shop.group(OWN))

    shop.desk.sync(price("BOLT", "5.00", OWN))
    runner.drain()

    assert only_list(shop)["status"] == "draft"
    assert foreign in only_list(shop)["rules"]["customer.groups.id"]


@pytest.mark.parametrize("rules", [{}, {"customer.groups.id": ["cusgroup_foreign"]}])
def test_unruled_or_foreign_list_is_refused_when_its_group_was_deleted(
    shop: Shop, cheap: str, rules: dict[str, Any]
) -> None:
    only_list(shop)["rules"] = rules
    shop.medusa.customers.delete_group(shop.group(OWN))

    (item,) = shop.desk.sync(price("BOLT", "4.00", OWN))
    runner.drain()

    assert "not for its customer group alone" in item.reason
    assert (only_list(shop)["status"], only_list(shop)["rules"]) == ("draft", rules)


def test_list_of_a_living_group_is_not_given_another(shop: Shop, cheap: str) -> None:
    """The link was turned to another group while the old one is still there."""
    other = shop.medusa.customers.create_group({"name": "Other"})["id"]
    IdLink.objects.filter(kind="group", source_ref=OWN).update(target_ref=other)

    (item,) = shop.desk.sync(price("BOLT", "4.00", OWN), changes_only=True)

    assert "not for its customer group alone" in item.reason
    assert other not in only_list(shop)["rules"]["customer.groups.id"]


def test_list_that_the_portal_took_off_for_a_deleted_group_is_active_again(
    shop: Shop, cheap: str
) -> None:
    shop.medusa.customers.delete_group(shop.group(OWN))
    only_list(shop)["status"] = "draft"
    Issue.objects.create(
        cause=f"price_list:{only_list(shop)['id']}:rules", title="made a draft", state="open"
    )

    shop.desk.sync(price("BOLT", "5.00", OWN))
    runner.drain()

    assert shop.desk.pays(cheap, "BOLT", 1) == Decimal(5)
    assert not Issue.objects.filter(state="open").exists()


def test_list_that_a_person_set_to_draft_stays_one_with_its_new_group(
    shop: Shop, cheap: str
) -> None:
    only_list(shop)["status"] = "draft"
    shop.medusa.customers.delete_group(shop.group(OWN))

    shop.desk.sync(price("BOLT", "5.00", OWN))
    runner.drain()

    assert only_list(shop)["status"] == "draft"
    assert only_list(shop)["rules"] == {"customer.groups.id": [shop.group(OWN)]}


def test_put_back_of_a_group_by_a_flow_that_does_not_write_is_refused(shop: Shop) -> None:
    shop.medusa.add_customer(SAM, groups=[shop.group(OWN)])
    shop.run()
    shop.flow.mode = "shadow"
    shop.flow.save()

    with pytest.raises(NeedsOperator, match="No live flow owns the customers"):
        put_back_edit(HandEdit.objects.get(), actor="olga", reason="no")
