"""A customer of SAP as our record, and why SAP takes no order of one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from integrations.adapters.customers_apart import field, flag_of
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row, day_of, number_of, plain, rows_of, text_of, time_of
from integrations.records import Address, ErpContact, ErpCustomer

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


def ship_to_numbers(area: Row) -> list[str]:
    return [
        text_of(one["BPCustomerNumber"])
        for one in rows_of(area["to_PartnerFunction"])
        if text_of(one["PartnerFunction"]) == _SHIP_TO and text_of(one["BPCustomerNumber"])
    ]


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
        is_active=not any(field(row, "DeletionIndicator", flag_of) for row in (customer, area)),
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
    limit = field(account, "CreditLimitAmount", number_of)
    return plain(limit) if limit or field(account, "CreditLimitIsZero", flag_of) else None


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


def _day_of(value: object) -> date | None:
    """None where there is none: null, empty, or zeros. Raises ValueError for what is no day."""
    day = day_of(value)
    if day is None and text_of(value).strip("0"):
        raise ValueError(f"not a day: {value!r}")
    return day


def _updated_at(partner: Row) -> datetime | None:
    day = field({"LastChangeDate": None, **partner}, "LastChangeDate", _day_of)
    if day is None:
        return None
    return datetime.combine(day, time_of(partner.get("LastChangeTime")), UTC)
