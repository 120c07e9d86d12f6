"""How a customer stands: limit, exposure, hold and terms, of the company behind a contact.

Whether NetSuite itself warns, enforces or ignores a limit when an order is saved is a
preference of the account; this tells the numbers and the hold.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.mapping import customer_id
from integrations.adapters.netsuite.pricing import unknown_customer
from integrations.adapters.netsuite.wire import id_of, is_true, name_of, number_of, text_of
from integrations.records import CreditStanding

Row = Mapping[str, Any]

MOST_PARENTS = 5


class Credit(NetSuitePart):
    """Implements `ChecksCredit`."""

    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """Two calls, and one for each company above a sub-customer."""
        as_of = datetime.now(UTC)
        row = whole = self._company(customer_id(customer_ref))
        for _ in range(MOST_PARENTS):
            parent = id_of(whole.get("parent"))
            above = self.client.record(f"customer/{parent}") if parent else None
            if above is None:
                break
            whole = above
        currency = self.code_of(id_of(whole.get("currency"))) or self.base_currency
        return to_standing(row, whole, currency=currency, as_of=as_of)

    def _company(self, ref: str) -> Row:
        found = self.client.record(f"customer/{ref}")
        if found is not None:
            return found
        contact = self.client.record(f"contact/{ref}")
        company = id_of(contact.get("company")) if contact is not None else ""
        found = self.client.record(f"customer/{company}") if company else None
        if found is None:
            raise unknown_customer(ref)
        return found


def to_standing(row: Row, whole: Row, *, currency: str, as_of: datetime) -> CreditStanding:
    """`whole` is the company that pays, `row` the one that orders. Pure.

    A field that is empty is left out, and so is one the role may not see: the balance is never
    empty, so that it tells which. No limit is not a limit of 0.
    """
    is_known = whole.get("balance") is not None
    has_limit = is_known and whole.get("creditLimit") is not None
    reason = _block_reason(row) or _block_reason(whole)
    return CreditStanding(
        is_blocked=bool(reason),
        block_reason=reason,
        limit=number_of(whole["creditLimit"]) if has_limit else None,
        is_limit_known=is_known,
        exposure=_exposure(whole) if is_known else Decimal(0),
        currency=currency,
        as_of=as_of,
        payment_term_ref=id_of(whole.get("terms")),
        payment_term_name=name_of(whole.get("terms")),
        note=_note(whole),
    )


def _exposure(whole: Row) -> Decimal:
    """Owed and unbilled, less what was paid ahead; consolidated where NetSuite tells that."""
    unbilled = whole.get("consolUnbilledOrders", whole.get("unbilledOrders"))
    owed = number_of(whole.get("consolBalance", whole.get("balance")))
    ahead = number_of(whole.get("consolDepositBalance", whole.get("depositBalance")))
    return owed + number_of(unbilled) - ahead


def _block_reason(row: Row) -> str:
    name = text_of(row.get("companyName")) or text_of(row.get("entityId"))
    if is_true(row.get("isInactive")):
        return f"{name} is inactive in NetSuite."
    hold = id_of(row.get("creditHoldOverride")).upper()
    return f"{name} is on credit hold in NetSuite." if hold == "ON" else ""


def _note(whole: Row) -> str:
    overdue, days = number_of(whole.get("overdueBalance")), number_of(whole.get("daysOverdue"))
    said = []
    if overdue > 0:
        said.append(f"{overdue:f} are overdue, the oldest for {days:f} days.")
    if id_of(whole.get("creditHoldOverride")).upper() == "OFF":
        said.append("NetSuite never holds this customer's orders for credit.")
    return "\n".join(said)
