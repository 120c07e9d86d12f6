"""Records as REST shows them: empty fields left out, references as {"id", "refName"}."""

from typing import Any

from integrations.adapters.netsuite.sandbox import amounts
from integrations.adapters.netsuite.sandbox.store import Line, Row, Store, Transaction

STATUSES = {
    "A": "Pending Approval",
    "B": "Pending Fulfillment",
    "C": "Cancelled",
    "D": "Partially Fulfilled",
    "E": "Pending Billing/Partially Fulfilled",
    "F": "Pending Billing",
    "G": "Billed",
    "H": "Closed",
}


def named(store: Store, table: str, ref: Any, name: str = "name") -> Row:
    row = store.table(table).get(int(ref), {})
    return {"id": str(ref), "refName": str(row.get(name) or "")}


def order_view(store: Store, one: Transaction, *, is_expanded: bool) -> Row:
    found = {
        "id": str(one.id),
        "externalId": one.externalid or None,
        "tranId": one.tranid,
        "entity": named(store, "customer", one.entity, "companyname"),
        "currency": named(store, "currency", one.currency),
        "status": {"id": one.status, "refName": STATUSES[one.status]},
        "orderStatus": {"id": one.status, "refName": STATUSES[one.status]},
        "tranDate": one.trandate,
        "subtotal": one.subtotal,
        "discountTotal": 0,
        "taxTotal": one.tax,
        "total": one.total,
        "item": {"items": [_line_view(store, one, line) for line in one.lines]}
        if is_expanded
        else {"links": []},
        **one.header,
    }
    return {name: value for name, value in found.items() if value is not None}


def _line_view(store: Store, one: Transaction, line: Line) -> Row:
    found = {
        "line": line.id,
        "item": named(store, "item", line.item, "itemid"),
        "quantity": line.quantity,
        "price": {"id": line.price} if line.price else None,
        "rate": line.rate,
        "amount": line.amount,
        "description": line.description,
        "isClosed": line.is_closed,
        "taxCode": {"id": line.tax_code} if line.tax_code else None,
        "quantityFulfilled": line.shipped,
        "quantityBilled": line.billed,
        "quantityCommitted": line.committed,
        "quantityBackOrdered": amounts.backordered(store, one, line),
        **line.custom,
    }
    return {name: value for name, value in found.items() if value is not None}


def customer_view(store: Store, row: Row) -> Row:
    hold = row.get("creditholdoverride") or "AUTO"
    found = {
        "id": str(row["id"]),
        "entityId": row["entityid"],
        "companyName": row["companyname"],
        "currency": named(store, "currency", row["currency"]),
        "terms": named(store, "term", row["terms"]) if row.get("terms") else None,
        "parent": {"id": str(row["parent"])} if row.get("parent") else None,
        "creditHoldOverride": {"id": hold, "refName": hold.title()},
        "creditLimit": row.get("creditlimit"),
        "balance": row.get("balance"),
        "overdueBalance": row.get("overduebalance"),
        "daysOverdue": row.get("daysoverdue"),
        "depositBalance": row.get("depositbalance"),
        "unbilledOrders": row.get("unbilledorders"),
        "isInactive": row.get("isinactive") == "T",
    }
    return {name: value for name, value in found.items() if value is not None}
