"""The company inside: master data to seed, staff who work, and a look at what there is."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from integrations.adapters.odoo.sandbox import accounting, sales, warehouse
from integrations.adapters.odoo.sandbox.computed import order_invoices
from integrations.adapters.odoo.sandbox.methods import Call, User, action_cancel
from integrations.adapters.odoo.sandbox.rows import shown
from integrations.adapters.odoo.sandbox.store import Row, Store

Number = Decimal | int | str

_WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "VND", "XAF", "XOF"}

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


class Company:
    """Every verb takes plain values and returns an id (or nothing), so that it also serves
    over HTTP. An order is named by its id, its number or the customer's reference."""

    staff_uid = 2
    verbs: ClassVar[tuple[str, ...]] = (
        "add_partner",
        "add_product",
        "add_template",
        "add_tax",
        "add_pricelist",
        "add_currency",
        "set_company_currency",
        "set_price",
        "set_stock",
        "set_rounding",
        "archive_product",
        "add_order",
        "add_line",
        "change_line",
        "confirm",
        "deliver",
        "invoice",
        "post",
        "pay",
        "credit_note",
        "cancel",
        "lock_order",
        "unlock_order",
    )

    def __init__(self, *, version: int) -> None:
        self.store = Store(version=version)
        insert = self.store.insert
        self._usd = insert("res.currency", _currency("USD", 1))["id"]
        company = insert(
            "res.company",
            {
                "name": "Northwind Parts",
                "currency_id": self._usd,
                "tax_calculation_rounding_method": "round_globally",
            },
        )["id"]
        self.company_id = int(company)
        of_company = {"company_id": company, "company_ids": [company]}
        insert("res.users", {"name": "System", "login": "__system__", **of_company})
        insert("res.users", {"name": "Administrator", "login": "admin", **of_company})
        user = {"name": "Portal Service", "login": "portal", "tz": "Europe/Brussels"}
        self.service_uid = int(insert("res.users", {**user, **of_company})["id"])
        insert("stock.warehouse", {"name": "Main warehouse", "code": "WH", "company_id": company})
        insert("account.fiscal.position", {"name": "Domestic", "tax_map": {}})
        self._unit = insert("uom.uom", {"name": "Units"})["id"]
        insert("account.payment.term", {"name": "Immediate Payment", "due_days": 0})
        insert("account.payment.term", {"name": "30 Days", "due_days": 30})

    def work(self, verb: Callable[[], Any]) -> Any:
        """Runs a verb as one transaction; the server adds its lock and webhook."""
        with self.store.transaction():
            return verb()

    # -- master data

    def add_currency(self, code: str, *, rate: Number = 1) -> int:
        """`rate`: units of it per unit of the company's currency. A known code is returned."""
        for row in self.store.table("res.currency").values():
            if row["name"] == code:
                return int(row["id"])
        return self._insert("res.currency", _currency(code, rate))

    def set_company_currency(self, code: str) -> None:
        currency = self.add_currency(code)
        self.store.update("res.company", self.company_id, {"currency_id": currency})

    def set_rounding(self, method: str) -> None:
        """`round_globally` (the default) or `round_per_line`."""
        values = {"tax_calculation_rounding_method": method}
        self.work(lambda: self.store.update("res.company", self.company_id, values))

    def add_tax(self, name: str, percent: Number) -> int:
        values = {"name": name, "amount": Decimal(str(percent)), "company_id": self.company_id}
        return self._insert("account.tax", values)

    def add_pricelist(
        self, name: str, currency: str = "USD", *, discount_percent: Number = 0
    ) -> int:
        values = {
            "name": name,
            "currency_id": self.add_currency(currency),
            "company_id": self.company_id,
            "discount_percent": Decimal(str(discount_percent)),
        }
        return self._insert("product.pricelist", values)

    def add_partner(self, name: str, **values: Any) -> int:
        """Further values by Odoo's field names: ref, email, vat, street, city, zip, parent_id,
        type, specific_property_product_pricelist, property_payment_term_id …"""
        return self._insert("res.partner", {"name": name, **values})

    def add_category(self, name: str) -> int:
        return self._insert("product.category", {"name": name, "complete_name": name})

    def add_product(
        self,
        sku: str,
        name: str,
        price: Number,
        *,
        tax_ids: Sequence[int] = (),
        kind: str = "consu",
        invoice_policy: str = "order",
        category: str = "",
        **values: Any,
    ) -> int:
        """A simple product; returns the id of its one variant. `kind`: consu or service."""
        return self.add_template(
            name,
            price,
            [{"sku": sku, **values}],
            tax_ids=tax_ids,
            kind=kind,
            invoice_policy=invoice_policy,
            category=category,
        )[0]

    def add_template(
        self,
        name: str,
        price: Number,
        variants: Sequence[Mapping[str, Any]],
        *,
        attribute: str = "",
        tax_ids: Sequence[int] = (),
        kind: str = "consu",
        invoice_policy: str = "order",
        category: str = "",
    ) -> list[int]:
        """A product with variants [{"sku", "value", "extra"?, "barcode"?, "weight"?}]; returns
        their ids. `attribute` is what `value` is one of: "Size"."""
        return list(
            self.work(
                lambda: self._new_template(
                    {
                        "name": name,
                        "list_price": Decimal(str(price)),
                        "type": kind,
                        "is_storable": kind == "consu",
                        "taxes_id": list(tax_ids),
                        "invoice_policy": invoice_policy,
                        "categ_id": self.add_category(category) if category else False,
                    },
                    variants,
                    attribute,
                )
            )
        )

    def _new_template(
        self, values: Row, variants: Sequence[Mapping[str, Any]], attribute: str
    ) -> list[int]:
        company = self.store.get("res.company", self.company_id)
        fixed = {"uom_id": self._unit, "currency_id": company["currency_id"]}
        template = self.store.insert("product.template", {**values, **fixed})["id"]
        of = self.store.insert("product.attribute", {"name": attribute})["id"] if attribute else 0
        return [self._new_variant(template, dict(one), of) for one in variants]

    def _new_variant(self, template: int, one: Row, attribute_id: int) -> int:
        chosen: list[int] = []
        if attribute_id:
            value = {
                "name": one.pop("value"),
                "attribute_id": attribute_id,
                "price_extra": Decimal(str(one.pop("extra", 0))),
            }
            chosen = [self.store.insert("product.template.attribute.value", value)["id"]]
        values = {
            "product_tmpl_id": template,
            "default_code": one.pop("sku") or False,
            "product_template_attribute_value_ids": chosen,
            "weight": Decimal(str(one.pop("weight", 0))),
            "on_hand": False,
            **one,
        }
        return int(self.store.insert("product.product", values)["id"])

    def set_price(self, product: int, price: Number) -> None:
        """The sales price of the whole template; moves the write_date of all its variants."""

        def change() -> None:
            template = self.store.get("product.product", product)["product_tmpl_id"]
            self.store.update("product.template", template, {"list_price": Decimal(str(price))})
            for variant in self.store.find("product.product", "product_tmpl_id", template):
                self.store.update("product.product", variant["id"], {})

        self.work(change)

    def set_stock(self, product: int, quantity: Number | None) -> None:
        """What is on hand; None (the start): never short. Waiting deliveries are served."""

        def change() -> None:
            on_hand = False if quantity is None else Decimal(str(quantity))
            values = {"on_hand": on_hand}
            self.store.update("product.product", product, values, is_silent=True)
            warehouse.reserve(self.store, [product])

        self.work(change)

    def archive_product(self, product: int) -> None:
        self.work(lambda: self.store.update("product.product", product, {"active": False}))

    # -- staff at work

    def add_order(
        self, partner: int, client_order_ref: str, lines: Sequence[tuple[int, Number, Number]]
    ) -> int:
        """An order typed in by hand; lines of (product, quantity, net price)."""
        values = {
            "partner_id": partner,
            "client_order_ref": client_order_ref,
            "order_line": [[0, 0, _line_values(*line)] for line in lines],
        }
        return int(self.work(lambda: sales.create_order(self.store, values)))

    def add_line(self, order: int | str, product: int, *, quantity: Number, price: Number) -> int:
        command = [0, 0, _line_values(product, quantity, price)]
        return self._on_order(order, lambda one: sales.apply_lines(self.store, one, [command]))

    def change_line(self, order: int | str, sku: str, *, quantity: Number) -> int:
        """Another quantity of a product, its price kept."""

        def change(order_id: int) -> None:
            for line in self.store.find("sale.order.line", "order_id", order_id):
                product = self.store.get("product.product", line["product_id"])
                if product["default_code"] == sku:
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
        return [self.order(order_id) for order_id in sorted(self.store.table("sale.order"))]

    def order(self, order: int | str) -> Row:
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

    def orders_with(self, client_order_ref: str) -> list[Row]:
        """All orders that carry this reference: more than one is a duplicate."""
        found = self.store.find("sale.order", "client_order_ref", client_order_ref)
        return [self.order(one["id"]) for one in found]

    def _insert(self, model: str, values: Row) -> int:
        return int(self.work(lambda: self.store.insert(model, values))["id"])

    def _on_order(self, order: int | str, verb: Callable[[int], None]) -> int:
        def run() -> int:
            order_id = sales.by_any_name(self.store, order)
            verb(order_id)
            return order_id

        return int(self.work(run))


def _line_values(product: int, quantity: Number, price: Number) -> Row:
    given = {"product_id": product, "product_uom_qty": str(quantity), "price_unit": str(price)}
    return {**given, "discount": 0}


def _currency(code: str, rate: Number) -> Row:
    digits = 0 if code in _WITHOUT_CENTS else 2
    return {
        "name": code,
        "symbol": code,
        "rounding": Decimal(1).scaleb(-digits),
        "decimal_places": digits,
        "rate": Decimal(str(rate)),
    }
