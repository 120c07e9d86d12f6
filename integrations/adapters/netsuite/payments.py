"""Captured payments: a line in the order's memo, or a customer deposit on the order.

A deposit is booked, so accounting must want it. A refund is always a note: which payment it
gives back, and from which account, is accounting's decision.
"""

from typing import Any

from integrations.adapters.netsuite.answers import AlreadyThere
from integrations.adapters.netsuite.changing import Changing
from integrations.adapters.netsuite.mapping import MOST_MEMO
from integrations.adapters.netsuite.refs import PAYMENT, external_id
from integrations.adapters.netsuite.wire import id_of, number_text, text_of
from integrations.errors import NeedsOperator
from integrations.records import PaymentNotice


class Payments(Changing):
    """Implements `RecordsPayments`."""

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        """`deposit:12`, `memo:12:pay_1` (the order's id and our reference), or None.

        Empty when the connection says not to tell NetSuite: there is nothing to look for.
        """
        if self.settings.payment_mode == "none":
            return ""
        if self._is_deposit(notice):
            return self._find_deposit(notice)
        memo = text_of(self._held(ref).get("memo"))
        return _note_ref(ref, notice) if _marker(notice) in memo else None

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        known = self.find_payment(ref, notice)
        if known is not None:
            return known
        return self._deposit(ref, notice) if self._is_deposit(notice) else self._note(ref, notice)

    def _is_deposit(self, notice: PaymentNotice) -> bool:
        return self.settings.payment_mode == "deposit" and notice.amount > 0

    # -- a deposit: its external id is unique, so that a repeat finds the first

    def _find_deposit(self, notice: PaymentNotice) -> str | None:
        key = external_id(PAYMENT, notice.our_ref)
        found = self.client.record(f"customerDeposit/eid:{key}")
        return f"deposit:{found['id']}" if found is not None else None

    def _deposit(self, ref: str, notice: PaymentNotice) -> str:
        try:
            made = self.client.create("customerDeposit", self._deposit_request(ref, notice))
        except AlreadyThere:
            made = ""
        found = f"deposit:{made}" if made else self._find_deposit(notice)
        if found is None:
            raise NeedsOperator(
                f"Another transaction in NetSuite has the external id of payment {notice.our_ref}.",
                reason="external_id_taken",
                cause=f"external_id_taken:{notice.our_ref}",
                hint="Take the external id off that transaction in NetSuite, then requeue.",
            )
        return found

    def _deposit_request(self, ref: str, notice: PaymentNotice) -> dict[str, Any]:
        account = self.settings.deposit_account_id
        body: dict[str, Any] = {
            "externalId": external_id(PAYMENT, notice.our_ref),
            "customer": {"id": id_of(self._held(ref).get("entity"))},
            "salesOrder": {"id": ref},
            "currency": {"id": self.currency(notice.currency).ref},
            "payment": notice.amount,
            "tranDate": notice.captured_at.astimezone(self.settings.zone).date().isoformat(),
            "memo": _text(notice),
            "undepFunds": not account,
        }
        return body | ({"account": {"id": account}} if account else {})

    # -- a note

    def _note(self, ref: str, notice: PaymentNotice) -> str:
        memo = f"{text_of(self._held(ref).get('memo'))}\n{_text(notice)}".strip()
        if len(memo) > MOST_MEMO:
            raise NeedsOperator(
                f"The memo of the order is full; payment {notice.our_ref} does not fit in.",
                reason="memo_full",
                hint="Shorten the memo in NetSuite and requeue, or book payments as deposits "
                "(setting 'payment_mode').",
            )
        self.client.update(f"salesOrder/{ref}", {"memo": memo})
        return _note_ref(ref, notice)


def _note_ref(ref: str, notice: PaymentNotice) -> str:
    return f"memo:{ref}:{notice.our_ref}"


def _marker(notice: PaymentNotice) -> str:
    return f"[payment {notice.our_ref}]"


def _text(notice: PaymentNotice) -> str:
    word = "refunded" if notice.amount < 0 else "captured"
    day = notice.captured_at.strftime("%Y-%m-%d %H:%M UTC")
    amount = number_text(abs(notice.amount))
    return (
        f"Payment {word}: {amount} {notice.currency} by {notice.provider} on {day}. "
        f"{_marker(notice)}"
    )
