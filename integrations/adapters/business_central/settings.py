"""The settings of a connection as typed values; a bad one is told in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from integrations.adapters.own_products import OwnProducts
from integrations.adapters.setting_values import bad_setting, day_setting

PAGES = ("orders", "prices", "stock", "customers", "shipments")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_API = re.compile(r"[\w.-]+/[\w.-]+/[\w.-]+")
_SIMPLE = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BcSettings(OwnProducts):
    """`extension_pages` is empty where the companion extension is not installed."""

    tenant_id: str
    environment: str
    company_id: str
    client_id: str
    client_secret_expires_on: date | None
    token_url: str
    location_id: str
    untaxed_code: str
    unit_price_digits: int
    extension_api: str
    extension_pages: frozenset[str]
    payment_journal_id: str
    lost_answer_wait_s: float
    write_timeout_s: float
    reread_minutes: int

    def has_page(self, name: str) -> bool:
        """Whether the companion extension serves this page here."""
        return name in self.extension_pages


def read_settings(values: Mapping[str, str]) -> BcSettings:
    """Raises NeedsOperator (reason `bad_setting`) naming the setting and the accepted form."""
    api = _matching(values, "extension_api", _API, "publisher/group/version, like acme/portal/v1.0")
    return BcSettings(
        tenant_id=_matching(values, "tenant_id", _SIMPLE, "a tenant id or domain"),
        environment=_matching(values, "environment", _SIMPLE, "the name of an environment"),
        company_id=_guid(values, "company_id").lower(),
        client_id=_guid(values, "client_id"),
        client_secret_expires_on=day_setting(values, "client_secret_expires_on"),
        token_url=_address(values, "token_url", "https://login.microsoftonline.com"),
        location_id=_guid(values, "location_id").lower(),
        rounding_product_ref=_text(values, "rounding_product_ref"),
        shipping_product_ref=_text(values, "shipping_product_ref"),
        free_text_product_ref=_text(values, "free_text_product_ref"),
        untaxed_code=_text(values, "untaxed_code"),
        unit_price_digits=_whole(values, "unit_price_digits", 5, most=9),
        extension_api=api,
        extension_pages=_pages(values) if api else frozenset(),
        payment_journal_id=_guid(values, "payment_journal_id").lower(),
        lost_answer_wait_s=_seconds(values, "lost_answer_wait_s", 600),
        write_timeout_s=_seconds(values, "write_timeout_s", 120),
        reread_minutes=_whole(values, "reread_minutes", 30, most=1440),
    )


def _text(values: Mapping[str, str], name: str, default: str = "") -> str:
    return values.get(name, "").strip() or default


def _matching(values: Mapping[str, str], name: str, form: re.Pattern[str], accepted: str) -> str:
    text = _text(values, name)
    if text and not form.fullmatch(text):
        raise bad_setting(name, text, accepted)
    return text


def _guid(values: Mapping[str, str], name: str) -> str:
    return _matching(values, name, _GUID, "an id like 5d115c9c-44e3-ea11-bb43-000d3a2feca1")


def _address(values: Mapping[str, str], name: str, default: str) -> str:
    text = _text(values, name, default).rstrip("/")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or "@" in text:
        raise bad_setting(name, text, "an address like https://login.microsoftonline.com")
    return text


def _whole(values: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = _text(values, name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise bad_setting(name, text, f"a whole number from 0 to {most}")
    return int(text)


def _seconds(values: Mapping[str, str], name: str, default: int) -> float:
    text = _text(values, name, str(default))
    if not re.fullmatch(r"\d{1,5}(\.\d{1,3})?", text, re.ASCII):
        raise bad_setting(name, text, "a number of seconds, like 600")
    return float(text)


def _pages(values: Mapping[str, str]) -> frozenset[str]:
    text = _text(values, "extension_pages", ", ".join(PAGES))
    found = frozenset(part.strip() for part in text.split(",") if part.strip())
    if found - set(PAGES):
        raise bad_setting("extension_pages", text, f"some of {', '.join(PAGES)}")
    return found
