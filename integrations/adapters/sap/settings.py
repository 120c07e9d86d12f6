"""The settings of a connection as typed values; a bad one is told in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from integrations.adapters.own_products import OwnProducts
from integrations.adapters.setting_values import bad_setting, day_setting
from integrations.records import PaymentTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class SapSettings(OwnProducts):
    """Keys are SAP's own, as text with their leading zeros. `currencies` has at least one."""

    auth: str
    user: str
    token_url: str
    client: str
    language: str
    sales_organization: str
    distribution_channel: str
    division: str
    order_type: str
    draft_block: str
    rejection_reason: str
    reference: str
    related_object_type: str
    price_condition_type: str
    list_condition_types: tuple[str, ...]
    cost_condition_type: str
    currencies: tuple[str, ...]
    tax_free_class: str
    plants: tuple[str, ...]
    atp_rule: str
    sellable_statuses: tuple[str, ...]
    credit_segment: str
    payment_terms: tuple[PaymentTerm, ...]
    text_id: str
    item_text_id: str
    tracking_number: str
    carrier_function: str
    tracking_url: str
    production: str
    payment_mode: str
    settle_s: float
    credentials_expire_on: date | None

    @property
    def uses_related_object(self) -> bool:
        return self.reference == "related_object"

    @property
    def reads_production(self) -> bool:
        return self.production == "read"

    @property
    def tracks_handling_units(self) -> bool:
        return self.tracking_number == "handling_unit"

    @property
    def sales_area(self) -> str:
        """As people say it: 1010 / 10 / 00."""
        return f"{self.sales_organization} / {self.distribution_channel} / {self.division}"

    def term(self, ref: str) -> PaymentTerm | None:
        return next((term for term in self.payment_terms if term.ref == ref), None)


# Single keys of SAP by setting: how long, what they default to, and an example for people.
_KEYS = {
    "sales_organization": (4, "", "4 characters, like 1010"),
    "distribution_channel": (2, "", "2 characters, like 10"),
    "division": (2, "00", "2 characters, like 00"),
    "order_type": (4, "OR", "up to 4 characters, like OR"),
    "draft_block": (2, "", "up to 2 characters, like Z1"),
    "rejection_reason": (2, "", "up to 2 characters, like 00"),
    "related_object_type": (5, "", "up to 5 characters, like 0001"),
    "price_condition_type": (4, "PPR0", "up to 4 characters, like PPR0"),
    "cost_condition_type": (4, "VPRS", "up to 4 characters, like VPRS"),
    "tax_free_class": (1, "0", "1 character, like 0"),
    "atp_rule": (2, "", "up to 2 characters, like A"),
    "credit_segment": (10, "", "up to 10 characters, like 1000"),
    "text_id": (4, "TX01", "up to 4 characters, like TX01"),
    "item_text_id": (4, "0001", "up to 4 characters, like 0001"),
    "rounding_product_ref": (40, "", "a material number, like ROUNDING"),
    "carrier_function": (2, "", "up to 2 characters, like CR"),
    "shipping_product_ref": (40, "", "a material number, like FREIGHT"),
    "free_text_product_ref": (40, "", "a material number, like CUSTOM"),
}
_EXACT = {"sales_organization", "distribution_channel", "division"}


def read_settings(values: Mapping[str, str]) -> SapSettings:
    """Raises NeedsOperator (reason `bad_setting`) naming the setting and the accepted form."""
    keys = {name: _key(values, name) for name in _KEYS}
    if values.get("reference") == "related_object" and not keys["related_object_type"]:
        raise bad_setting(
            "related_object_type", "", "a type of related object that SAP knows, like 0001"
        )
    return SapSettings(
        auth=values.get("auth") or "basic",
        user=values.get("user", ""),
        token_url=_token_url(values),
        client=_matching(values, "client", r"\d{3}", "three digits, like 100"),
        language=_matching(values, "language", r"[A-Za-z]{2}", "two letters, like EN").upper()
        or "EN",
        reference=values.get("reference") or "customer_reference",
        list_condition_types=_list(values, "list_condition_types", 4, "PPR0"),
        currencies=_currencies(values),
        plants=_list(values, "plants", 4, ""),
        sellable_statuses=_list(values, "sellable_statuses", 2, ""),
        payment_terms=_terms(values.get("payment_terms", "")),
        tracking_number=values.get("tracking_number") or "bill_of_lading",
        tracking_url=_tracking_url(values),
        production=values.get("production") or "none",
        payment_mode=values.get("payment_mode") or "note",
        credentials_expire_on=day_setting(values, "credentials_expire_on"),
        settle_s=float(_matching(values, "settle_s", r"\d{1,4}", "whole seconds, like 60") or 60),
        **keys,
    )


def _key(values: Mapping[str, str], name: str) -> str:
    longest, default, accepted = _KEYS[name]
    text = (values.get(name) or default).strip().upper()
    is_short = bool(text) and name in _EXACT and len(text) != longest
    if len(text) > longest or is_short or not text.isascii():
        raise bad_setting(name, text, accepted)
    return text


def _list(values: Mapping[str, str], name: str, longest: int, default: str) -> tuple[str, ...]:
    parts = [part.strip().upper() for part in (values.get(name) or default).split(",")]
    found = tuple(dict.fromkeys(part for part in parts if part))
    for part in found:
        if len(part) > longest or not part.isascii():
            raise bad_setting(
                name, part, f"keys of up to {longest} characters, separated by commas"
            )
    return found


def _currencies(values: Mapping[str, str]) -> tuple[str, ...]:
    found = _list(values, "currencies", 5, "EUR")
    for code in found:
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise bad_setting("currencies", code, "ISO codes separated by commas, like EUR, USD")
    return found or ("EUR",)


def _matching(values: Mapping[str, str], name: str, pattern: str, accepted: str) -> str:
    text = (values.get(name) or "").strip()
    if text and not re.fullmatch(pattern, text, re.ASCII):
        raise bad_setting(name, text, accepted)
    return text


def _token_url(values: Mapping[str, str]) -> str:
    text = (values.get("token_url") or "").strip()
    if values.get("auth") == "oauth" and not text:
        raise bad_setting("token_url", "", "the address that gives out tokens, as oauth needs it")
    if text and not _is_web(text):
        raise bad_setting("token_url", text, "an address like https://host/oauth/token")
    return text


def _tracking_url(values: Mapping[str, str]) -> str:
    text = (values.get("tracking_url") or "").strip()
    if text and (not _is_web(text) or "{number}" not in text):
        raise bad_setting("tracking_url", text, "an address with {number} in it")
    return text


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


_TERM = re.compile(r"(?P<ref>\w{1,4})\s*=\s*(?P<days>\d{1,3})?\s*(?P<name>.*)", re.ASCII)


def _terms(text: str) -> tuple[PaymentTerm, ...]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _TERM.fullmatch(part)
        if match is None:
            raise bad_setting(
                "payment_terms", part, "key=days name, like 0001=0 At once, 0004=30 Net 30"
            )
        days = match["days"]
        found.append(
            PaymentTerm(
                ref=match["ref"],
                name=match["name"] or match["ref"],
                days=int(days) if days else None,
            )
        )
    return tuple(found)
