"""Customers of the sales area, with their addresses, people, terms and credit limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.sap.base import SapPart
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
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import (
    Row,
    day_of,
    key,
    number_of,
    plain,
    quoted,
    rows_of,
    text_of,
    time_of,
)
from integrations.errors import NeedsOperator
from integrations.records import Address, ErpContact, ErpCustomer, Page, Window

_SHIP_TO = "SH"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRows:
    """All that SAP says of one customer; `others` are the partners that goods are shipped to."""

    area: Row
    customer: Row
    partner: Row | None
    others: Mapping[str, Row]
    people: Mapping[str, str]
    credit: Row | None
    is_credit_known: bool


class Customers(SapPart):
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
        found = (to_customer(rows, self.settings) for rows in self._customer_rows(areas))
        return Page(
            rows=tuple(one for one in found if not _is_later(one, window)), next_cursor=following
        )

    def of_sales_area(self) -> str:
        settings = self.settings
        return (
            f"SalesOrganization eq {quoted(settings.sales_organization)} and "
            f"DistributionChannel eq {quoted(settings.distribution_channel)} and "
            f"Division eq {quoted(settings.division)}"
        )

    def _customer_rows(self, areas: Sequence[Row]) -> Iterable[CustomerRows]:
        numbers = [text_of(area["Customer"]) for area in areas]
        others = [number for area in areas for number in _ship_to_numbers(area)]
        customers, partners = self._customers_and_partners(numbers, [*numbers, *others])
        people = self._people(partners.values())
        accounts = self.credit_accounts(numbers)
        for area in areas:
            number = text_of(area["Customer"])
            if number not in customers:
                continue  # the user may see its sales data and not itself
            yield CustomerRows(
                area=area,
                customer=customers[number],
                partner=partners.get(number),
                others={one: partners[one] for one in _ship_to_numbers(area) if one in partners},
                people=people,
                credit=(accounts or {}).get(number),
                is_credit_known=accounts is not None,
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
            text_of(contact["BusinessPartnerPerson"])
            for partner in partners
            for contact in rows_of(partner["to_BusinessPartnerContact"])
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
            found = self.client.try_many(CREDIT, reads)
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


def _is_later(one: ErpCustomer, window: Window) -> bool:
    """Changed after a window that has a beginning."""
    if window.start is None or one.updated_at is None:
        return False
    return one.updated_at > window.end


def _ship_to_numbers(area: Row) -> list[str]:
    return [
        text_of(one["BPCustomerNumber"])
        for one in rows_of(area["to_PartnerFunction"])
        if text_of(one["PartnerFunction"]) == _SHIP_TO and text_of(one["BPCustomerNumber"])
    ]


# ---------------------------------------------------------------- mapping


def to_customer(rows: CustomerRows, settings: SapSettings) -> ErpCustomer:
    area, customer, partner = rows.area, rows.customer, rows.partner or {}
    term = settings.term(text_of(area["CustomerPaymentTerms"]))
    reason = block_reason(area, customer, partner)
    address = _first(partner.get("to_BusinessPartnerAddress"))
    name = text_of(partner.get("BusinessPartnerFullName")) or text_of(customer["CustomerName"])
    return ErpCustomer(
        ref=text_of(customer["Customer"]),
        number=text_of(customer["Customer"]),
        name=name,
        tax_id=text_of(customer["VATRegistration"]) or text_of(customer["TaxNumber1"]),
        email=text_of(_first(address.get("to_EmailAddress")).get("EmailAddress")),
        phone=text_of(_first(address.get("to_PhoneNumber")).get("PhoneNumber")),
        currency=text_of(area["Currency"]).upper() or settings.currencies[0],
        price_list_ref=text_of(area["PriceListType"]),
        group_ref=text_of(area["CustomerPriceGroup"]),
        group_name=text_of(area["CustomerPriceGroup"]),
        payment_term_ref=text_of(area["CustomerPaymentTerms"]),
        payment_term_name=term.name if term else text_of(area["CustomerPaymentTerms"]),
        credit_limit=credit_limit(rows.credit),
        is_credit_known=rows.is_credit_known,
        is_blocked=bool(reason),
        block_reason=reason,
        is_tax_exempt=_is_exempt(area, settings),
        bill_to=_address(address, name),
        ship_to=tuple(_ship_to(rows)),
        contacts=tuple(_contacts(partner, rows.people)),
        is_active=not (customer["DeletionIndicator"] or area["DeletionIndicator"]),
        updated_at=_updated_at(partner),
    )


def block_reason(area: Row, customer: Row, partner: Row) -> str:
    """Why SAP takes no order of them, or an empty text."""
    name = text_of(customer.get("CustomerName")) or text_of(customer.get("Customer"))
    for row, where in ((customer, "in all sales areas"), (area, "in this sales area")):
        block = text_of(row["OrderIsBlockedForCustomer"])
        if block:
            return f"{name} is blocked for orders {where} in SAP (block {block})."
    if partner.get("BusinessPartnerIsBlocked"):
        return f"{name} is blocked centrally in SAP."
    if customer["DeletionIndicator"] or area["DeletionIndicator"]:
        return f"{name} is marked for deletion in SAP."
    return ""


def credit_limit(account: Row | None) -> Decimal | None:
    """None where there is no account, or it has no limit: a limit of zero says so by itself."""
    if account is None:
        return None
    limit = number_of(account["CreditLimitAmount"])
    return plain(limit) if limit or account["CreditLimitIsZero"] else None


def _is_exempt(area: Row, settings: SapSettings) -> bool:
    classes = [
        text_of(one["CustomerTaxClassification"]) for one in rows_of(area["to_SalesAreaTax"])
    ]
    return bool(classes) and all(one == settings.tax_free_class for one in classes)


def _ship_to(rows: CustomerRows) -> Iterable[tuple[str, Address]]:
    for number, partner in rows.others.items():
        address = _first(partner["to_BusinessPartnerAddress"])
        if address:
            yield number, _address(address, text_of(partner["BusinessPartnerFullName"]))


def _contacts(partner: Row, people: Mapping[str, str]) -> Iterable[ErpContact]:
    for contact in rows_of(partner.get("to_BusinessPartnerContact")):
        number = text_of(contact["BusinessPartnerPerson"])
        way = contact.get("to_ContactRelationship") or {}
        yield ErpContact(
            ref=number,
            name=people.get(number, ""),
            email=text_of(way.get("EmailAddress")),
            phone=text_of(way.get("PhoneNumber")),
        )


def _address(row: Row, company: str) -> Address:
    street = f"{text_of(row.get('StreetName'))} {text_of(row.get('HouseNumber'))}".strip()
    return Address(
        company=company,
        street1=street,
        street2=text_of(row.get("StreetSuffixName")),
        city=text_of(row.get("CityName")),
        region=text_of(row.get("Region")),
        postal_code=text_of(row.get("PostalCode")),
        country_code=text_of(row.get("Country")).upper(),
    )


def _first(rows: object) -> Row:
    found = rows_of(rows)
    return found[0] if found else {}


def _updated_at(partner: Row) -> datetime | None:
    day = day_of(partner.get("LastChangeDate"))
    if day is None:
        return None
    return datetime.combine(day, time_of(partner.get("LastChangeTime")), UTC)
