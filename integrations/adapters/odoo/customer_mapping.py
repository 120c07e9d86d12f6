"""A company of Odoo with its addresses and people as our record. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.adapters.customers_apart import field, flag_of
from integrations.adapters.odoo.credit import block_reason
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    id_of,
    name_of,
    text_of,
    time_of,
)
from integrations.adapters.restrictions import Restricted, restricted
from integrations.records import Address, ErpContact, ErpCustomer

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What companies refer to, by id. `limits_count`: the company's switch for credit limits."""

    parts: Mapping[int, Sequence[Row]]
    countries: Mapping[int, str]
    pricelists: Mapping[int, Row]
    exempt_positions: frozenset[int]
    limits_count: bool
    countries_field: str = ""
    licences_field: str = ""


def to_customer(row: Row, around: Around) -> ErpCustomer:
    """Pure."""
    parts = [one for one in around.parts.get(row["id"], ()) if field(one, "active", flag_of)]
    bill_to = next((one for one in parts if one["type"] == "invoice"), row)
    pricelist = around.pricelists.get(id_of(row["property_product_pricelist"]) or 0)
    is_known = "credit_limit" in row
    limit = field(row, "credit_limit", amount_of) if is_known and around.limits_count else None
    reason = block_reason(row)
    return ErpCustomer(
        ref=str(row["id"]),
        number=text_of(row["ref"]),
        name=text_of(row["name"]),
        tax_id=text_of(row["vat"]),
        email=text_of(row["email"]),
        phone=text_of(row["phone"]),
        currency=currency_of(pricelist) if pricelist else "",
        price_list_ref=str(pricelist["id"]) if pricelist else "",
        group_ref="",
        group_name="",
        payment_term_ref=str(id_of(row["property_payment_term_id"]) or ""),
        payment_term_name=name_of(row["property_payment_term_id"]),
        credit_limit=limit or None,  # a limit of 0 is none
        is_credit_known=is_known or not around.limits_count,
        is_blocked=bool(reason),
        block_reason=reason,
        is_tax_exempt=id_of(row["property_account_position_id"]) in around.exempt_positions,
        bill_to=_address(bill_to, row, around),
        ship_to=tuple(
            (str(one["id"]), _address(one, row, around))
            for one in parts
            if one["type"] == "delivery"
        ),
        contacts=tuple(_contact(one) for one in parts if one["type"] == "contact"),
        is_active=field(row, "active", flag_of),
        updated_at=max(filter(None, _moments(row, parts)), default=None),
        **_restricted(row, around).as_fields,
    )


def _moments(row: Row, parts: Iterable[Row]) -> Iterable[datetime | None]:
    return (field(one, "write_date", time_of) for one in (row, *parts))


def _restricted(row: Row, around: Around) -> Restricted:
    """What the fields of their own say; a relation to countries, or a text."""
    said = row.get(around.countries_field) if around.countries_field else None
    countries: str | list[str] | None = None
    if isinstance(said, list):
        countries = [around.countries.get(number, "?") for number in said]
    elif around.countries_field:
        countries = text_of(said)
    licences = text_of(row.get(around.licences_field)) if around.licences_field else None
    return restricted(countries, licences)


def _address(row: Row, company: Row, around: Around) -> Address:
    return Address(
        company=text_of(company["name"]),
        street1=text_of(row["street"]),
        street2=text_of(row["street2"]),
        city=text_of(row["city"]),
        region=name_of(row["state_id"]),
        postal_code=text_of(row["zip"]),
        country_code=_country_of(row, around),
        phone=text_of(row["phone"]),
    )


def _country_of(row: Row, around: Around) -> str:
    """Empty where there is none. Raises ValueError for one that Odoo does not list."""
    country = id_of(row["country_id"])
    if country is not None and country not in around.countries:
        raise ValueError(f"its country {name_of(row['country_id'])!r} is none that Odoo lists")
    return around.countries[country] if country is not None else ""


def _contact(row: Row) -> ErpContact:
    return ErpContact(
        ref=str(row["id"]),
        name=text_of(row["name"]),
        email=text_of(row["email"]),
        phone=text_of(row["phone"]),
    )
