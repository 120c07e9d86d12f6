"""Warehouses, what lies in them, and goods that come back: quants follow what happens.

The first warehouse is the main one: a product whose `on_hand` is False is never short there
and has no quant. Elsewhere what has no quant is not there.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.store import Row, Store

OPEN = {"assigned", "partially_available", "confirmed", "waiting"}


def main_warehouse(store: Store) -> int:
    return min(store.table("stock.warehouse"))


def warehouse_of(store: Store, move: Row) -> int:
    picking = store.get("stock.picking", move["picking_id"])
    order = store.get("sale.order", picking["sale_id"]) if picking["sale_id"] else None
    return int((order and order["warehouse_id"]) or main_warehouse(store))


def is_outgoing(store: Store, move: Row) -> bool:
    picking = move["picking_id"] and store.get("stock.picking", move["picking_id"])
    return bool(picking) and picking["picking_type_code"] == "outgoing"


def on_hand(store: Store, product_id: int, warehouse: int) -> Decimal | None:
    """None: never short."""
    if warehouse == main_warehouse(store):
        known = store.get("product.product", product_id)["on_hand"]
        return None if known is False else Decimal(known)
    quant = _quant(store, product_id, warehouse)
    return Decimal(quant["quantity"]) if quant else Decimal(0)


def put(store: Store, product_id: int, warehouse: int, quantity: Decimal) -> None:
    """What lies there now."""
    if warehouse == main_warehouse(store):
        values = {"on_hand": quantity}
        store.update("product.product", product_id, values, is_silent=True)
    _keep(store, product_id, warehouse, {"quantity": quantity})


def note_reserved(store: Store, product_id: int, warehouse: int, reserved: Decimal) -> None:
    there = on_hand(store, product_id, warehouse)
    if there is not None:
        values = {"quantity": there, "reserved_quantity": reserved}
        _keep(store, product_id, warehouse, values)


def _keep(store: Store, product_id: int, warehouse: int, values: Row) -> None:
    quant = _quant(store, product_id, warehouse)
    if quant is None and any(values.values()):
        location = store.get("stock.warehouse", warehouse)["lot_stock_id"]
        if location:
            of = {"product_id": product_id, "location_id": location}
            store.insert("stock.quant", {**of, **values})
    elif quant is not None and any(quant[name] != value for name, value in values.items()):
        store.update("stock.quant", quant["id"], values)


def _quant(store: Store, product_id: int, warehouse: int) -> Row | None:
    location = store.get("stock.warehouse", warehouse)["lot_stock_id"]
    found = store.find("stock.quant", "product_id", product_id)
    return next((one for one in found if one["location_id"] == location), None)


def take_back(store: Store, order_id: int, quantities: Mapping[int, Decimal]) -> int:
    """Goods come back by id of the order line: an incoming delivery with `return_id`."""
    order = store.get("sale.order", order_id)
    first = next(one for one in store.find("stock.picking", "sale_id", order_id) if one["is_done"])
    picking = store.insert("stock.picking", _return_values(store, order, first))
    for line_id, quantity in quantities.items():
        line = store.get("sale.order.line", line_id)
        move = {
            "picking_id": picking["id"],
            "product_id": line["product_id"],
            "product_uom_qty": quantity,
            "quantity": quantity,
            "picked": True,
            "state": "done",
            "sale_line_id": line_id,
        }
        store.insert("stock.move", move)
        _add(store, line["product_id"], int(order["warehouse_id"]), quantity)
    store.update("sale.order", order_id, {})
    return int(picking["id"])


def _return_values(store: Store, order: Row, first: Row) -> Row:
    return {
        "name": store.next_number("WH/IN/", 5),
        "origin": f"Return of {first['name']}",
        "sale_id": order["id"],
        "partner_id": order["partner_shipping_id"],
        "picking_type_code": "incoming",
        "scheduled_date": store.now(),
        "return_id": first["id"],
        "is_done": True,
        "date_done": store.now(),
    }


def _add(store: Store, product_id: int, warehouse: int, quantity: Decimal) -> None:
    there = on_hand(store, product_id, warehouse)
    if there is not None:
        put(store, product_id, warehouse, there + quantity)


# ---------------------------------------------------------------- computed


def quant_warehouse(store: Store, model: str, row: Row, name: str) -> Any:
    return store.get("stock.location", row["location_id"])["warehouse_id"]


def quant_available(store: Store, model: str, row: Row, name: str) -> Decimal:
    return Decimal(row["quantity"]) - Decimal(row["reserved_quantity"])


DEPOT_COMPUTES = {one.__name__: one for one in (quant_warehouse, quant_available)}
