"""Captured payments: a line in the log of the order.

The service user has no right to book payments, and which journal a card provider's money
belongs to is accounting's decision. So Odoo is told, and accounting books.
"""

from integrations.adapters.odoo.cancelling import Cancelling
from integrations.adapters.odoo.wire import number_text
from integrations.records import PaymentNotice


class Payments(Cancelling):
    """Implements `RecordsPayments`."""

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        """The id of the log message with the marker of this payment.

        Empty when the connection says not to tell Odoo: there is nothing to look for.
        """
        if self.settings.payment_mode == "none":
            return ""
        known = self._find_message(int(ref), _marker(notice))
        return None if known is None else str(known)

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        """The id of the log message; empty when the connection says not to tell Odoo.

        Looks first, so that a repeat adds no second message.
        """
        known = self.find_payment(ref, notice)
        return str(self._log(int(ref), _text(notice))) if known is None else known

    def _find_message(self, order_id: int, marker: str) -> int | None:
        rows = self.client.call(
            "mail.message",
            "search_read",
            writes=False,
            # `_` in a pattern stands for any character: what is found is compared below
            domain=[
                ["model", "=", "sale.order"],
                ["res_id", "=", order_id],
                ["body", "like", marker],
            ],
            fields=["body"],
            order="id",
        )
        return next((int(row["id"]) for row in rows if marker in str(row["body"])), None)


def _marker(notice: PaymentNotice) -> str:
    return f"[payment {notice.our_ref}]"


def _text(notice: PaymentNotice) -> str:
    word = "refunded" if notice.amount < 0 else "captured"
    amount = number_text(abs(notice.amount))
    day = notice.captured_at.strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"Payment {word} in the storefront: {amount} {notice.currency} by {notice.provider} "
        f"on {day}. {_marker(notice)}"
    )
