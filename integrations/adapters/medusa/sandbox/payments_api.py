"""Admin API: payments, and collections that are paid outside of the shop."""

from decimal import Decimal

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.ids import new_id
from integrations.adapters.medusa.sandbox.orders import Collection, Order, Payment
from integrations.adapters.medusa.sandbox.orders_api import OrdersApi
from integrations.adapters.medusa.sandbox.payment_view import payment_json
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Shape,
    body_of,
    endpoint,
    not_allowed,
    not_found,
)
from integrations.standin import Request

_CAPTURE = Shape({"amount": "number"})
_REFUND = Shape({"amount": "number", "note": "text", "refund_reason_id": "text"})
_COLLECTION = Shape({"order_id": "text!", "amount": "number"})
_PAID = Shape({"order_id": "text!"})


class PaymentsApi(OrdersApi):
    @endpoint("GET", "/admin/payments/{id}", "payments.read")
    def read_payment(self, request: Request) -> Json:
        order, payment = self.payment(request.path_values["id"])
        return {"payment": _view(order, payment, request)}

    @endpoint("POST", "/admin/payments/{id}/capture", "payments.capture")
    def capture_payment(self, request: Request) -> Json:
        amount = body_of(request, _CAPTURE).get("amount")
        order, payment = self.payment(request.path_values["id"])
        self._capture(order, payment, amount)
        return {"payment": _view(order, payment, request)}

    @endpoint("POST", "/admin/payments/{id}/refund", "payments.refund")
    def refund_payment(self, request: Request) -> Json:
        amount = body_of(request, _REFUND).get("amount")
        order, payment = self.payment(request.path_values["id"])
        self._refund(order, payment, amount)
        return {"payment": _view(order, payment, request)}

    @endpoint("POST", "/admin/payment-collections", "payment_collections.create")
    def create_collection(self, request: Request) -> Json:
        body = body_of(request, _COLLECTION)
        order = self.order(body["order_id"])
        collection = Collection(Decimal(body.get("amount", order.total)), order.currency)
        order.collections.append(collection)
        return {"payment_collection": _collection(collection)}

    @endpoint("POST", "/admin/payment-collections/{id}/mark-as-paid", "payment_collections.paid")
    def mark_as_paid(self, request: Request) -> Json:
        order = self.order(body_of(request, _PAID)["order_id"])
        collection = self.checkout.collection(request.path_values["id"])
        if collection.status != "not_paid":
            raise not_allowed("Can only mark 'not_paid' payment collection as paid")
        payment = Payment(collection.amount, collection.currency, collection.id)
        collection.payments.append(payment)
        self._capture(order, payment, None)
        return {"payment_collection": _collection(collection)}

    # -- parts

    def payment(self, payment_id: str) -> tuple[Order, Payment]:
        """Raises Refusal (404) for an unknown id."""
        for order in self.checkout.orders.values():
            for payment in order.payments:
                if payment.id == payment_id:
                    return order, payment
        raise not_found(f"Payment with id: {payment_id} was not found")

    def _capture(self, order: Order, payment: Payment, amount: Decimal | None) -> None:
        if order.capture(payment, None if amount is None else Decimal(amount)):
            self.emit("payment.captured", id=payment.id, order_id=order.id, payment_id=payment.id)

    def _refund(self, order: Order, payment: Payment, amount: Decimal | None) -> None:
        order.refund(payment, None if amount is None else Decimal(amount))
        self.emit("payment.refunded", id=payment.id, order_id=order.id, payment_id=payment.id)


def _view(order: Order, payment: Payment, request: Request) -> Json:
    whole = payment_json(payment)
    whole["payment_collection"] = {"id": payment.collection_id, "order": {"id": order.id}}
    whole |= {"provider_id": "pp_system_default", "canceled_at": payment.canceled_at}
    return project(whole, request.param("fields"), default=payment_json(payment))


def _collection(collection: Collection) -> Json:
    paid = sum((payment.captured for payment in collection.payments), Decimal(0))
    is_paid = bool(collection.payments)
    return {
        "id": collection.id,
        "currency_code": collection.currency,
        "amount": collection.amount,
        "status": collection.status,
        "authorized_amount": collection.amount if is_paid else None,
        "captured_amount": paid if is_paid else None,
        "refunded_amount": Decimal(0) if is_paid else None,
        "payment_sessions": [{"id": new_id("payses")} for _ in collection.payments],
        "payments": [payment_json(payment) for payment in collection.payments],
    }
