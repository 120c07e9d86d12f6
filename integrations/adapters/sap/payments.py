"""Captured payments: a line in the text of the order.

SAP's services for sales book no payment, and which account a card provider's money belongs to is
accounting's decision. So SAP is told, and accounting books.
"""

from integrations.adapters.sap.listing import Listing
from integrations.adapters.sap.wire import number_text
from integrations.records import PaymentNotice


class Payments(Listing):
    """Implements `RecordsPayments`."""

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        """The marker of this payment where the order's text has it.

        Empty when the connection says not to tell SAP: there is nothing to look for.
        """
        if not self._tells_payments:
            return ""
        text = self.text_of_order(self.order_row(ref, "to_Text")) or ""
        return _marker(notice) if _marker(notice) in text else None

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        """The marker of the payment; empty when the connection says not to tell SAP.

        Looks first. Raises Conflict where somebody saved the order at the same time.
        """
        if not self._tells_payments:
            return ""
        row = self.order_row(ref, "to_Text")
        if _marker(notice) not in (self.text_of_order(row) or ""):
            self.change_guarded(row, self.text_writes(row, _text(notice)))
        return _marker(notice)

    @property
    def _tells_payments(self) -> bool:
        return self.settings.payment_mode == "note" and bool(self.settings.text_id)


def _marker(notice: PaymentNotice) -> str:
    return f"[payment {notice.our_ref}]"


def _text(notice: PaymentNotice) -> str:
    word = "refunded" if notice.amount < 0 else "captured"
    day = notice.captured_at.strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"Payment {word} in the storefront: {number_text(abs(notice.amount))} {notice.currency} "
        f"by {notice.provider} on {day}. {_marker(notice)}"
    )
