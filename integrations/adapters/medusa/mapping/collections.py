"""A payment collection as Medusa shows it to `PaymentCollection`."""

from integrations.adapters.medusa.mapping.values import Row, exact, text
from integrations.records import PaymentCollection

COLLECTION_FIELDS = "id,*payment_collections"


def to_collection(row: Row) -> PaymentCollection:
    status = text(row, "status")
    return PaymentCollection(
        collection_id=text(row, "id"),
        amount=exact(row, "amount"),
        is_open=status == "not_paid",
        is_paid=status == "completed",
    )
