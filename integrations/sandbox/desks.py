"""The people at work in the stand-ins of another process, over their control routes."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.storefront.shop_api import ShopApi

CREATES_ORDER = "sale.order.load"  # the route by which an order comes into being


class ErpDesk:
    """The ERP's warehouse and accounting. An order is named by our reference."""

    def __init__(self, url: str) -> None:
        self._control = ShopApi(url, {})

    def deliver(self, order: str, quantities: Mapping[str, int] | None, *, tracking: str) -> None:
        """Ships pieces by SKU; None: all that is left."""
        self._do("deliver", order=order, quantities=quantities, tracking=tracking, carrier="DHL")

    def invoice(self, order: str) -> int:
        """Posts an invoice of what was ordered; returns its id."""
        return int(self._do("invoice", order=order))

    def pay(self, invoice: int) -> None:
        """Books a payment of all that is open."""
        self._do("pay", invoice=invoice)

    def orders_with(self, reference: str) -> list[dict[str, Any]]:
        """All orders with this reference, whole: more than one is a duplicate."""
        orders = self._control.get("/_standin/orders")["orders"]
        return [order for order in orders if order["origin"] == reference]

    def send_events(self, url: str) -> None:
        """Calls this address whenever an order changes, as an automation rule would."""
        self._control.post("/_standin/webhook", {"url": url})

    def lose_next_answer(self) -> None:
        """The next order is created, but nobody is told."""
        dial = {"fault": "lose_answer", "times": 1, "only": CREATES_ORDER}
        self._control.post("/_standin/dials", dial)

    def lost_answers(self) -> int:
        """How many answers were lost after the work was done."""
        log = self._control.get("/_standin/log")["log"]
        return sum(entry["fault"] == "lose_answer" and entry["did_work"] for entry in log)

    def _do(self, verb: str, **arguments: Any) -> Any:
        return self._control.post(f"/_standin/do/{verb}", arguments)["result"]


class ShopDesk:
    """The plugin of the storefront stand-in."""

    def __init__(self, url: str) -> None:
        self._control = ShopApi(url, {})

    def send_events(self, url: str, secret: str, *, copies: int = 1) -> None:
        """Signs each event and sends it `copies` times to this address."""
        self._control.post("/_standin/hooks", {"url": url, "secret": secret, "copies": copies})
