"""How a customer stands: blocks, terms and limit; what they owe, as far as documents tell.

The credit service has the limit and a block, not the exposure. It is added up from invoices that
are not cleared and orders of which nothing is delivered or invoiced: what lies between counts in
neither, and orders count net.
"""

from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.sap.customer_mapping import block_reason, credit_limit
from integrations.adapters.sap.customers import Customers
from integrations.adapters.sap.fields import (
    BILL,
    BILLING,
    ORDER,
    ORDERS,
)
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.wire import Row, number_of, plain, quoted, text_of
from integrations.records import CreditStanding

_NOT_POSTED = {"A", "B", "F", "G"}


class Credit(Customers):
    """Implements `ChecksCredit`."""

    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """Five calls. What the portal pushed and SAP holds for its total counts already."""
        as_of = datetime.now(UTC)
        area, customer = self.customer_in_area(customer_ref)
        number = text_of(customer["Customer"])
        accounts = self.credit_accounts([number])
        account = (accounts or {}).get(number)
        currency = text_of((account or area).get("CreditSegmentCurrency")) or text_of(
            area["Currency"]
        )
        reason = block_reason(area, customer, {})
        if account is not None and account["CreditAccountIsBlocked"] and not reason:
            reason = f"{text_of(customer['CustomerName'])} is blocked in SAP's credit management."
        term = self.settings.term(text_of(area["CustomerPaymentTerms"]))
        return CreditStanding(
            is_blocked=bool(reason),
            block_reason=reason,
            limit=credit_limit(account),
            is_limit_known=accounts is not None,
            exposure=Decimal(0) if accounts is None else self._exposure(number, currency),
            currency=currency.upper(),
            as_of=as_of,
            payment_term_ref=text_of(area["CustomerPaymentTerms"]),
            payment_term_name=term.name if term else text_of(area["CustomerPaymentTerms"]),
            note="",
        )

    def _exposure(self, number: str, currency: str) -> Decimal:
        """In one currency; documents in another one are not converted and do not count."""
        bills = self.client.rows(
            BILLING,
            Query(
                path=BILL.set,
                filter=f"PayerParty eq {quoted(number)} and InvoiceClearingStatus ne 'C'",
                select=BILL.read,
            ),
        )
        orders = self.client.rows(
            ORDERS,
            Query(
                path=ORDER.set,
                filter=f"SoldToParty eq {quoted(number)} and OverallSDProcessStatus eq 'A'",
                select=("SalesOrder", "TotalNetAmount", "TransactionCurrency"),
            ),
        )
        owed = sum((_owed(bill, currency) for bill in bills), Decimal(0))
        ordered = sum(
            (
                number_of(order["TotalNetAmount"])
                for order in orders
                if text_of(order["TransactionCurrency"]) == currency
            ),
            Decimal(0),
        )
        return plain(owed + ordered)


def _owed(bill: Row, currency: str) -> Decimal:
    if bill["BillingDocumentIsCancelled"] or text_of(bill["TransactionCurrency"]) != currency:
        return Decimal(0)
    if text_of(bill["AccountingPostingStatus"]) in _NOT_POSTED:
        return Decimal(0)
    gross = number_of(bill["TotalGrossAmount"])
    signs = {"M": 1, "P": 1, "O": -1}  # invoice, debit note, credit note; others do not count
    return gross * signs.get(text_of(bill["SDDocumentCategory"]), 0)
