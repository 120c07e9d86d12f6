"""The real shop, the ERP's stand-in and the portal between them, and what a day brings."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.flows.order_status import poll
from integrations.flows.orders import sweep
from integrations.flows.runs import request_run, windows
from integrations.models import Event, Order, Run
from integrations.sandbox.company import PROMOTION
from integrations.sandbox.connecting import Connected
from integrations.sandbox.storefront import MedusaSeed, place_order
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.medusa.merchant import edit_order
from tests.support.relay import Relay

TEN = PROMOTION  # 10 % off the items
ORDER_FIELDS = "+total,+metadata,*fulfillments,*fulfillments.labels,*fulfillments.items"


@dataclass(kw_only=True)
class World:
    """One portal, live, beside a shop and an ERP that have seen other days."""

    shop: MedusaSeed
    buyer_token: str
    admin: ShopApi
    erp: OdooStandIn
    relay: Relay
    portal: Connected

    # -- what people do

    def place(
        self,
        quantities: Mapping[str, int],
        *,
        country: str = "de",
        promo_codes: Sequence[str] = (),
        guest: str = "",
    ) -> str:
        """The usual buyer, or a guest by e-mail, orders by SKU; returns the shop's order id."""
        ids = {sku: row["id"] for sku, row in self.variants(quantities).items()}
        order = place_order(
            self.shop,
            {ids[sku]: pieces for sku, pieces in quantities.items()},
            customer_token="" if guest else self.buyer_token,
            email=guest,
            country=country,
            promo_codes=promo_codes,
        )
        return str(order["id"])

    def variants(self, skus: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The shop's variants with prices, by SKU."""
        asked = {"sku[]": list(skus), "fields": "id,sku,product_id,metadata,*prices", "limit": 100}
        rows = self.admin.get("/admin/product-variants", **asked)["variants"]
        return {row["sku"]: row for row in rows}

    def edit(
        self, order_id: str, pieces: Mapping[str, int], *, adding: Mapping[str, int] | None = None
    ) -> None:
        """The merchant edits the order: pieces by SKU, 0 takes the line out."""
        ids = {sku: row["id"] for sku, row in self.variants(adding or {}).items()}
        new = {ids[sku]: quantity for sku, quantity in (adding or {}).items()}
        edit_order(self.admin, order_id, pieces, adding=new)

    def set_price(self, sku: str, prices: Mapping[str, Decimal]) -> None:
        """The merchant's own prices, by currency, in place of those that were synced."""
        variant = self.variants([sku])[sku]
        rows = [{"currency_code": code, "amount": amount} for code, amount in prices.items()]
        path = f"/admin/products/{variant['product_id']}/variants/{variant['id']}"
        self.admin.post(path, {"prices": rows})

    # -- what time brings

    def sync_products(self) -> Run:
        """A whole run of the products flow, once the last seconds' changes count as settled."""
        time.sleep(windows.SETTLE.total_seconds())
        request_run(self.portal.products, actor="test")
        runner.drain()
        return Run.objects.filter(flow=self.portal.products).latest("id")

    def await_event(self, order_id: str, event_type: str, *, times: int = 1) -> None:
        """Waits until the portal has it, delivered `times` times, and does what it started."""

        def deliveries() -> int:
            events = Event.objects.filter(subject=order_id, type=event_type)
            return sum(1 + event.repeats for event in events)

        self.until(lambda: deliveries() >= times)
        runner.drain()

    def until(self, is_so: Callable[[], Any], *, timeout_s: float = 30) -> None:
        """Lets the portal work until it is so."""
        ends = time.monotonic() + timeout_s
        while not is_so():
            assert time.monotonic() < ends, f"did not come true within {timeout_s} s"
            runner.drain()
            time.sleep(0.1)

    def sweep(self) -> None:
        """The regular look for orders whose event never came."""
        sweep.start_sweeps(timezone.now())
        runner.drain()

    def follow_erp(self) -> None:
        """The regular look at what happened in the ERP."""
        poll.start_polls(timezone.now())
        runner.drain()

    # -- what is so, in each system

    def order(self, order_id: str) -> Order:
        """The portal's view of it."""
        return Order.objects.get(storefront_ref=order_id)

    def in_erp(self, order_id: str) -> dict[str, Any]:
        """The one order the ERP holds of it."""
        [held] = self.erp.orders_with(order_id)
        return held

    def in_shop(self, order_id: str) -> dict[str, Any]:
        answer = self.admin.get(f"/admin/orders/{order_id}", fields=ORDER_FIELDS)
        order: dict[str, Any] = answer["order"]
        return order

    def shipped(self, order_id: str) -> dict[str, list[int]]:
        """The shop's shipments by tracking number: pieces per line, fewest first."""
        return {
            one["labels"][0]["tracking_number"]: sorted(
                int(row["quantity"]) for row in one["items"]
            )
            for one in self.in_shop(order_id)["fulfillments"]
            if one["shipped_at"]
        }

    def totals(self, order_id: str, smallest: str = "0.01") -> tuple[Decimal, Decimal]:
        """What the buyer owes in the shop, rounded to the currency, and in the ERP."""
        owed = Decimal(self.in_shop(order_id)["total"])
        held = Decimal(str(self.in_erp(order_id)["amount_total"]))
        return owed.quantize(Decimal(smallest), ROUND_HALF_UP), held
