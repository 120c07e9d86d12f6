"""What the warehouse does: deliveries follow the order's lines; staff picks and ships."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.computed import picking_state, value_of
from integrations.adapters.odoo.sandbox.depots import (
    OPEN,
    is_outgoing,
    note_reserved,
    on_hand,
    put,
    warehouse_of,
)
from integrations.adapters.odoo.sandbox.faults import user_error
from integrations.adapters.odoo.sandbox.store import Row, Store


def follow_lines(store: Store, order_id: int) -> None:
    """Brings the open moves of an order to what its lines still have to deliver."""
    goods: set[int] = set()
    for line in store.find("sale.order.line", "order_id", order_id):
        if not line["product_id"]:
            continue
        product = store.get("product.product", line["product_id"])
        if value_of(store, "product.product", product, "type") != "consu":
            continue
        goods.add(product["id"])
        moves = [
            one
            for one in store.find("stock.move", "sale_line_id", line["id"])
            if is_outgoing(store, one)
        ]
        done = sum((Decimal(one["quantity"]) for one in moves if one["state"] == "done"), Decimal())
        still = max(Decimal(line["product_uom_qty"]) - done, Decimal(0))
        _set_open(store, order_id, line, [one for one in moves if one["state"] in OPEN], still)
    reserve(store, goods)


def _set_open(
    store: Store, order_id: int, line: Row, open_moves: list[Row], still: Decimal
) -> None:
    if open_moves:
        first, *others = open_moves
        for move in others:
            store.update("stock.move", move["id"], {"state": "cancel", "product_uom_qty": 0})
        state = "confirmed" if still else "cancel"
        store.update("stock.move", first["id"], {"product_uom_qty": still, "state": state})
    elif still:
        values = {
            "picking_id": _open_picking(store, order_id)["id"],
            "product_id": line["product_id"],
            "product_uom_qty": still,
            "sale_line_id": line["id"],
            "state": "confirmed",
        }
        store.insert("stock.move", values)


def _open_picking(store: Store, order_id: int) -> Row:
    for picking in store.find("stock.picking", "sale_id", order_id):
        moves = store.find("stock.move", "picking_id", picking["id"])
        if not picking["is_done"] and any(move["state"] in OPEN for move in moves):
            return picking
    order = store.get("sale.order", order_id)
    return new_picking(store, order, scheduled=order["commitment_date"])


def new_picking(store: Store, order: Row, *, scheduled: Any, first: Row | None = None) -> Row:
    """`first` is the delivery of which this one is the backorder."""
    return store.insert(
        "stock.picking",
        {
            "name": store.next_number("WH/OUT/", 5),
            "origin": order["name"],
            "sale_id": order["id"],
            "partner_id": order["partner_shipping_id"],
            "scheduled_date": scheduled or store.now() + timedelta(days=1),
            "carrier_id": first["carrier_id"] if first else order["carrier_id"],
            "backorder_id": first["id"] if first else False,
        },
    )


def reserve(store: Store, product_ids: Iterable[int]) -> None:
    """Gives what is on hand to the open moves of these products, oldest first."""
    for product_id in set(product_ids):
        left: dict[int, Decimal | None] = {}
        taken = {one: Decimal(0) for one in sorted(store.table("stock.warehouse"))}
        for move in store.find("stock.move", "product_id", product_id):
            if move["state"] in OPEN and is_outgoing(store, move):
                depot = warehouse_of(store, move)
                there = left.setdefault(depot, on_hand(store, product_id, depot))
                got = _reserve_one(store, move, there)
                left[depot] = None if there is None else there - got
                taken[depot] += got
        for depot, reserved in taken.items():
            note_reserved(store, product_id, depot, reserved)


def _reserve_one(store: Store, move: Row, left: Decimal | None) -> Decimal:
    wanted = Decimal(move["product_uom_qty"])
    got = wanted if left is None else min(wanted, max(left, Decimal(0)))
    state = "assigned" if got == wanted else "partially_available" if got else "confirmed"
    if (state, got) != (move["state"], move["quantity"]) and not move["picked"]:
        store.update("stock.move", move["id"], {"state": state, "quantity": got})
    return got


def cancel_open(store: Store, order_id: int) -> None:
    freed: set[int] = set()
    for picking in store.find("stock.picking", "sale_id", order_id):
        for move in store.find("stock.move", "picking_id", picking["id"]):
            if move["state"] in OPEN:
                store.update("stock.move", move["id"], {"state": "cancel"})
                freed.add(move["product_id"])
        store.update("stock.picking", picking["id"], {})
    reserve(store, freed)


# ---------------------------------------------------------------- staff


def validate(store: Store, picking_id: int, *, skip_backorder: bool = False) -> Any:
    """`button_validate`: true, or the wizard's action (and nothing moved) for a partial one."""
    picking = store.get("stock.picking", picking_id)
    moves = [
        one for one in store.find("stock.move", "picking_id", picking_id) if one["state"] in OPEN
    ]
    if any(move["picked"] for move in moves):
        part = {move["id"]: Decimal(move["quantity"]) if move["picked"] else 0 for move in moves}
    else:
        part = {move["id"]: Decimal(move["quantity"]) for move in moves}
    is_partial = any(part[one["id"]] < Decimal(one["product_uom_qty"]) for one in moves)
    if is_partial and not skip_backorder:
        return _wizard(picking_id)
    ship(store, picking, {one: Decimal(quantity) for one, quantity in part.items()})
    return True


