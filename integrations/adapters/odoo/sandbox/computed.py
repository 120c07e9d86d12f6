"""Computed fields: name of the compute → function of (store, model, row, field name)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.amounts import (
    AmountLine,
    Totals,
    line_totals,
    order_totals,
)
from integrations.adapters.odoo.sandbox.store import Row, Store

COMPUTES: dict[str, Callable[[Store, str, Row, str], Any]] = {}


def _computes(
    function: Callable[[Store, str, Row, str], Any],
) -> Callable[[Store, str, Row, str], Any]:
    COMPUTES[function.__name__] = function
    return function


def value_of(store: Store, model: str, row: Row, name: str) -> Any:
    """The raw value of any field of a row; one2many in the order of the other model's ids."""
    # Odoo's own code knows a field by its old name too
    one = store.models[model].fields.get(name) or store.whole[model].fields[name]
    if one.compute:
        return COMPUTES[one.compute](store, model, row, name)
    if one.type == "one2many":
        ids = [child["id"] for child in store.find(one.relation, one.inverse, row["id"])]
        return ids[::-1] if store.models[one.relation].order == "id desc" else ids
    return row[one.source or name]


# ---------------------------------------------------------------- names


@_computes
def display(store: Store, model: str, row: Row, name: str) -> str:
    if model in _DISPLAY:
        return _DISPLAY[model](store, row)
    return str(row.get("name") or f"{model},{row['id']}")


def _variant_name(store: Store, row: Row) -> str:
    title = str(value_of(store, "product.product", row, "name"))
    values = [
        str(store.get("product.template.attribute.value", one)["name"])
        for one in row["product_template_attribute_value_ids"]
    ]
    text = f"{title} ({', '.join(values)})" if values else title
    return f"[{row['default_code']}] {text}" if row["default_code"] else text


def _template_name(store: Store, row: Row) -> str:
    variants = store.find("product.product", "product_tmpl_id", row["id"])
    code = variants[0]["default_code"] if len(variants) == 1 else False
    return f"[{code}] {row['name']}" if code else str(row["name"])


def _pricelist_name(store: Store, row: Row) -> str:
    return f"{row['name']} ({store.get('res.currency', row['currency_id'])['name']})"


def _partner_name(store: Store, row: Row) -> str:
    if not row["parent_id"]:
        return str(row["name"])
    return f"{store.get('res.partner', row['parent_id'])['name']}, {row['name']}"


def _line_name(store: Store, row: Row) -> str:
    order = store.get("sale.order", row["order_id"])
    customer = store.get("res.partner", order["partner_id"])["ref"]
    text = str(row["name"]).splitlines()[0]
    if row["product_id"]:
        text = _variant_name(store, store.get("product.product", row["product_id"]))
    return f"{order['name']} - {text}" + (f" ({customer})" if customer else "")


def _invoice_name(store: Store, row: Row) -> str:
    name = str(row["name"] or "Draft Invoice")
    return f"{name} ({row['ref']})" if row["ref"] else name


_DISPLAY: dict[str, Callable[[Store, Row], str]] = {
    "product.product": _variant_name,
    "product.template": _template_name,
    "product.pricelist": _pricelist_name,
    "res.partner": _partner_name,
    "sale.order.line": _line_name,
    "account.move": _invoice_name,
    "stock.location": lambda store, row: str(row["complete_name"] or row["name"]),
    "product.category": lambda store, row: str(row["complete_name"] or row["name"]),
}


@_computes
def commercial_partner(store: Store, model: str, row: Row, name: str) -> int:
    return int(row["parent_id"] or row["id"])


@_computes
def partner_pricelist(store: Store, model: str, row: Row, name: str) -> Any:
    own = row["specific_property_product_pricelist"]
    return own or next(iter(sorted(store.table("product.pricelist"))), False)


@_computes
def company_currency(store: Store, model: str, row: Row, name: str) -> int:
    return int(next(iter(store.table("res.company").values()))["currency_id"])


# ---------------------------------------------------------------- products


@_computes
def of_template(store: Store, model: str, row: Row, name: str) -> Any:
    return store.get("product.template", row["product_tmpl_id"])[name]


