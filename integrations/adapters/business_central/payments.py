"""Captured payments: a line in a customer payment journal, for accounting to post.

The journal is named on the connection; the app posts nothing. A posted line leaves the
journal; its description stays in the general ledger.
"""

from integrations.adapters.business_central.cancelling import Cancelling
from integrations.adapters.business_central.refs import LONGEST_REF, order_number
from integrations.adapters.business_central.wire import id_of, quoted
from integrations.errors import NeedsOperator
from integrations.records import PaymentNotice


class Payments(Cancelling):
    """Implements `RecordsPayments`."""

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        """The id of the journal line, or of the ledger entry it became; empty when the
        connection says not to tell: there is nothing to look for."""
        if not self.settings.payment_journal_id:
            return ""
        # by the description, which holds the whole reference; a code might cut it
        query = {"$select": "id", "$filter": f"description eq {quoted(_description(notice))}"}
        for path in (self._journal(), self.client.company("generalLedgerEntries")):
            for row in self.client.rows(path, query):
                return id_of(row["id"])
        return None

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        """The id of the journal line; empty when the connection says not to tell.

        Raises NeedsOperator for a payment in a foreign currency: a line of that journal counts
        in the currency of the company.
        """
        known = self.find_payment(ref, notice)
        if known is not None:
            return known
        if notice.currency != self.local_currency():
            raise _foreign(notice, self.local_currency())
        made = self.client.post(
            self._journal(),
            {
                "customerId": self._customer_of(order_number(ref)),
                "postingDate": notice.captured_at.date().isoformat(),
                "externalDocumentNumber": _code(notice),
                # what a customer pays is a credit, which journals write with a minus
                "amount": -notice.amount,
                "description": _description(notice),
                "comment": f"{notice.provider}, {notice.captured_at:%Y-%m-%d %H:%M} UTC",
            },
        )
        return id_of(made["id"]) if made else ""

    def _journal(self) -> str:
        journal = self.settings.payment_journal_id
        return self.client.company(f"customerPaymentJournals({journal})/customerPayments")

    def _customer_of(self, number: str) -> str:
        row = self._row_or_none(number)
        if row is not None:
            return id_of(row["customerId"])
        for invoice in self.invoices_of([number]):
            return id_of(invoice["customerId"])
        raise NeedsOperator(
            f"Business Central knows no order {number!r} to tell a payment of.",
            reason="order_gone",
            cause=f"order_gone:{number}",
            hint="Enter the payment there by hand, then skip this step.",
        )


def _code(notice: PaymentNotice) -> str:
    return notice.our_ref.strip().upper()[:LONGEST_REF]


def _description(notice: PaymentNotice) -> str:
    word = "Refund" if notice.amount < 0 else "Payment"
    return f"{word} {notice.our_ref}"[:100]


def _foreign(notice: PaymentNotice, local: str) -> NeedsOperator:
    return NeedsOperator(
        f"Payment {notice.our_ref} is in {notice.currency}; the payment journal takes {local}.",
        reason="payment_currency",
        cause=f"payment_currency:{notice.currency}",
        hint="Enter it in Business Central by hand, then skip this step.",
    )
