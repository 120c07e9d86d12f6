"""Customers of the sales area, with their addresses, people, terms and credit limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.adapters.customers_apart import read_customers, told
from integrations.adapters.sap.customer_mapping import CustomerRows, ship_to_numbers, to_customer
from integrations.adapters.sap.fields import (
    ADDRESS,
    AREA_TAX,
    CONTACT,
    CONTACT_WAY,
    CREDIT,
    CREDIT_ACCOUNT,
    CUSTOMER,
    EMAIL,
    PARTNER,
    PARTNER_FUNCTION,
    PARTNERS,
    PHONE,
    SALES_AREA,
)
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.sales_areas import SalesAreas
from integrations.adapters.sap.wire import (
    Row,
    key,
    rows_of,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import ErpCustomer, Page, Window


class Customers(SalesAreas):
    """Implements `PullsCustomers`."""

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        """All of them every time: SAP keeps no moment of a change of sales data.

        Left out is only who was changed after the window: a later one brings them.
        """
        query = Query(
            path=SALES_AREA.set,
            filter=self.of_sales_area(),
            select=(
                *SALES_AREA.read,
                *PARTNER_FUNCTION.under("to_PartnerFunction"),
                *AREA_TAX.under("to_SalesAreaTax"),
            ),
            expand=("to_PartnerFunction", "to_SalesAreaTax"),
            orderby="Customer",
        )
        areas, following = self.client.page(PARTNERS, query, cursor, size=self.page_size)
        around = self._around(areas)
        # the user may see its sales data and not itself
        seen = [area for area in areas if text_of(area["Customer"]) in around.customers]

        def read(area: Row) -> ErpCustomer:
            return to_customer(around.rows_of(area), self.settings)

        found = read_customers(seen, read, around.named)
        return Page(
            rows=tuple(one for one in found if not _is_later(one, window)), next_cursor=following
        )

    def _around(self, areas: Sequence[Row]) -> "_Around":
        numbers = [text_of(area["Customer"]) for area in areas]
        others = [one for area in areas for one in told(ship_to_numbers, area, list[str]())]
        customers, partners = self._customers_and_partners(numbers, [*numbers, *others])
        return _Around(
            customers=customers,
            partners=partners,
            people=self._people(partners.values()),
            accounts=self.credit_accounts(numbers),
        )

    def _customers_and_partners(
        self, numbers: Sequence[str], with_others: Sequence[str]
    ) -> tuple[dict[str, Row], dict[str, Row]]:
        customers = reads_of(CUSTOMER.set, "Customer", numbers, select=CUSTOMER.read)
        ways = "to_BusinessPartnerContact/to_ContactRelationship"
        address = "to_BusinessPartnerAddress"
        partners = reads_of(
            PARTNER.set,
            "Customer",
            with_others,
            select=(
                *PARTNER.read,
                *ADDRESS.under(address),
                *EMAIL.under(f"{address}/to_EmailAddress"),
                *PHONE.under(f"{address}/to_PhoneNumber"),
                *CONTACT.under("to_BusinessPartnerContact"),
                *CONTACT_WAY.under(ways),
            ),
            expand=(
                address,
                f"{address}/to_EmailAddress",
                f"{address}/to_PhoneNumber",
                "to_BusinessPartnerContact",
                ways,
            ),
        )
        if not customers:
            return {}, {}
        found = self.client.read_many(PARTNERS, [*customers, *partners])
        split = len(customers)
        return (
            {text_of(row["Customer"]): row for rows in found[:split] for row in rows},
            {text_of(row["Customer"]): row for rows in found[split:] for row in rows},
        )

    def _people(self, partners: Iterable[Row]) -> dict[str, str]:
        """The names of the contacts, by their number."""
        numbers = [
            number
            for partner in partners
            for number in told(_contact_numbers, partner, list[str]())
        ]
        reads = reads_of(
            PARTNER.set,
            "BusinessPartner",
            numbers,
            select=("BusinessPartner", "BusinessPartnerFullName"),
        )
        return {
            text_of(row["BusinessPartner"]): text_of(row["BusinessPartnerFullName"])
            for row in self.client.gather(PARTNERS, reads)
        }

    def credit_accounts(self, numbers: Sequence[str]) -> dict[str, Row] | None:
        """By customer; None where the connection names no segment or may not see limits.

        A customer without an account in the segment is not checked: there is no limit.
        """
        if not self.settings.credit_segment:
            return None
        if not numbers:
            return {}
        reads = [self.credit_read(number) for number in numbers]
        try:
            found = self.client.entities(CREDIT, reads)
        except NeedsOperator as exc:
            if exc.reason not in {"erp_service_missing", "erp_access_denied"}:
                raise
            return None
        return {text_of(row["BusinessPartner"]): row for row in found if row is not None}

    def credit_read(self, number: str) -> Query:
        return Query(
            path=key(
                CREDIT_ACCOUNT.set,
                BusinessPartner=number,
                CreditSegment=self.settings.credit_segment,
            ),
            select=CREDIT_ACCOUNT.read,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What the rows of a page refer to, by number; `accounts` as of `credit_accounts`."""

    customers: Mapping[str, Row]
    partners: Mapping[str, Row]
    people: Mapping[str, str]
    accounts: Mapping[str, Row] | None

    def rows_of(self, area: Row) -> CustomerRows:
        number = text_of(area["Customer"])
        others = [one for one in ship_to_numbers(area) if one in self.partners]
        return CustomerRows(
            area=area,
            customer=self.customers[number],
            partner=self.partners.get(number),
            others={one: self.partners[one] for one in others},
            people=self.people,
            credit=(self.accounts or {}).get(number),
            is_credit_known=self.accounts is not None,
        )

    def named(self, area: Row) -> tuple[str, str, Any]:
        number = text_of(area["Customer"])
        return number, number, self.customers[number].get("CustomerName")


def _contact_numbers(partner: Row) -> list[str]:
    contacts = rows_of(partner["to_BusinessPartnerContact"])
    return [text_of(contact["BusinessPartnerPerson"]) for contact in contacts]


def _is_later(one: ErpCustomer, window: Window) -> bool:
    """Changed after a window that has a beginning."""
    if window.start is None or one.updated_at is None:
        return False
    return one.updated_at > window.end
