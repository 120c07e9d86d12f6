"""Telling the ERP of captured payments."""

from typing import Any

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.base import Settling
from integrations.errors import Conflict
from integrations.records import PaymentNotice


class Payments(Settling):
    """Implements `RecordsPayments`."""

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        section = self.mapping["payments"]
        try:
            found = self.client.all_rows(section["find"], _values(ref, notice))
        except NotThere:
            return None
        rows = [self.row(raw, section["fields"]) for raw in found]
        # a note may hold more than our reference, but never another payment's
        return next(
            (row.text("ref") for row in rows if row.text("our_ref") == notice.our_ref), None
        )

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        """Looks first; a refusal as a duplicate is looked at once more."""
        known = self.find_payment(ref, notice)
        if known is not None:
            return known
        record = self.mapping["payments"]["record"]
        try:
            reply = self.client.call(
                record, _values(ref, notice), writes=True, currency=notice.currency
            )
        except Conflict:
            known = self.find_payment(ref, notice)
            if known is None:
                raise
            return known
        return self.new_ref(record, reply)


def _values(ref: str, notice: PaymentNotice) -> dict[str, Any]:
    return {
        "ref": ref,
        "number": ref,
        "our_ref": notice.our_ref,
        "amount": notice.amount,
        "paid_amount": abs(notice.amount),
        "currency": notice.currency,
        "provider": notice.provider,
        "captured_at": notice.captured_at,
        "kind": "refund" if notice.amount < 0 else "payment",
    }
