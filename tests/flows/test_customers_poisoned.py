"""One customer of a hundred is bad: the others arrive, and each bad one says why and what to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.customers_apart import unreadable_customer
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.restrictions import restricted
from integrations.flows.customers.flow import CustomerPages
from integrations.flows.runs import PlanItem, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Account, Buyer, CustomerCopy, Flow
from integrations.records import Address, ErpCustomer, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_customers import Books, customer
from tests.flows.shops import connected

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2030, 1, 1, tzinfo=UTC))
GOOD = 900
FIX = "correct it in the ERP"
TEXT = "its creditLimit is 'call us', which cannot be read"
SPIRITS = restricted(None, "Spirits | HH-1 | next spring")


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = connected(medusa)
    made: Flow = FlowFactory(
        kind="customers", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def sync(flow: Flow, *customers: ErpCustomer) -> list[PlanItem]:
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    items: list[PlanItem] = []
    with open_storefront(flow.target) as shop:
        pages = CustomerPages(work, erp=Books(*customers), shop=shop)
        cursor: str | None = None
        while True:
            outcome = pages.handle(WINDOW, cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if cursor is None:
                return items


def firm(ref: str) -> ErpCustomer:
    return customer(ref, f"Company {ref}", f"buyer-{ref}@firms.example", tax_id=f"DE{ref}")


def in_country(code: str) -> Address:
    return Address(street1="Hafenstr. 1", city="Hamburg", country_code=code)


def poisoned() -> list[tuple[ErpCustomer, str, str]]:
    """(customer, a word of the cause, a word of the fix); they do not arrive."""
    return [
        (replace(firm("p1"), tax_id="DE7"), "also that of customer 7", "matching workbench"),
        (replace(firm("p2"), name=" "), "it has no name", FIX),
        (replace(firm("p3"), bill_to=in_country("ATLANTIS")), "its country 'ATLANTIS'", FIX),
        (replace(firm("p4"), bill_to=in_country("QQ")), "its country 'QQ' is none", FIX),
        (unreadable_customer("p5", number="D5", name="Five", problem=TEXT), TEXT, FIX),
        (replace(firm("p6"), currency="ZZZ"), "its currency 'ZZZ' is none", FIX),
        (replace(firm("p7"), credit_limit=Decimal("1e20")), "its credit limit 1E+20", FIX),
    ]  # fmt: skip


def half_poisoned() -> list[tuple[ErpCustomer, str, str]]:
    """They arrive without what is wrong with them."""
    twin = replace(firm("h1"), contacts=firm("9").contacts)
    licensed = replace(firm("h2"), licences=SPIRITS.licences, unread=SPIRITS.unread)
    return [
        (twin, "buys for Company 9 and for Company h1", "until their registration is accepted"),
        (licensed, "'next spring' is no day", "such as 2027-03-31"),
        (replace(firm("h3"), name="x" * 300), "it has 300 characters", "shorten it in the ERP"),
    ]


def fine() -> list[ErpCustomer]:
    return [
        replace(firm("f1"), name="Werk 7 🏭👩🏽‍🔧"),
        replace(firm("f2"), name="شركة الشمال"),
        replace(firm("f3"), name="בורג משושה"),
    ]


@pytest.mark.slow
def test_the_good_arrive_and_each_bad_one_says_why_and_what_to_do(flow: Flow) -> None:
    good = [firm(str(n)) for n in range(GOOD)]
    bad, half = poisoned(), half_poisoned()

    items = sync(flow, *good, *fine(), *(one for one, _, _ in (*bad, *half)))

    for one, cause, fix in (*bad, *half):
        told = [item for item in items if item.ref.partition("/")[0] == one.ref]
        reasons = [item.reason for item in told if item.action == "skip"]
        assert any(cause in reason and fix in reason for reason in reasons), (one.ref, reasons)
    # Customer 7 was a company before a later page told of its twin.
    arrived = {*(row.ref for row in (*good, *fine())), *(one.ref for one, _, _ in half)}
    assert {item.ref for item in items if item.action == "create"} == arrived
    assert set(CustomerCopy.objects.exclude(account=None).values_list("ref", flat=True)) == arrived
    assert {"Werk 7 🏭👩🏽‍🔧", "شركة الشمال", "בורג משושה", "x" * 200} <= set(
        Account.objects.values_list("name", flat=True)
    )
    assert Buyer.objects.filter(account__name="Company 9", is_active=True).count() == 1


def test_healed_customer_arrives_and_one_that_is_archived_needs_no_country(flow: Flow) -> None:
    sync(flow, replace(firm("1"), bill_to=in_country("GERMANY")))
    assert not Account.objects.exists()

    sync(flow, firm("1"))
    assert CustomerCopy.objects.get().country_code == "DE"

    sync(flow, replace(firm("1"), bill_to=in_country("GERMANY"), is_active=False))
    assert (Account.objects.get().is_active, CustomerCopy.objects.get().country_code) == (False, "")
