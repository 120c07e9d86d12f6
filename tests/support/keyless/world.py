"""The shop's stand-in and the keyless ERP, connected and live: what its tests begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from integrations import adapters
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.adding import add_flow
from integrations.flows.links import bind
from integrations.flows.modes import set_mode
from integrations.flows.orders.doors import ensure_push
from integrations.gateways.connections import add_connection
from integrations.models import Connection, Flow, IdLink, Order
from integrations.sandbox.shop import seed_shop
from tests.support import keyless
from tests.support.keyless.server import KeylessErp

SKU = "BOLT"


@dataclass(kw_only=True)
class KeylessWorld:
    shop: MedusaStandIn
    erp: KeylessErp
    shop_connection: Connection
    erp_connection: Connection
    orders: Flow
    customer_id: str

    def place(self, *, pieces: int = 3) -> str:
        """A buyer orders and the portal hears of it; the storefront's id."""
        order_id = self.shop.place_order([(SKU, pieces)], customer=self.customer_id)
        ensure_push(
            storefront=self.shop_connection, order_ref=order_id, origin="event", actor="event 1"
        )
        return order_id

    def order(self, order_id: str) -> Order:
        return Order.objects.get(storefront_ref=order_id)

    def send_again(self, order_id: str) -> str:
        """As a sender that stalled does: the very same order once more; its ref in the ERP."""
        [first, *_] = self.erp.under(order_id)
        with self.erp.lock:
            ref = str(len(self.erp.orders) + 1)
            self.erp.orders[ref] = {
                **first,
                "ref": ref,
                "number": f"K-{1000 + int(ref)}",
                "created_at": timezone.now().isoformat(),
                "state": "draft",
            }
        return ref


@contextmanager
def keyless_world() -> Iterator[KeylessWorld]:
    """Over the default database; everything an order needs is linked."""
    adapters.register(keyless.KIND, keyless.PATH)
    with MedusaStandIn() as shop, KeylessErp() as erp:
        variant = shop.add_product(SKU, {"eur": "19.99"})
        seed = seed_shop(shop)
        storefront = add_connection(
            kind="medusa",
            name="Shop",
            url=seed.url,
            settings={"sales_channel_id": seed.sales_channel_id},
            credentials={"secret_key": seed.secret_key},
            actor="test",
            allow_private=True,
        )
        books = add_connection(
            kind=keyless.KIND,
            name="Keyless ERP",
            url=erp.url,
            settings={},
            credentials={},
            actor="test",
            allow_private=True,
        )
        customer = seed.customers[0].id
        for kind, source, ref, target, counterpart in (
            (IdLink.Kind.VARIANT, books, "P-1", storefront, variant),
            (IdLink.Kind.SHIPPING, storefront, seed.shipping_option_id, books, "S-1"),
            (IdLink.Kind.CUSTOMER, storefront, customer, books, "C-1"),
            *((IdLink.Kind.TAX, storefront, code, books, code) for code in seed.tax_codes.values()),
        ):
            bind(kind, source, ref, target, counterpart, actor="test", label=counterpart)
        flow = add_flow(kind="orders", source=storefront, target=books, actor="test")
        set_mode(flow, Flow.Mode.LIVE, actor="test", reason="test", despite_plan=True)
        yield KeylessWorld(
            shop=shop,
            erp=erp,
            shop_connection=storefront,
            erp_connection=books,
            orders=flow,
            customer_id=customer,
        )
