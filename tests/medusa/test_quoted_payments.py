"""The ERP's word that a quoted order was paid, on the real shop's order."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.engine.models import SyncJob
from integrations.gateways import open_storefront
from integrations.models import Invoice, Payment
from integrations.sandbox.storefront.shop_api import ShopApi
from quotes.models import Acceptance
from tests.medusa.world import World
from tests.quotes.selling import accepted, nordwind, offered

PAYMENTS = "id,total,payment_status,summary,*payment_collections,*payment_collections.payments"


@pytest.fixture
def placed(world: World) -> Acceptance:
    """An accepted quote whose order is in the shop and in the ERP, delivered and billed."""
    person = nordwind(world.shop)
    acceptance = accepted(offered(person, world.shop, discount="3.3"), person)
    world.until(lambda: Acceptance.objects.exclude(order_ref="").exists())
    acceptance.refresh_from_db()
    world.until(lambda: world.order(acceptance.order_ref).is_in_erp)
    world.erp.deliver(acceptance.order_ref)
    return acceptance


def money_of(admin: ShopApi, order_id: str) -> dict[str, Any]:
    order: dict[str, Any] = admin.get(f"/admin/orders/{order_id}", fields=PAYMENTS)["order"]
    return order


def test_paid_invoice_is_shown_once_and_not_before(
    world: World, admin: ShopApi, placed: Acceptance
) -> None:
    invoice = world.erp.invoice(placed.order_ref)
    world.follow_erp()
    shown = money_of(admin, placed.order_ref)
    assert (shown["payment_status"], shown["payment_collections"]) == ("not_paid", [])

    world.erp.pay(invoice)
    world.follow_erp()
    world.follow_erp()

    shown = money_of(admin, placed.order_ref)
    [collection] = shown["payment_collections"]
    assert (shown["payment_status"], collection["status"]) == ("captured", "completed")
    assert len(collection["payments"]) == 1
    assert round(Decimal(str(collection["amount"])), 2) == placed.version.gross_total
    assert round(Decimal(str(shown["summary"]["pending_difference"])), 6) == 0
    assert Invoice.objects.get().collection_ref == collection["id"]
    # The event of the capture comes back and is known as the ERP's own.
    world.await_event(placed.order_ref, "payment.captured")
    assert Payment.objects.get().is_from_erp
    assert not SyncJob.objects.filter(kind="record_payment").exists()


def test_collection_that_waits_for_the_amount_is_taken_and_marking_twice_is_harmless(
    world: World, admin: ShopApi, placed: Acceptance
) -> None:
    body = {"order_id": placed.order_ref, "amount": placed.version.gross_total}
    waiting = admin.post("/admin/payment-collections", body)["payment_collection"]
    world.erp.pay(world.erp.invoice(placed.order_ref))
    world.follow_erp()

    with open_storefront(world.portal.shop) as shop:
        shop.mark_collected(placed.order_ref, waiting["id"])

    [collection] = money_of(admin, placed.order_ref)["payment_collections"]
    assert (collection["id"], len(collection["payments"])) == (waiting["id"], 1)
