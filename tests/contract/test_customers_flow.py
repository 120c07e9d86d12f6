"""Every ERP's customers on their way into the portal and the shop."""

from collections.abc import Iterator

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.customers.flow import CustomerPages
from integrations.flows.runs import PlanItem, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Account, Buyer, CustomerCopy, Flow
from integrations.ports.erp import PullsCustomers
from integrations.sandbox.goods import CUSTOMERS
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.walking import everything
from tests.factories import ConnectionFactory, FlowFactory, RunFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flow() -> Iterator[Flow]:
    with MedusaStandIn() as medusa:
        shop = ConnectionFactory(
            base_url=medusa.url,
            allow_private_addresses=True,
            credentials={"secret_key": medusa.shop.secret_key},
        )
        yield FlowFactory(
            kind="customers", mode="live", source=ConnectionFactory(erp=True), target=shop
        )


def sync(flow: Flow, office: Office) -> list[PlanItem]:
    run = RunFactory(flow=flow, mode="live", state="running", finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    items: list[PlanItem] = []
    with open_storefront(flow.target) as shop:
        pages = CustomerPages(work, erp=able(office, PullsCustomers), shop=shop)
        cursor: str | None = None
        while True:
            outcome = pages.handle(everything(), cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if cursor is None:
                return items


def test_its_customers_become_companies_with_buyers_and_blocks(flow: Flow, office: Office) -> None:
    items = sync(flow, office)

    assert [item for item in items if item.action == "failed"] == []
    for one in CUSTOMERS:
        copy = CustomerCopy.objects.get(ref=office.customer(one.role))
        if not copy.is_active:  # in some ERPs who is blocked is archived, and never comes
            assert (one.role, copy.account) == ("blocked", None)
            continue
        assert isinstance(copy.account, Account)
        assert copy.account.name == one.name
        assert copy.account.is_blocked == (one.role == "blocked")
        assert Buyer.objects.filter(account=copy.account, email=one.email).exists()


def test_second_reading_changes_nothing(flow: Flow, office: Office) -> None:
    sync(flow, office)

    again = sync(flow, office)

    assert [item for item in again if item.action != "skip"] == []