@_computes
def variant_extra(store: Store, model: str, row: Row, name: str) -> Decimal:
    values = row["product_template_attribute_value_ids"]
    extras = (store.get("product.template.attribute.value", one)["price_extra"] for one in values)
    return sum(extras, Decimal(0))


@_computes
def variant_price(store: Store, model: str, row: Row, name: str) -> Decimal:
    template = store.get("product.template", row["product_tmpl_id"])
    return Decimal(template["list_price"]) + variant_extra(store, model, row, name)


# ---------------------------------------------------------------- amounts


def amount_line(store: Store, row: Row) -> AmountLine:
    taxes = tuple((one, Decimal(store.get("account.tax", one)["amount"])) for one in row["tax_ids"])
    return AmountLine(
        quantity=Decimal(row["product_uom_qty"] if "product_uom_qty" in row else row["quantity"]),
        price_unit=Decimal(row["price_unit"]),
        discount=Decimal(row["discount"]),
        taxes=taxes,
    )


def rounds_per_line(store: Store) -> bool:
    company = next(iter(store.table("res.company").values()))
    return bool(company["tax_calculation_rounding_method"] == "round_per_line")


def _digits(store: Store, currency_id: int) -> int:
    return int(store.get("res.currency", currency_id)["decimal_places"])


def _order_totals(store: Store, row: Row) -> Totals:
    lines = store.find("sale.order.line", "order_id", row["id"])
    return order_totals(
        (amount_line(store, line) for line in lines),
        per_line=rounds_per_line(store),
        digits=_digits(store, order_currency(store, "sale.order", row, "currency_id")),
    )


@_computes
def order_currency(store: Store, model: str, row: Row, name: str) -> int:
    if not row["pricelist_id"]:
        return company_currency(store, model, row, name)
    return int(store.get("product.pricelist", row["pricelist_id"])["currency_id"])


