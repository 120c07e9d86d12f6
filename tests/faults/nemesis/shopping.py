"""Orders placed in the shop, and what buyers, the shop and the ERP's people do to them later."""

from dataclasses import dataclass, field

from integrations.adapters.medusa.sandbox.refusals import Refusal
from tests.faults.nemesis.schedule import Purchase
from tests.faults.nemesis.world import World


@dataclass
class Buyers:
    """`placed` has the shop's id of every order, with the moment of the run it was placed at."""

    world: World
    placed: dict[str, float] = field(default_factory=dict)
    _ids: dict[Purchase, str] = field(default_factory=dict)
    _edited: set[str] = field(default_factory=set)

    def buy(self, purchase: Purchase, at: float) -> str:
        order_id = self.world.shop.place_order(
            list(purchase.lines), customer=purchase.buyer, country=purchase.country
        )
        self.placed[order_id] = at
        self._ids[purchase] = order_id
        return order_id

    def go_on(self, purchase: Purchase) -> str:
        """Cancels, changes, pays or ships it; says what was done. "" is: not through yet."""
        order_id = self._ids[purchase]
        try:
            return f"{purchase.then} of {order_id}" if self._do(purchase, order_id) else ""
        except Refusal as refusal:
            return f"{purchase.then} of {order_id} refused: {refusal}"

    def _do(self, purchase: Purchase, order_id: str) -> bool:
        shop, (sku, quantity) = self.world.shop, purchase.lines[0]
        if purchase.then == "cancel":
            shop.cancel(order_id)
        elif purchase.then == "edit":
            shop.edit(order_id, {sku: quantity + 1})
        elif purchase.then == "edits":
            return self._edit_twice(order_id, sku, quantity)
        elif purchase.then == "capture":
            shop.capture(order_id)
        else:
            return self._ship(order_id)
        return True

    def _edit_twice(self, order_id: str, sku: str, quantity: int) -> bool:
        is_second = order_id in self._edited
        self._edited.add(order_id)
        self.world.shop.edit(order_id, {sku: quantity + 1 + is_second})
        return is_second

    def _ship(self, order_id: str) -> bool:
        confirmed = [one for one in self.world.erp.orders_with(order_id) if one["state"] == "sale"]
        if confirmed:
            self.world.erp.deliver(confirmed[0]["name"], tracking=f"T-{order_id[-6:]}")
        return bool(confirmed)
