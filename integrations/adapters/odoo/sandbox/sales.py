"""Orders: create, write, confirm, cancel, lock; with the refusals of a real one."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox import warehouse
from integrations.adapters.odoo.sandbox.computed import line_delivered, value_of
from integrations.adapters.odoo.sandbox.faults import (
    missing,
    missing_required,
    user_error,
    validation_error,
)
from integrations.adapters.odoo.sandbox.pricing import Ask, line_price
from integrations.adapters.odoo.sandbox.rows import accepted
from integrations.adapters.odoo.sandbox.store import Row, Store

_LOCKED_FIELDS = ("product_id", "name", "price_unit", "product_uom_qty", "tax_ids", "discount")


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedBy:
    """False: empty, as Odoo has it while it computes a form that names the field without value."""

    pricelist: int | bool
    currency: int | bool


def create_order(store: Store, values: Row) -> int:
    header = accepted(store, "sale.order", values, for_create=True)
    for command in values.get("order_line") or []:
        # converted before anything is stored, as in Odoo
        accepted(store, "sale.order.line", command[2], for_create=True)
    if not header.get("partner_id"):
        words = missing_required("Customer", "partner_id", "Sales Order", "sale.order")
        raise validation_error(words)
    order = store.insert("sale.order", {**order_defaults(store, header), **header})
    apply_lines(store, order["id"], values.get("order_line") or [])
    return int(order["id"])


def order_defaults(store: Store, header: Row) -> Row:
    """What an order of this customer has unless told otherwise."""
    partner = store.get("res.partner", header["partner_id"])
    children = store.find("res.partner", "parent_id", partner["id"])
    delivery = next((one["id"] for one in children if one["type"] == "delivery"), partner["id"])
    pricelist = value_of(store, "res.partner", partner, "property_product_pricelist")
    return {
        "name": store.next_number("S", 5),
        "state": "draft",
        "date_order": store.now(),
        "partner_invoice_id": partner["id"],
        "partner_shipping_id": delivery,
        "pricelist_id": pricelist,
        "payment_term_id": partner["property_payment_term_id"],
        "fiscal_position_id": partner["property_account_position_id"]
        or _first(store, "account.fiscal.position"),
        "warehouse_id": _first(store, "stock.warehouse"),
        "company_id": _first(store, "res.company"),
        "user_id": store.uid,
    }


def _first(store: Store, model: str) -> int | bool:
    return next(iter(sorted(store.table(model))), False)


def write_orders(store: Store, ids: list[int], values: Row) -> None:
    for order_id in ids:
        order = store.get("sale.order", order_id)
        if "pricelist_id" in values and order["state"] == "sale":
            raise user_error("You cannot change the pricelist of a confirmed order !")
        header = accepted(store, "sale.order", values, for_create=False)
        store.update("sale.order", order_id, header)
        apply_lines(store, order_id, values.get("order_line") or [])


def apply_lines(store: Store, order_id: int, commands: Iterable[Any]) -> None:
    """[0, _, values] adds, [1, id, values] changes, [2, id, _] removes."""
    touched = False
    for command in commands:
        touched = True
        if command[0] == 0:
            add_line(store, order_id, command[2])
        elif command[0] == 1:
            write_line(store, command[1], command[2])
        elif command[0] == 2:
            _remove_line(store, order_id, command[1])
    if touched and store.get("sale.order", order_id)["state"] == "sale":
        warehouse.follow_lines(store, order_id)


def add_line(store: Store, order_id: int, values: Row, *, priced_by: PricedBy | None = None) -> int:
    """`priced_by`: what the price goes by instead of the order's pricelist and currency."""
    given = accepted(store, "sale.order.line", values, for_create=True)
    defaults = _line_defaults(store, order_id, given, priced_by)
    line = {"order_id": order_id, **defaults, **given}
    if not line.get("name"):
        words = missing_required("Description", "name", "Sales Order Line", "sale.order.line")
        raise validation_error(words)
    return int(store.insert("sale.order.line", line)["id"])


def _line_defaults(store: Store, order_id: int, given: Row, priced_by: PricedBy | None) -> Row:
    if given.get("display_type"):
        return {"product_uom_qty": Decimal(0)}
    if not given.get("product_id"):
        return {"product_uom_qty": Decimal(1)}
    order = store.get("sale.order", order_id)
    product = store.get("product.product", given["product_id"])
    text = value_of(store, "product.product", product, "display_name")
    sales_text = value_of(store, "product.product", product, "description_sale")
    price = line_price(store, _ask(store, order, product, given, priced_by))
    return {
        "name": f"{text}\n{sales_text}" if sales_text else text,
        "product_uom_qty": Decimal(1),
        "product_uom_id": value_of(store, "product.product", product, "uom_id"),
        "price_unit": price.price_unit,
        # also when a price is given: the discount of the pricelist comes on top
        "discount": price.discount,
        "pricelist_item_id": price.rule,
        "tax_ids": _mapped_taxes(store, order, product),
    }


