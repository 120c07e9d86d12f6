"""The money of an order as the Admin API shows it: summary, credits, collections, payments."""

from decimal import Decimal

from integrations.adapters.medusa.sandbox.money import both, raw
from integrations.adapters.medusa.sandbox.orders import Collection, Entry, Order, Payment
from integrations.adapters.medusa.sandbox.refusals import Json

ZERO = Decimal(0)


def payment_json(payment: Payment) -> Json:
    """A payment as its own routes show it."""
    return {
        "id": payment.id,
        "currency_code": payment.currency,
        "amount": payment.amount,
        "captured_at": payment.captured_at,
        "payment_collection_id": payment.collection_id,
        "payment_session_id": payment.session_id,
        "captures": [{"id": one.id, "amount": one.amount} for one in payment.captures],
        "refunds": [
            {"id": one.id, "amount": one.amount, "payment_id": payment.id}
            for one in payment.refunds
        ],
    }


def summary(order: Order) -> Json:
    """The running totals of an order, each number twice."""
    paid = sum((payment.captured for payment in order.payments), ZERO)
    refunded = sum((payment.refunded for payment in order.payments), ZERO)
    numbers = {
        "paid_total": paid,
        "refunded_total": refunded,
        "accounting_total": order.total,
        "credit_line_total": order.credit,
        "transaction_total": paid - refunded,
        "pending_difference": order.total - paid + refunded,
        "current_order_total": order.total,
        "original_order_total": order.original_total,
    }
    return {**numbers, **{f"raw_{name}": raw(value) for name, value in numbers.items()}}


def credit(entry: Entry, order: Order) -> Json:
    """A credit line: what a refund leaves behind."""
    return {
        "id": entry.id,
        "order_id": order.id,
        "reference": "refund",
        "metadata": None,
        **both("amount", entry.amount),
        "created_at": entry.created_at,
    }


def collection_row(collection: Collection) -> Json:
    """A payment collection with its payments."""
    captured = sum((payment.captured for payment in collection.payments), ZERO)
    refunded = sum((payment.refunded for payment in collection.payments), ZERO)
    return {
        "id": collection.id,
        "currency_code": collection.currency,
        "completed_at": collection.completed_at,
        "status": collection.status,
        "metadata": None,
        "created_at": collection.created_at,
        "updated_at": collection.updated_at,
        "deleted_at": None,
        "payments": [_payment(payment) for payment in collection.payments],
        **both("amount", collection.amount),
        **both("authorized_amount", sum((one.amount for one in collection.payments), ZERO)),
        **both("captured_amount", captured),
        **both("refunded_amount", refunded),
    }


def _payment(payment: Payment) -> Json:
    return {
        "id": payment.id,
        "currency_code": payment.currency,
        "provider_id": "pp_system_default",
        "data": {},
        "metadata": None,
        "captured_at": payment.captured_at,
        "canceled_at": payment.canceled_at,
        "payment_collection_id": payment.collection_id,
        "payment_session": {"id": payment.session_id},
        "created_at": payment.created_at,
        "updated_at": payment.updated_at,
        "deleted_at": None,
        "payment_session_id": payment.session_id,
        "refunds": [_entry(one) for one in payment.refunds],
        "captures": [_entry(one) for one in payment.captures],
        **both("amount", payment.amount),
    }


def _entry(entry: Entry) -> Json:
    return {"id": entry.id, **both("amount", entry.amount), "created_at": entry.created_at}


def payment_status(order: Order) -> str:
    """Medusa's word for where the money is."""
    live = [one for one in order.collections if one.status != "canceled"]
    captured = sum((payment.captured for payment in order.payments), ZERO)
    refunded = sum((payment.refunded for payment in order.payments), ZERO)
    if refunded:
        return "refunded" if refunded >= captured else "partially_refunded"
    if not live:
        return "canceled" if order.collections else "not_paid"
    # Also while money is still due: one completed collection is enough for Medusa.
    statuses = {one.status for one in live}
    for status, word in (
        ("completed", "captured"),
        ("partially_captured", "partially_captured"),
        ("authorized", "authorized"),
    ):
        if status in statuses:
            return word
    return "not_paid"
