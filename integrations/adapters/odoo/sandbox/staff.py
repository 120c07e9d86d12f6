"""ERP staff at work on orders, and a look at what became of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox import accounting, sales, warehouse
from integrations.adapters.odoo.sandbox.calls import Call, User
from integrations.adapters.odoo.sandbox.computed import order_invoices
from integrations.adapters.odoo.sandbox.methods import action_cancel
from integrations.adapters.odoo.sandbox.rows import shown
from integrations.adapters.odoo.sandbox.store import Row, Store

Number = Decimal | int | str

_ORDER_VIEW = [
    "name",
    "state",
    "locked",
    "client_order_ref",
    "origin",
    "partner_id",
    "currency_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "delivery_status",
    "invoice_status",
    "note",
    "payment_term_id",
]
_LINE_VIEW = [
    "product_id",
    "name",
    "product_uom_qty",
    "price_unit",
    "discount",
    "price_subtotal",
    "qty_delivered",
    "qty_invoiced",
]
_INVOICE_VIEW = ["name", "state", "move_type", "payment_state", "amount_total", "amount_residual"]
_PICKING_VIEW = ["name", "state", "carrier_tracking_ref", "backorder_id"]


class Staff:
    """Every verb takes plain values and returns an id (or nothing), so that it also serves
    over HTTP. An order is named by its id, its number or its source document."""

    staff_uid = 2
    guard: AbstractContextManager[Any] = nullcontext()  # the server's lock, once there is one

    def __init__(self, *, version: int) -> None:
        self.store = Store(version=version)

    def work(self, verb: Callable[[], Any]) -> Any:
        """Runs a verb as one transaction; the server tells its webhook."""
        with self.guard, self.store.transaction():
            return verb()

    def add_order(
        self,
        partner: int,
        origin: str = "",
        lines: Sequence[tuple[int, Number, Number]] = (),
        client_order_ref: str = "",
    ) -> int:
        """An order typed in by hand; lines of (product, quantity, net price)."""
        values = {
            "partner_id": partner,
            "origin": origin,
            "client_order_ref": client_order_ref,
            "order_line": [[0, 0, _line_values(*line)] for line in lines],
        }
        return int(self.work(lambda: sales.create_order(self.store, values)))

    def add_line(self, order: int | str, product: int, *, quantity: Number, price: Number) -> int:
        command = [0, 0, _line_values(product, quantity, price)]
        return self._on_order(order, lambda one: sales.apply_lines(self.store, one, [command]))

    def change_line(self, order: int | str, sku: str, *, quantity: Number) -> int:
        """Another quantity of a product (or of an order line, by its id), its price kept."""

        def change(order_id: int) -> None:
            for line in self.store.find("sale.order.line", "order_id", order_id):
                product = self.store.get("product.product", line["product_id"])
                if sku in {product["default_code"], str(line["id"])}:
                    values = {"product_uom_qty": quantity, "price_unit": line["price_unit"]}
                    sales.apply_lines(self.store, order_id, [[1, line["id"], values]])

        return self._on_order(order, change)

    def confirm(self, order: int | str) -> int:
        return self._on_order(order, lambda one: sales.confirm(self.store, [one]))

    def deliver(
        self,
        order: int | str,
        quantities: Mapping[str, Number] | None = None,
        *,
        tracking: str = "",
        carrier: str = "",
    ) -> int:
        """Ships by SKU (or id of the order line), the rest becomes a backorder; None: all.
        Returns the id of the delivery."""
        parts = None
        if quantities is not None:
            parts = {str(name): Decimal(str(one)) for name, one in quantities.items()}

        def ship() -> int:
            order_id = sales.by_any_name(self.store, order)
            return warehouse.deliver(
                self.store, order_id, parts, tracking=tracking, carrier=carrier
            )

        return int(self.work(ship))

    def invoice(self, order: int | str, *, is_posted: bool = True) -> int:
        """Returns the id of the invoice."""

        def make() -> int:
            invoice_id = accounting.invoice_order(self.store, sales.by_any_name(self.store, order))
            if is_posted:
                accounting.post(self.store, invoice_id)
            return invoice_id

        return int(self.work(make))

    def post(self, invoice: int) -> None:
        self.work(lambda: accounting.post(self.store, invoice))

    def pay(self, invoice: int, amount: Number | None = None, *, awaits_bank: bool = False) -> None:
        paid = None if amount is None else Decimal(str(amount))
        self.work(lambda: accounting.pay(self.store, invoice, paid, awaits_bank=awaits_bank))

    def credit_note(
        self,
        invoice: int,
        *,
        reason: str = "",
        is_posted: bool = True,
        reconcile: bool = False,
    ) -> int:
        def credit() -> int:
            return accounting.credit_note(
                self.store, invoice, reason=reason, is_posted=is_posted, reconcile=reconcile
            )

        return int(self.work(credit))

    def cancel(self, order: int | str) -> int:
        """By someone with all rights, draft invoices included."""
        return self._on_order(order, self._cancel_as_staff)

    def _cancel_as_staff(self, order_id: int) -> None:
        staff = User(id=self.staff_uid, login="admin", is_admin=True)
        call = Call(store=self.store, user=staff, model="sale.order", ids=[order_id], context={})
        action_cancel(call)

    def lock_order(self, order: int | str) -> int:
        return self._on_order(order, lambda one: sales.lock(self.store, [one], locked=True))

    def unlock_order(self, order: int | str) -> int:
        return self._on_order(order, lambda one: sales.lock(self.store, [one], locked=False))

    # -- a look at what there is

    def orders(self) -> list[Row]:
        """All orders with lines, deliveries and invoices, as `read` shows them, oldest first."""
        with self.guard:
            return [self.order(order_id) for order_id in sorted(self.store.table("sale.order"))]

    def order(self, order: int | str) -> Row:
        with self.guard:
            return self._view(order)

    def orders_with(self, origin: str) -> list[Row]:
        """All orders with this source document: more than one is a duplicate."""
        with self.guard:
            found = self.store.find("sale.order", "origin", origin)
            return [self.order(one["id"]) for one in found]

    def _view(self, order: int | str) -> Row:
        order_id = sales.by_any_name(self.store, order)
        row = shown(self.store, "sale.order", [order_id], _ORDER_VIEW)[0]
        children = (
            ("lines", "sale.order.line", "order_id", _LINE_VIEW),
            ("deliveries", "stock.picking", "sale_id", _PICKING_VIEW),
        )
        for name, model, inverse, fields in children:
            ids = [one["id"] for one in self.store.find(model, inverse, order_id)]
            row[name] = shown(self.store, model, ids, fields)
        stored = self.store.get("sale.order", order_id)
        ids = sorted(order_invoices(self.store, "sale.order", stored, ""))
        row["invoices"] = shown(self.store, "account.move", ids, _INVOICE_VIEW)
        messages = self.store.find("mail.message", "res_id", order_id)
        row["log"] = [str(one["body"]) for one in messages]
        return row

    def _on_order(self, order: int | str, verb: Callable[[int], None]) -> int:
        def run() -> int:
            order_id = sales.by_any_name(self.store, order)
            verb(order_id)
            return order_id

        return int(self.work(run))


def _line_values(product: int, quantity: Number, price: Number) -> Row:
    given = {"product_id": product, "product_uom_qty": str(quantity), "price_unit": str(price)}
    return {**given, "discount": 0}