def _ask(
    store: Store, order: Row, product: Row, line: Row, priced_by: PricedBy | None = None
) -> Ask:
    currency = value_of(store, "sale.order", order, "currency_id")
    by = priced_by or PricedBy(pricelist=order["pricelist_id"], currency=currency)
    unit = line.get("product_uom_id")
    return Ask(
        product=product,
        pricelist=by.pricelist,
        currency=by.currency,
        quantity=line.get("product_uom_qty") or Decimal(1),
        unit=unit or value_of(store, "product.product", product, "uom_id"),
        at=order["date_order"],
    )


def _mapped_taxes(store: Store, order: Row, product: Row) -> list[int]:
    taxes = value_of(store, "product.product", product, "taxes_id")
    if not order["fiscal_position_id"]:
        return list(taxes)
    position = store.get("account.fiscal.position", order["fiscal_position_id"])
    mapping: dict[int, int] = position["tax_map"] or {}
    return [mapping.get(one, one) for one in taxes]


def write_line(store: Store, line_id: int, values: Row) -> None:
    line = store.get("sale.order.line", line_id)
    order = store.get("sale.order", line["order_id"])
    if order["locked"]:
        _refuse_locked(store, values)
    given = accepted(store, "sale.order.line", values, for_create=False)
    if order["state"] == "sale" and "product_uom_qty" in given:
        delivered = line_delivered(store, "sale.order.line", line, "")
        if given["product_uom_qty"] < delivered:
            raise user_error(
                "The ordered quantity of a sale order line cannot be decreased below the amount "
                "already delivered. Instead, create a return in your inventory."
            )
    if "product_uom_qty" in given and "price_unit" not in given and line["product_id"]:
        given |= _repriced(store, order, {**line, **given})
    store.update("sale.order.line", line_id, given)


def _repriced(store: Store, order: Row, line: Row) -> Row:
    """A quantity without a price brings the pricelist's price back, over the one once given."""
    product = store.get("product.product", line["product_id"])
    price = line_price(store, _ask(store, order, product, line))
    return {"price_unit": price.price_unit, "pricelist_item_id": price.rule}


def _refuse_locked(store: Store, values: Row) -> None:
    fields = store.models["sale.order.line"].fields
    labels = [fields[name].label for name in values if name in _LOCKED_FIELDS]
    if labels:
        words = "\n".join(labels)
        raise user_error(
            f"It is forbidden to modify the following fields in a locked order:\n{words}"
        )


def _remove_line(store: Store, order_id: int, line_id: int) -> None:
    if store.get("sale.order", order_id)["state"] == "sale":
        raise user_error(
            "Once a sales order is confirmed, you can't remove one of its lines (we need to track "
            "if something gets invoiced or delivered).\n"
            "                Set the quantity to 0 instead."
        )
    store.get("sale.order.line", line_id)
    store.delete("sale.order.line", line_id)


# ---------------------------------------------------------------- verbs


def confirm(store: Store, ids: list[int]) -> None:
    for order_id in ids:
        if store.get("sale.order", order_id)["state"] not in {"draft", "sent"}:
            raise user_error("Some orders are not in a state requiring confirmation.")
    for order_id in ids:
        # the date of the order becomes that of its confirmation
        store.update("sale.order", order_id, {"state": "sale", "date_order": store.now()})
        warehouse.follow_lines(store, order_id)


def cancel(store: Store, ids: list[int]) -> None:
    """Without a look at what has left or was invoiced, as the real one."""
    for order_id in ids:
        if store.get("sale.order", order_id)["locked"]:
            raise user_error("You cannot cancel a locked order. Please unlock it first.")
    for order_id in ids:
        if store.get("sale.order", order_id)["state"] != "cancel":
            store.update("sale.order", order_id, {"state": "cancel"})
            warehouse.cancel_open(store, order_id)


def back_to_draft(store: Store, ids: list[int]) -> None:
    for order_id in ids:
        if store.get("sale.order", order_id)["state"] == "cancel":
            store.update("sale.order", order_id, {"state": "draft"})


def lock(store: Store, ids: list[int], *, locked: bool) -> None:
    for order_id in ids:
        store.update("sale.order", order_id, {"locked": locked})


def copy_order(store: Store, order_id: int) -> int:
    order = store.get("sale.order", order_id)
    kept = ("partner_id", "pricelist_id", "payment_term_id", "note", "warehouse_id", "origin")
    copied = store.insert(
        "sale.order",
        {
            **order_defaults(store, {"partner_id": order["partner_id"]}),
            **{n: order[n] for n in kept},
        },
    )
    for line in store.find("sale.order.line", "order_id", order_id):
        fresh = {name: value for name, value in line.items() if name != "id"}
        store.insert("sale.order.line", {**fresh, "order_id": copied["id"]})
    return int(copied["id"])


def by_any_name(store: Store, ref: int | str) -> int:
    """Id of an order by id, number, source document or customer reference (the newest of
    several)."""
    if isinstance(ref, int):
        return int(store.get("sale.order", ref)["id"])
    found = store.find("sale.order", "origin", ref)
    found = found or store.find("sale.order", "client_order_ref", ref)
    found = found or [one for one in store.table("sale.order").values() if one["name"] == ref]
    if not found:
        raise missing("sale.order", ref, store.uid)
    return int(found[-1]["id"])
