"""The ERP's word that a quoted order was paid reaches the storefront, once, and not before."""

from decimal import Decimal

import pytest

from integrations.engine.models import JobState, SyncJob
from integrations.models import Invoice, Order, Payment
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from quotes.models import Acceptance
from tests.journeys.conftest import World
from tests.quotes.selling import accepted, nordwind, offered

pytestmark = pytest.mark.slow

CENT = Decimal("0.01")


@pytest.fixture
def placed(world: World) -> Acceptance:
    """An accepted quote whose order is in the storefront and in the ERP."""
    person = nordwind(world.shop_seed)
    acceptance = accepted(offered(person, world.shop_seed, discount="3.3"), person)
    world.settle()
    acceptance.refresh_from_db()
    return acceptance


def admin(world: World) -> ShopApi:
    """The merchant's own tool."""
    seed = world.shop_seed
    return ShopApi(seed.url, {"Authorization": basic(seed.secret_key)})


def collections(world: World, acceptance: Acceptance) -> list[tuple[str, Decimal]]:
    """Status and amount of what the storefront's order shows."""
    rows = world.in_shop(acceptance.order_ref)["payment_collections"]
    return [(row["status"], Decimal(str(row["amount"])).quantize(CENT)) for row in rows]


def paid_invoice(world: World, acceptance: Acceptance) -> int:
    world.erp.deliver(acceptance.order_ref)
    invoice = world.erp.invoice(acceptance.order_ref)
    world.erp.pay(invoice)
    return invoice


def jobs() -> list[str]:
    return [job.state for job in SyncJob.objects.filter(kind="collect_invoice")]


def test_paid_invoice_is_collected_once_and_not_before(world: World, placed: Acceptance) -> None:
    total = placed.version.gross_total
    world.erp.deliver(placed.order_ref)
    invoice = world.erp.invoice(placed.order_ref)
    world.sweep()
    world.erp.pay(invoice, total / 2)
    world.sweep()
    assert (collections(world, placed), jobs()) == ([], [])

    world.erp.pay(invoice)
    world.sweep()
    world.sweep()

    assert collections(world, placed) == [("completed", total)]
    assert jobs() == [JobState.DONE]
    shown = world.in_shop(placed.order_ref)
    assert (shown["payment_status"], shown["summary"]["pending_difference"]) == ("captured", 0)
    row = Invoice.objects.get()
    assert row.collection_ref == shown["payment_collections"][0]["id"]
    assert row.collected_at is not None


def test_erp_is_not_told_of_the_payment_that_it_reported(world: World, placed: Acceptance) -> None:
    paid_invoice(world, placed)
    world.sweep()

    payment = Payment.objects.get()
    assert (payment.is_from_erp, payment.captured_amount > 0) == (True, True)
    assert not SyncJob.objects.filter(kind="record_payment").exists()


@pytest.mark.parametrize("route", ["payment_collections.create", "payment_collections.paid"])
def test_lost_answer_leaves_one_collection(world: World, placed: Acceptance, route: str) -> None:
    paid_invoice(world, placed)
    world.shop.dials.set("lose_answer", only=route, times=1)

    world.sweep()
    world.wait_until_idle()

    assert collections(world, placed) == [("completed", placed.version.gross_total)]
    assert len(world.in_shop(placed.order_ref)["payment_collections"][0]["payments"]) == 1


def test_collection_that_waits_for_this_amount_is_taken(world: World, placed: Acceptance) -> None:
    """An edit in the storefront opens one by itself, and so may the merchant."""
    total = placed.version.gross_total
    made = admin(world).post(
        "/admin/payment-collections", {"order_id": placed.order_ref, "amount": total}
    )

    paid_invoice(world, placed)
    world.sweep()

    assert collections(world, placed) == [("completed", total)]
    assert Invoice.objects.get().collection_ref == made["payment_collection"]["id"]


def test_what_the_merchant_marked_as_paid_is_left(world: World, placed: Acceptance) -> None:
    shown = world.in_shop(placed.order_ref)
    body = {"order_id": placed.order_ref, "amount": shown["total"]}
    made = admin(world).post("/admin/payment-collections", body)["payment_collection"]
    admin(world).post(
        f"/admin/payment-collections/{made['id']}/mark-as-paid", {"order_id": placed.order_ref}
    )
    world.settle()

    paid_invoice(world, placed)
    world.sweep()

    assert len(collections(world, placed)) == 1
    invoice = Invoice.objects.get()
    assert (invoice.collection_ref, invoice.collected_at is None) == ("", False)


def test_two_invoices_are_two_collections_that_come_to_the_total(
    world: World, placed: Acceptance
) -> None:
    store = world.erp.store
    for template, row in list(store.table("product.template").items()):
        if row["type"] != "service":
            store.update("product.template", template, {"invoice_policy": "delivery"})
    for parts in ({"TAPE-5M": 7}, None):
        world.erp.deliver(placed.order_ref, parts)
        world.erp.pay(world.erp.invoice(placed.order_ref))
        world.sweep()

    found = collections(world, placed)
    assert [status for status, _ in found] == ["completed", "completed"]
    assert sum(amount for _, amount in found) == placed.version.gross_total
    assert world.in_shop(placed.order_ref)["summary"]["pending_difference"] == 0


def test_order_of_the_checkout_is_left_to_the_storefront(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2), customer=NORDWIND.email)
    world.settle()

    world.erp.deliver(order_id)
    world.erp.pay(world.erp.invoice(order_id))
    world.sweep()

    assert Order.objects.get().state == "paid"
    assert jobs() == []
    assert world.in_shop(order_id)["payment_status"] == "authorized"
