"""An offer as its pages and its PDF show it: everything from the frozen document. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quotes.models import Version

HUNDRED = Decimal(100)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """`discount_percent` is the line's and the one on all lines together: its net holds both.

    `tiers` are (from quantity, unit price), before that discount like `unit_price`.
    """

    n: int
    sku: str
    title: str
    description: str
    configuration: tuple[tuple[str, str], ...]
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    tax_percent: Decimal
    net: Decimal
    is_optional: bool
    alternative_to: int | None
    tiers: tuple[tuple[Decimal, Decimal], ...]

    @property
    def is_counted(self) -> bool:
        return not self.is_optional and self.alternative_to is None


def document_of(version: Version) -> Document:
    document: Document = version.document or {}
    return document


def lines_of(document: Document) -> list[OfferLine]:
    on_all = Decimal(document["discount_percent"])
    return [_line(line, on_all) for line in document["lines"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where it goes and who is invoiced, line by line as on an envelope, and how it is sent."""

    ship_to: tuple[str, ...]
    bill_to: tuple[str, ...]
    region: str
    shipping: str


def places_of(document: Document) -> Places:
    region, shipping = document["region"], document["shipping"]
    return Places(
        ship_to=envelope(document["ship_to"]),
        bill_to=envelope(document["bill_to"]),
        region=region["name"] or region["ref"],
        shipping=shipping["name"] or shipping["ref"],
    )


def envelope(address: dict[str, str]) -> tuple[str, ...]:
    """The parts of an address that are given, in lines."""
    person = f"{address['first_name']} {address['last_name']}".strip()
    place = f"{address['postal_code']} {address['city']}".strip()
    country = " ".join(part for part in (address["region"], address["country_code"]) if part)
    lines = (
        address["company"],
        person,
        address["street1"],
        address["street2"],
        place,
        country,
        address["phone"],
    )
    return tuple(line for line in lines if line)


def tiers_of(line: dict[str, Any]) -> tuple[tuple[Decimal, Decimal], ...]:
    """(from quantity, unit price); none in a document from before there were tiers."""
    rows = line.get("tiers", ())
    return tuple((Decimal(row["from"]), Decimal(row["unit_price"])) for row in rows)


def _line(line: dict[str, Any], on_all: Decimal) -> OfferLine:
    numbers: dict[str, Any] = {
        name: Decimal(line[name]) for name in ("quantity", "unit_price", "tax_percent", "net")
    }
    names = ("n", "sku", "title", "description", "unit", "is_optional", "alternative_to")
    return OfferLine(
        **{name: line[name] for name in names},
        **numbers,
        configuration=tuple((name, value) for name, value in line["configuration"]),
        discount_percent=together(Decimal(line["discount_percent"]), on_all),
        tiers=tiers_of(line),
    )


def together(one: Decimal, other: Decimal) -> Decimal:
    """Two discounts, one after the other, as one percentage."""
    return HUNDRED - (HUNDRED - one) * (HUNDRED - other) / HUNDRED