def _wizard(picking_id: int) -> dict[str, Any]:
    return {
        "name": "Create Backorder?",
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": "stock.backorder.confirmation",
        "views": [[1018, "form"]],
        "view_id": 1018,
        "target": "new",
        "context": {
            "button_validate_picking_ids": [picking_id],
            "default_show_transfers": False,
            "default_pick_ids": [[4, picking_id]],
        },
    }


def ship(store: Store, picking: Row, quantities: Mapping[int, Decimal]) -> None:
    """Moves what was picked; the rest goes into a new delivery, the backorder of this one."""
    order = store.get("sale.order", picking["sale_id"])
    backorder: Row | None = None
    moved: set[int] = set()
    for move in store.find("stock.move", "picking_id", picking["id"]):
        if move["state"] not in OPEN:
            continue
        wanted, gone = Decimal(move["product_uom_qty"]), quantities.get(move["id"], Decimal(0))
        _take(store, move, gone)
        moved.add(move["product_id"])
        if gone < wanted:
            backorder = backorder or new_picking(
                store, order, scheduled=picking["scheduled_date"], first=picking
            )
            _split(store, move, gone, backorder["id"])
        else:
            _done(store, move, gone)
    store.update("stock.picking", picking["id"], {"is_done": True, "date_done": store.now()})
    store.update("sale.order", order["id"], {})
    reserve(store, moved)


def _take(store: Store, move: Row, quantity: Decimal) -> None:
    depot = warehouse_of(store, move)
    there = on_hand(store, move["product_id"], depot)
    if there is not None:
        put(store, move["product_id"], depot, there - quantity)


def _split(store: Store, move: Row, gone: Decimal, backorder_id: int) -> None:
    rest = Decimal(move["product_uom_qty"]) - gone
    if not gone:
        store.update("stock.move", move["id"], {"picking_id": backorder_id, "picked": False})
        return
    fresh = {name: value for name, value in move.items() if name != "id"}
    fresh.update(picking_id=backorder_id, product_uom_qty=rest, quantity=0, picked=False)
    store.insert("stock.move", {**fresh, "state": "confirmed"})
    _done(store, move, gone)


def _done(store: Store, move: Row, gone: Decimal) -> None:
    store.update(
        "stock.move",
        move["id"],
        {"state": "done", "quantity": gone, "product_uom_qty": gone, "picked": True},
    )


def deliver(
    store: Store,
    order_id: int,
    quantities: Mapping[str, Decimal] | None = None,
    *,
    tracking: str = "",
    carrier: str = "",
) -> int:
    """Ships from the open delivery of an order; returns its id.

    `quantities` by SKU or by id of the order line; None: all that is still to leave.
    """
    picking = _picking_to_ship(store, order_id)
    moves = [
        one for one in store.find("stock.move", "picking_id", picking["id"]) if one["state"] in OPEN
    ]
    if quantities is None:
        part = {one["id"]: Decimal(one["product_uom_qty"]) for one in moves}
    else:
        part = _share_out(store, moves, quantities)
    values: Row = {"carrier_tracking_ref": tracking or False}
    if carrier:
        values["carrier_id"] = _carrier(store, carrier)
    store.update("stock.picking", picking["id"], values)
    ship(store, store.get("stock.picking", picking["id"]), part)
    return int(picking["id"])


def _picking_to_ship(store: Store, order_id: int) -> Row:
    for picking in store.find("stock.picking", "sale_id", order_id):
        if picking_state(store, "stock.picking", picking, "state") not in {"done", "cancel"}:
            return picking
    raise user_error("There is nothing to deliver.")


def _share_out(
    store: Store, moves: list[Row], quantities: Mapping[str, Decimal]
) -> dict[int, Decimal]:
    left = {str(name): Decimal(str(quantity)) for name, quantity in quantities.items()}
    part: dict[int, Decimal] = {}
    for move in moves:
        sku = str(store.get("product.product", move["product_id"])["default_code"])
        name = str(move["sale_line_id"]) if str(move["sale_line_id"]) in left else sku
        part[move["id"]] = min(left.get(name, Decimal(0)), Decimal(move["product_uom_qty"]))
        left[name] = left.get(name, Decimal(0)) - part[move["id"]]
    over = {name: quantity for name, quantity in left.items() if quantity > 0}
    if over:
        raise user_error(f"Not in this delivery: {over}")
    return part


def _carrier(store: Store, name: str) -> int:
    for row in store.table("delivery.carrier").values():
        if row["name"] == name:
            return int(row["id"])
    return int(store.insert("delivery.carrier", {"name": name})["id"])
