"""Payment collections: invoices that were paid elsewhere, shown as paid in Medusa."""

from collections.abc import Sequence
from decimal import Decimal

from integrations.adapters.medusa.client import Client
from integrations.adapters.medusa.mapping.collections import COLLECTION_FIELDS, to_collection
from integrations.errors import Rejected
from integrations.records import PaymentCollection


class Collections:
    """Implements CollectsPayments over Medusa's Admin API.

    An order made from a draft has no collection until somebody opens one. Marking one as paid
    makes a payment with `pp_system_default` and captures it.
    """

    _client: Client

    def payment_collections(self, order_id: str) -> Sequence[PaymentCollection]:
        answer = self._client.get(f"/admin/orders/{order_id}", [("fields", COLLECTION_FIELDS)])
        found = answer["order"].get("payment_collections") or []
        return [to_collection(one) for one in found]

    def open_collection(self, order_id: str, amount: Decimal) -> PaymentCollection:
        body = {"order_id": order_id, "amount": amount}
        return to_collection(self._client.post("/admin/payment-collections", body)[_ONE])

    def mark_collected(self, order_id: str, collection_id: str) -> None:
        path = f"/admin/payment-collections/{collection_id}/mark-as-paid"
        try:
            self._client.post(path, {"order_id": order_id})
        except Rejected:  # also of one that is paid already
            if not self._is_paid(order_id, collection_id):
                raise

    def _is_paid(self, order_id: str, collection_id: str) -> bool:
        known = self.payment_collections(order_id)
        return any(one.collection_id == collection_id and one.is_paid for one in known)


_ONE = "payment_collection"