@_computes
def order_untaxed(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _order_totals(store, row).net


@_computes
def order_tax(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _order_totals(store, row).tax


@_computes
def order_total(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _order_totals(store, row).gross


def _line_totals(store: Store, model: str, row: Row) -> Totals:
    currency = line_currency(store, model, row, "currency_id")
    return line_totals(
        amount_line(store, row), per_line=rounds_per_line(store), digits=_digits(store, currency)
    )


@_computes
def line_currency(store: Store, model: str, row: Row, name: str) -> int:
    if model == "account.move.line":
        return int(store.get("account.move", row["move_id"])["currency_id"])
    order = store.get("sale.order", row["order_id"])
    return order_currency(store, "sale.order", order, name)


@_computes
def line_subtotal(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _line_totals(store, model, row).net


@_computes
def line_tax(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _line_totals(store, model, row).tax


@_computes
def line_total(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _line_totals(store, model, row).gross


def _invoice_totals(store: Store, row: Row) -> Totals:
    lines = store.find("account.move.line", "move_id", row["id"])
    return order_totals(
        (amount_line(store, line) for line in lines),
        per_line=rounds_per_line(store),
        digits=_digits(store, row["currency_id"]),
    )


@_computes
def invoice_untaxed(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _invoice_totals(store, row).net


@_computes
def invoice_tax(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _invoice_totals(store, row).tax


@_computes
def invoice_total(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _invoice_totals(store, row).gross


@_computes
def invoice_residual(store: Store, model: str, row: Row, name: str) -> Decimal:
    return _invoice_totals(store, row).gross - Decimal(row["amount_paid"])


# ---------------------------------------------------------------- deliveries


@_computes
def line_delivered(store: Store, model: str, row: Row, name: str) -> Decimal:
    """What left less what came back."""
    total = Decimal(0)
    for move in store.find("stock.move", "sale_line_id", row["id"]):
        if move["state"] == "done":
            picking = store.get("stock.picking", move["picking_id"])
            sign = -1 if picking["picking_type_code"] == "incoming" else 1
            total += sign * Decimal(move["quantity"])
    return total


@_computes
def move_quantity(store: Store, model: str, row: Row, name: str) -> Decimal:
    return Decimal(row["product_uom_qty"])  # all moves are in the product's own unit here


@_computes
def picking_state(store: Store, model: str, row: Row, name: str) -> str:
    states = {one["state"] for one in store.find("stock.move", "picking_id", row["id"])}
    if row["is_done"]:
        return "done"
    if not states - {"cancel"}:
        return "cancel"
    # a picking is "assigned" as soon as one of its moves is reserved in part
    return "assigned" if states & {"assigned", "partially_available"} else "confirmed"


@_computes
def availability_state(store: Store, model: str, row: Row, name: str) -> Any:
    state = picking_state(store, model, row, name)
    if state in {"done", "cancel"}:
        return False
    states = {one["state"] for one in store.find("stock.move", "picking_id", row["id"])}
    return "late" if states & {"confirmed", "partially_available"} else "available"


@_computes
def availability_text(store: Store, model: str, row: Row, name: str) -> Any:
    words = {"available": "Available", "late": "Not Available"}
    return words.get(availability_state(store, model, row, name), False)


@_computes
def delivery_status(store: Store, model: str, row: Row, name: str) -> Any:
    pickings = store.find("stock.picking", "sale_id", row["id"])
    states = {picking_state(store, "stock.picking", one, "state") for one in pickings}
    if not states - {"cancel"}:
        return False
    if not states - {"cancel", "done"}:
        return "full"  # also of a cancelled order whose first part had left
    if "done" not in states:
        return "pending"
    lines = store.find("sale.order.line", "order_id", row["id"])
    is_delivered = any(line_delivered(store, "sale.order.line", one, "") for one in lines)
    return "partial" if is_delivered else "started"


# ---------------------------------------------------------------- invoices


def _invoice_lines(store: Store, sale_line_id: int) -> list[tuple[Row, Row]]:
    """(invoice, its line) of an order line; cancelled invoices left out."""
    found = []
    for line in store.find("account.move.line", "of_sale_line", sale_line_id):
        invoice = store.get("account.move", line["move_id"])
        if invoice["state"] != "cancel":
            found.append((invoice, line))
    return found


@_computes
def line_invoiced(store: Store, model: str, row: Row, name: str) -> Decimal:
    total = Decimal(0)
    for invoice, line in _invoice_lines(store, row["id"]):
        sign = -1 if invoice["move_type"] == "out_refund" else 1
        total += sign * Decimal(line["quantity"])
    return total


@_computes
def line_to_invoice(store: Store, model: str, row: Row, name: str) -> Decimal:
    if store.get("sale.order", row["order_id"])["state"] != "sale" or not row["product_id"]:
        return Decimal(0)
    product = store.get("product.product", row["product_id"])
    by_delivery = of_template(store, "", product, "invoice_policy") == "delivery"
    basis = (
        line_delivered(store, model, row, name) if by_delivery else Decimal(row["product_uom_qty"])
    )
    return basis - line_invoiced(store, model, row, name)


@_computes
def line_invoice_status(store: Store, model: str, row: Row, name: str) -> str:
    if store.get("sale.order", row["order_id"])["state"] != "sale":
        return "no"
    if line_to_invoice(store, model, row, name):
        return "to invoice"
    is_full = line_invoiced(store, model, row, name) >= Decimal(row["product_uom_qty"])
    return "invoiced" if is_full else "no"


@_computes
def order_invoice_status(store: Store, model: str, row: Row, name: str) -> str:
    lines = [
        one
        for one in store.find("sale.order.line", "order_id", row["id"])
        if not one["display_type"]
    ]
    states = {line_invoice_status(store, "sale.order.line", one, name) for one in lines}
    if row["state"] != "sale" or not states:
        return "no"
    if "to invoice" in states:
        return "to invoice"
    return "invoiced" if states == {"invoiced"} else "no"


@_computes
def order_invoices(store: Store, model: str, row: Row, name: str) -> list[int]:
    found = {
        billed["move_id"]
        for line in store.find("sale.order.line", "order_id", row["id"])
        for billed in store.find("account.move.line", "of_sale_line", line["id"])
    }
    return sorted(found, reverse=True)


@_computes
def duplicated_orders(store: Store, model: str, row: Row, name: str) -> list[int]:
    if row["state"] != "draft" or not row["client_order_ref"]:
        return []
    return [
        one["id"]
        for one in store.find("sale.order", "client_order_ref", row["client_order_ref"])
        if one["id"] != row["id"] and one["partner_id"] == row["partner_id"]
    ]
