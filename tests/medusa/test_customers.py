"""Companies into the real Medusa: who registered before, who after, and whose prices they see."""

import uuid
from typing import Any

import pytest
import requests
from django.utils import timezone

from integrations.engine import runner
from integrations.flows.customers import registrations
from integrations.gateways.storefront import open_storefront
from integrations.models import Buyer, Flow, Registration
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import ConnectionFactory, FlowFactory
from tests.flows.erp_customers import customer
from tests.flows.test_customers_flow import sync

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"


@pytest.fixture
def flow(shop: MedusaSeed) -> Flow:
    target = ConnectionFactory(
        base_url=shop.url,
        allow_private_addresses=True,
        credentials={"secret_key": shop.secret_key},
    )
    made: Flow = FlowFactory(
        kind="customers", mode="live", source=ConnectionFactory(erp=True), target=target
    )
    return made


@pytest.fixture
def number() -> str:
    """A customer's number that no earlier test used in this shop."""
    return uuid.uuid4().hex[:12]


def register(shop: MedusaSeed, email: str) -> str:
    """Somebody makes a login, as a storefront's sign-up page does; their customer id."""
    headers = {"x-publishable-api-key": shop.publishable_key}
    made = requests.post(
        f"{shop.url}/auth/customer/emailpass/register",
        json={"email": email, "password": PASSWORD},
        timeout=60,
    )
    answer = requests.post(
        f"{shop.url}/store/customers",
        json={"email": email, "first_name": "Anna", "last_name": "Muster"},
        headers={**headers, "Authorization": f"Bearer {made.json()['token']}"},
        timeout=60,
    )
    return str(answer.json()["customer"]["id"])


def rows(admin: ShopApi, email: str) -> dict[str, dict[str, Any]]:
    """The shop's rows of an address by id."""
    fields = "id,email,has_account,company_name,metadata,groups.id,groups.metadata"
    found = admin.get("/admin/customers", email=email, fields=fields)["customers"]
    return {row["id"]: row for row in found}


def groups(row: dict[str, Any]) -> set[str]:
    return {group["metadata"]["erp_ref"] for group in row["groups"]}


def accept(customer_id: str) -> None:
    waiting = Registration.objects.get(customer_id=customer_id)
    (buyer,) = registrations.candidates(waiting)
    registrations.accept(
        waiting, buyer=buyer, actor="olga", reason="called back", now=timezone.now()
    )
    runner.drain()


def test_registered_before_the_import(
    shop: MedusaSeed, admin: ShopApi, flow: Flow, number: str
) -> None:
    email = f"anna-{number}@nordwind.example"
    customer_id = register(shop, email)

    sync(flow, customer(number, f"Nordwind {number} GmbH", email, price_list_ref=number))

    assert [groups(row) for row in rows(admin, email).values()] == [set()]
    accept(customer_id)
    (row,) = rows(admin, email).values()
    assert groups(row) == {f"customer:{number}", f"price_list:{number}"}
    assert (row["id"], row["company_name"]) == (customer_id, f"Nordwind {number} GmbH")
    assert row["metadata"]["erp_customer"] == f"D{number}"
    assert Buyer.objects.get().storefront_customer_id == customer_id


def test_registered_after_the_import(
    shop: MedusaSeed, admin: ShopApi, flow: Flow, number: str
) -> None:
    email = f"anna-{number}@nordwind.example"
    flow.settings = {"unregistered": "grouped"}
    flow.save()
    company = customer(number, f"Nordwind {number} GmbH", email, price_list_ref=number)
    sync(flow, company)
    (guest,) = rows(admin, email).values()
    assert (guest["has_account"], groups(guest)) == (
        False,
        {f"customer:{number}", f"price_list:{number}"},
    )

    customer_id = register(shop, email)
    items = sync(flow, company)
    assert ("skip", customer_id) in [(item.action, item.ref) for item in items]
    assert groups(rows(admin, email)[customer_id]) == set()

    accept(customer_id)
    found = rows(admin, email)
    assert groups(found[customer_id]) == {f"customer:{number}", f"price_list:{number}"}
    assert groups(found[guest["id"]]) == set()


def test_other_list_refusal_and_second_import(
    shop: MedusaSeed, admin: ShopApi, flow: Flow, number: str
) -> None:
    email = f"anna-{number}@nordwind.example"
    customer_id = register(shop, email)
    company = customer(number, "🏭 شركة " + "N" * 300, email, price_list_ref=number)
    sync(flow, company)
    accept(customer_id)

    sync(flow, customer(number, company.name, email, price_list_ref=f"{number}b"))
    assert groups(rows(admin, email)[customer_id]) == {
        f"customer:{number}",
        f"price_list:{number}b",
    }

    done = Registration.objects.get(customer_id=customer_id)
    registrations.refuse(done, actor="olga", reason="a mistake", now=timezone.now())
    runner.drain()
    assert groups(rows(admin, email)[customer_id]) == set()


def test_guest_who_is_there_already_is_taken_up(admin: ShopApi, flow: Flow, number: str) -> None:
    email = f"anna-{number}@nordwind.example"
    there = admin.post("/admin/customers", {"email": email})["customer"]["id"]

    sync(flow, customer(number, "Nordwind", email.upper(), price_list_ref=number))

    assert list(rows(admin, email)) == [there]
    assert rows(admin, email)[there]["company_name"] == "Nordwind"


def test_members_of_several_groups_are_read_at_once(flow: Flow, admin: ShopApi) -> None:
    def made(path: str, key: str, **body: str) -> str:
        return str(admin.post(path, body)[key]["id"])

    name = uuid.uuid4().hex[:8]
    groups = [
        made("/admin/customer-groups", "customer_group", name=f"{name}-{n}") for n in range(3)
    ]
    people = [
        made("/admin/customers", "customer", email=f"{name}-{n}@buyer.example") for n in range(3)
    ]
    for group, members in zip(groups, [people[:2], people[1:2], people[2:]], strict=True):
        admin.post(f"/admin/customer-groups/{group}/customers", {"add": members})

    with open_storefront(flow.target, actor="test") as there:
        found = there.members_of([*groups[:2], "cusgroup_none"])

    assert {one.customer_id: set(one.group_ids) for one in found} == {
        people[0]: {groups[0]},
        people[1]: {groups[0], groups[1]},
    }
