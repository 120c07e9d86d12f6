"""What a printed quote says, in our words. Amounts are Decimal in the document's currency."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import get_currency_precision
from moneyed import CURRENCIES

from quotes.documents.errors import BadDocument

Language = Literal["en", "de", "fr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who offers. `logo` is the content of a PNG or JPEG file, `contact` a line of its own."""

    name: str
    address_lines: tuple[str, ...] = ()
    tax_id: str = ""
    contact: str = ""
    logo: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Whom it is offered to: the account, and the person who asked."""

    account_name: str
    contact: str = ""
    address_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteDocumentLine:
    """One line. An optional line, or one that is alternative to another, is outside the total.

    `configuration` holds the choices made in a configurator as (name, value);
    `alternative_to` is the `n` of the line that this one could replace. `tiers` are (from
    quantity, net unit price) of larger quantities, before the discount.
    """

    n: int
    title: str
    quantity: Decimal
    net_unit_price: Decimal
    net_total: Decimal
    unit: str = ""
    sku: str = ""
    description: str = ""
    configuration: tuple[tuple[str, str], ...] = ()
    discount_percent: Decimal = Decimal(0)
    is_optional: bool = False
    alternative_to: int | None = None
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()

    @property
    def is_counted(self) -> bool:
        return not self.is_optional and self.alternative_to is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One tax of the total; `rate_percent` is 19 for 19 %."""

    name: str
    rate_percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteDocument:
    """An offered quote, whole. Refuses what would print a contradiction (BadDocument).

    `issued_on` is the seller's calendar day, `valid_until` an aware instant that is printed
    in `time_zone` (IANA name). `header_discount` is a positive amount taken off the lines.
    `content_sha256` is the hash the buyer signs; its beginning is printed in the footer.
    """

    seller: Seller
    buyer: Buyer
    number: str
    revision: int
    issued_on: date
    valid_until: datetime
    time_zone: str
    currency: str
    lines: tuple[QuoteDocumentLine, ...]
    net_total: Decimal
    gross_total: Decimal
    content_sha256: str
    portal_url: str
    header_discount: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    taxes: tuple[Tax, ...] = ()
    terms: str = ""
    ship_to: tuple[str, ...] = ()
    bill_to: tuple[str, ...] = ()
    shipping: str = ""
    delivery_terms: str = ""
    notes: str = ""
    language: Language = "en"

    def __post_init__(self) -> None:
        for is_fine, complaint in self._checks():
            if not is_fine:
                raise BadDocument(complaint, number=self.number)

    @property
    def lines_net_total(self) -> Decimal:
        return sum((line.net_total for line in self.lines if line.is_counted), Decimal(0))

    def _checks(self) -> tuple[tuple[bool, str], ...]:
        net = self.lines_net_total - self.header_discount + self.freight
        gross = self.net_total + sum(tax.amount for tax in self.taxes)
        numbers = [line.n for line in self.lines]
        others = {line.alternative_to for line in self.lines} - {None}
        return (
            (self.language in get_args(Language), f"there is no language {self.language!r}."),
            (self.currency in CURRENCIES, f"{self.currency!r} is no ISO currency."),
            (_is_zone(self.time_zone), f"{self.time_zone!r} is no IANA time zone."),
            (self.valid_until.utcoffset() is not None, "its end of validity has no time zone."),
            (_is_sha256(self.content_sha256), "its content hash is not a SHA-256 in hexadecimal."),
            (_is_web_address(self.portal_url), "its portal address is not an http(s) address."),
            (self._is_whole(), f"an amount has more decimals than {self.currency} has."),
            (bool(numbers), "it has no lines."),
            (len(set(numbers)) == len(numbers), "two lines have the same number."),
            (others <= set(numbers), "an alternative names a line that is not there."),
            (net == self.net_total, f"its lines make {net} net, its total says {self.net_total}."),
            (
                gross == self.gross_total,
                f"net and taxes make {gross}, its total says {self.gross_total}.",
            ),
        )

    def _is_whole(self) -> bool:
        """What is printed adds up only if nothing is rounded on the way to the paper."""
        digit = Decimal(1).scaleb(-get_currency_precision(self.currency))
        amounts = [line.net_total for line in self.lines] + [tax.amount for tax in self.taxes]
        amounts += [self.header_discount, self.freight, self.net_total, self.gross_total]
        return all(amount == amount.quantize(digit) for amount in amounts)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # absolute, unknown, a directory
        return False
    return True


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))
