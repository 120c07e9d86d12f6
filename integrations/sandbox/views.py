"""One order as each system shows it, and where they disagree.

The storefront and the ERP are asked directly, without the adapters that the portal uses.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.flows.totals.currency import round_half_up
from integrations.models import Order
from integrations.sandbox.desks import ErpDesk
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi, basic

SHIPMENTS = 2
_FIELDS = "+total,+currency_code,+metadata,*fulfillments,*fulfillments.labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """`orders` is how many orders carry the reference; `gross_total` is rounded to the
    currency; `payment` is paid, partial or not_paid; `state` is in the system's own words."""

    system: str
    orders: int
    erp_number: str
    currency: str
    gross_total: Decimal
    tracking: tuple[str, ...]
    invoices: tuple[str, ...]
    payment: str
    state: str


SHARED = ("orders", "erp_number", "currency", "gross_total", "tracking", "invoices", "payment")


def disagreements(views: list[OrderView]) -> list[str]:
    """One sentence per fact that is not the same everywhere or not as it must be. Pure."""
    found = [
        f"{one.system} has {one.orders} orders instead of one" for one in views if one.orders != 1
    ]
    found += [
        f"{one.system} knows {len(one.tracking)} tracking numbers instead of {SHIPMENTS}"
        for one in views
        if len(one.tracking) != SHIPMENTS
    ]
    found += [f"{one.system} has no invoice" for one in views if not one.invoices]
    found += [f"{one.system} does not show it as paid" for one in views if one.payment != "paid"]
    for name in SHARED:
        if len({getattr(one, name) for one in views}) > 1:
            said = ", ".join(f"{one.system}: {shown(getattr(one, name))}" for one in views)
            found.append(f"{name.replace('_', ' ')} differs ({said})")
    return found


def storefront_view(shop: MedusaSeed, order_id: str) -> OrderView:
    """What the storefront's own admin shows."""
    admin = ShopApi(shop.url, {"Authorization": basic(shop.secret_key)})
    row = admin.get(f"/admin/orders/{order_id}", fields=_FIELDS)["order"]
    notes: dict[str, str] = row["metadata"] or {}
    fulfilments = [one for one in row["fulfillments"] if one["shipped_at"]]
    labels = [label for one in fulfilments for label in one["labels"]]
    currency = row["currency_code"].upper()
    return OrderView(
        system="storefront",
        orders=1,
        erp_number=notes.get("erp_number", ""),
        currency=currency,
        gross_total=round_half_up(Decimal(str(row["total"])), currency),
        tracking=tuple(sorted(label["tracking_number"] for label in labels)),
        invoices=_names(notes.get("erp_invoices", "")),
        payment=notes.get("erp_payment", ""),
        state=notes.get("erp_status", ""),
    )


def erp_view(desk: ErpDesk, order_id: str) -> OrderView:
    """What the ERP holds, duplicates counted."""
    rows = desk.orders_with(order_id)
    row: dict[str, Any] = rows[0] if rows else _NO_ORDER
    posted = [one for one in row["invoices"] if one["state"] == "posted"]
    shipped = [one for one in row["deliveries"] if one["state"] == "done"]
    currency = row["currency_id"][1]
    return OrderView(
        system="ERP",
        orders=len(rows),
        erp_number=row["name"],
        currency=currency,
        gross_total=round_half_up(Decimal(str(row["amount_total"])), currency),
        tracking=tuple(sorted(one["carrier_tracking_ref"] or "" for one in shipped)),
        invoices=tuple(sorted(one["name"] for one in posted)),
        payment=_joined(one["payment_state"] for one in posted),
        state=f"{row['state']}, delivered: {row['delivery_status']}, {row['invoice_status']}",
    )


def portal_view(order: Order) -> OrderView:
    """What our own rows say."""
    orders = Order.objects.filter(storefront_ref=order.storefront_ref)
    return OrderView(
        system="portal",
        orders=orders.count(),
        erp_number=order.erp_number,
        currency=order.currency,
        gross_total=round_half_up(order.gross_total or Decimal(0), order.currency),
        tracking=tuple(sorted(one.tracking_number for one in order.shipments.all())),
        invoices=tuple(sorted(one.number for one in order.invoices.all())),
        payment=_joined(one.payment_state for one in order.invoices.all()),
        state=order.state,
    )


_NO_ORDER: dict[str, Any] = {
    "name": "",
    "state": "",
    "delivery_status": "",
    "invoice_status": "",
    "currency_id": [0, "EUR"],
    "amount_total": 0,
    "invoices": [],
    "deliveries": [],
}


def shown(value: object) -> str:
    """A fact as people read it."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted(name for name in text.split(", ") if name))


def _joined(states: Any) -> str:
    return ", ".join(dict.fromkeys(states))
