"""Customers out of Business Central, and how they stand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.mapping import customer_id
from integrations.adapters.business_central.windows import chunks, in_window
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    any_id,
    choice_of,
    id_of,
    text_of,
    time_of,
)
from integrations.adapters.customers_apart import field, flag_of, read_customers
from integrations.errors import NeedsOperator
from integrations.records import Address, CreditStanding, ErpCustomer, Page, PaymentTerm, Window

CUSTOMER_FIELDS = (
    "id,number,displayName,addressLine1,addressLine2,city,state,country,postalCode,phoneNumber,"
    "email,taxRegistrationNumber,currencyCode,paymentTermsId,creditLimit,blocked,"
    "lastModifiedDateTime"
)
FINANCIAL_FIELDS = "balance,totalSalesExcludingTax,overdueAmount"
_BLOCKS = {
    "All": "nothing may be sold to them",
    "Invoice": "nothing may be shipped or invoiced to them",
    "Ship": "nothing may be shipped to them",
}


class Customers(BcPart):
    """Implements `PullsCustomers` and `ChecksCredit`.

    Ship-to addresses and contacts with their mail addresses are not served by API v2.0. Price
    group, discount group and tax status come from the companion extension, or stay empty.
    """

    _terms: Mapping[str, Row] | None = None

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        path = self.client.company("customers")
        query = {"$select": CUSTOMER_FIELDS, "$filter": in_window(window)}
        rows, following = self.client.page(path, query, cursor, from_copy=True)
        if not rows:
            return Page(rows=(), next_cursor=following)
        added = self.added_to([id_of(row["id"]) for row in rows])
        currency, terms = self.local_currency(), self._terms_by_id()

        def read(row: Row) -> ErpCustomer:
            return to_customer(row, added.get(id_of(row["id"])), terms, currency)

        return Page(rows=read_customers(rows, read, _named), next_cursor=following)

    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """All in the currency of the company. Open orders count where the extension is
        installed; without it only what is invoiced does."""
        path = self.client.company(f"customers({customer_id(customer_ref)})")
        query = {
            "$select": CUSTOMER_FIELDS,
            "$expand": f"customerFinancialDetails($select={FINANCIAL_FIELDS})",
        }
        row = self.client.get_or_none(path, query)
        if row is None:
            raise unknown_customer(customer_ref)
        added = self.added_to([id_of(row["id"])]).get(id_of(row["id"]))
        return to_standing(
            row, added, self._terms_by_id(), self.local_currency(), as_of=datetime.now(UTC)
        )

    def added_to(self, ids: Sequence[str]) -> dict[str, Row]:
        """What the extension knows of these customers, by id; nothing where it is missing."""
        if not self.settings.has_page("customers"):
            return {}
        path = self.client.extension("portalCustomers")
        rows = [
            row
            for some in chunks(ids)
            for row in self.client.rows(path, {"$filter": any_id("id", some)})
        ]
        return {id_of(row["id"]): row for row in rows}

    def payment_terms_in_use(self) -> Sequence[PaymentTerm]:
        return tuple(to_term(row) for row in self._terms_by_id().values())

    def _terms_by_id(self) -> Mapping[str, Row]:
        if self._terms is None:
            path = self.client.company("paymentTerms")
            query = {"$select": "id,code,displayName,dueDateCalculation"}
            self._terms = {id_of(row["id"]): row for row in self.client.rows(path, query)}
        return self._terms


def to_customer(
    row: Row, added: Row | None, terms: Mapping[str, Row], local_currency: str
) -> ErpCustomer:
    """A customer, with what the extension adds. Pure."""
    more: Row = added or {}
    reason = block_reason(row)
    limit = field(row, "creditLimit", amount_of)
    name = text_of(row["displayName"])
    term = terms.get(id_of(row["paymentTermsId"]))
    return ErpCustomer(
        ref=id_of(row["id"]),
        number=text_of(row["number"]),
        name=name,
        tax_id=text_of(row["taxRegistrationNumber"]),
        email=text_of(row["email"]),
        phone=text_of(row["phoneNumber"]),
        currency=text_of(row["currencyCode"]).upper() or local_currency,
        price_list_ref=text_of(more.get("priceGroupCode")),
        group_ref=text_of(more.get("discountGroupCode")),
        group_name=text_of(more.get("discountGroupName")),
        payment_term_ref=id_of(row["paymentTermsId"]),
        payment_term_name=_term_name(term),
        credit_limit=limit or None,
        is_credit_known=True,
        is_blocked=bool(reason),
        block_reason=reason,
        is_tax_exempt=field({"isTaxExempt": False, **more}, "isTaxExempt", flag_of),
        bill_to=_address(row, name),
        ship_to=(),
        contacts=(),
        is_active=choice_of(row["blocked"]) != "All",
        updated_at=field(row, "lastModifiedDateTime", time_of),
    )


def _named(row: Row) -> tuple[str, Any, Any]:
    return id_of(row["id"]), row.get("number"), row.get("displayName")


def to_standing(
    row: Row,
    added: Row | None,
    terms: Mapping[str, Row],
    currency: str,
    *,
    as_of: datetime,
) -> CreditStanding:
    """Business Central only warns of a limit, and that to people alone. Pure."""
    details = _details(row)
    more: Row = added or {}
    limit, reason = amount_of(row["creditLimit"]), block_reason(row)
    overdue = amount_of(details.get("overdueAmount"))
    open_orders = amount_of(more.get("outstandingOrders"))
    not_invoiced = amount_of(more.get("shippedNotInvoiced"))
    return CreditStanding(
        is_blocked=bool(reason),
        block_reason=reason,
        limit=limit or None,
        is_limit_known=True,
        exposure=amount_of(details.get("balance")) + open_orders + not_invoiced,
        currency=currency,
        as_of=as_of,
        payment_term_ref=id_of(row["paymentTermsId"]),
        payment_term_name=_term_name(terms.get(id_of(row["paymentTermsId"]))),
        note=_note(overdue, currency, has_orders=added is not None),
    )


def to_term(row: Row) -> PaymentTerm:
    """`dueDateCalculation` is a formula: "30D" and "14D" are days, "CM+1M" is not."""
    formula = text_of(row["dueDateCalculation"]).upper()
    days = formula.removesuffix("D")
    is_days = days.isascii() and days.isdigit() and formula.endswith("D")
    return PaymentTerm(
        ref=id_of(row["id"]),
        name=_term_name(row),
        days=0 if not formula else int(days) if is_days else None,
    )


def block_reason(row: Row) -> str:
    kind = choice_of(row["blocked"])
    return f"Blocked ({kind}): {_BLOCKS.get(kind, 'no sale')}." if kind else ""


def unknown_customer(customer_ref: str) -> NeedsOperator:
    return NeedsOperator(
        f"There is no customer {customer_ref} in Business Central.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Link the customer to one that exists in the company of the connection.",
        ids={"customer": customer_ref},
    )


def _details(row: Row) -> Row:
    """A part with one record comes as an object, from some versions as a list of one."""
    found = row.get("customerFinancialDetails") or {}
    if isinstance(found, list):
        return found[0] if found else {}
    return dict(found)


def _note(overdue: Decimal, currency: str, *, has_orders: bool) -> str:
    notes = [f"{overdue} {currency} are overdue."] if overdue > 0 else []
    if not has_orders:
        notes.append("Open orders are not counted: the companion extension is not installed.")
    return "\n".join(notes)


def _term_name(row: Row | None) -> str:
    return (text_of(row["displayName"]) or text_of(row["code"])) if row else ""


def _address(row: Row, name: str) -> Address:
    return Address(
        company=name,
        street1=text_of(row["addressLine1"]),
        street2=text_of(row["addressLine2"]),
        city=text_of(row["city"]),
        region=text_of(row["state"]),
        postal_code=text_of(row["postalCode"]),
        country_code=text_of(row["country"]).upper(),
        phone=text_of(row["phoneNumber"]),
    )
