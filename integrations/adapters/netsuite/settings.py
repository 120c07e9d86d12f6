"""The settings of a connection as typed values; a bad one is told in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.adapters.own_products import OwnProducts
from integrations.adapters.setting_values import bad_setting, day_setting

_ACCOUNT = re.compile(r"^[A-Z0-9]+(_[A-Z0-9]+)*$")
_COLUMN_FIELD = re.compile(r"^custcol\w{1,33}$")
_ITEM_FIELD = re.compile(r"^custitem\w{1,32}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSuiteSettings(OwnProducts):
    """`matrix_options` are (option name, item field); `zone` is that of the signed-in user."""

    account_id: str
    zone: ZoneInfo
    auth: str = "oauth2"
    certificate_id: str = ""
    certificate_expires_on: date | None = None
    line_field: str = "custcol_portal_line_ref"
    tax_mode: str = "line_code"
    tax_rounding: str = "line"
    location_id: str = ""
    stock_locations: tuple[str, ...] = ()
    base_price_level: str = "1"
    matrix_options: tuple[tuple[str, str], ...] = ()
    payment_mode: str = "note"
    deposit_account_id: str = ""


def read_settings(values: Mapping[str, str]) -> NetSuiteSettings:
    """Raises NeedsOperator (reason `bad_setting`) naming the setting and the accepted form."""
    auth = values.get("auth", "oauth2")
    certificate_id = values.get("certificate_id", "").strip()
    if auth == "oauth2" and not certificate_id:
        raise bad_setting("certificate_id", "", "the id that NetSuite shows beside the certificate")
    return NetSuiteSettings(
        account_id=_account(values.get("account_id", "")),
        zone=_zone(values.get("time_zone", "")),
        auth=auth,
        certificate_id=certificate_id,
        certificate_expires_on=day_setting(values, "certificate_expires_on"),
        line_field=_line_field(values.get("line_field") or "custcol_portal_line_ref"),
        tax_mode=values.get("tax_mode", "line_code"),
        tax_rounding=values.get("tax_rounding", "line"),
        location_id=_id(values, "location_id"),
        stock_locations=_ids(values, "stock_locations"),
        base_price_level=_id(values, "base_price_level") or "1",
        matrix_options=_options(values.get("matrix_options", "")),
        rounding_product_ref=_id(values, "rounding_product_ref"),
        shipping_product_ref=_id(values, "shipping_product_ref"),
        free_text_product_ref=_id(values, "free_text_product_ref"),
        payment_mode=values.get("payment_mode", "note"),
        deposit_account_id=_id(values, "deposit_account_id"),
    )


def host_prefix(account_id: str) -> str:
    """What the host name begins with: lower case, every underscore a hyphen."""
    return account_id.lower().replace("_", "-")


def pool(settings: Mapping[str, str]) -> str:
    """What all connections of one account share: NetSuite counts requests per account."""
    return f"NetSuite account {settings.get('account_id', '').strip()}"


def _account(text: str) -> str:
    if not _ACCOUNT.match(text.strip()):
        raise bad_setting(
            "account_id", text, "the id as NetSuite shows it, like 1234567 or 1234567_SB1"
        )
    return text.strip()


def _zone(text: str) -> ZoneInfo:
    accepted = "the name of a time zone, like America/Los_Angeles or Europe/Berlin"
    try:
        return ZoneInfo(text.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise bad_setting("time_zone", text, accepted) from exc


def _line_field(text: str) -> str:
    if not _COLUMN_FIELD.match(text.strip()):
        raise bad_setting(
            "line_field", text, "the id of a column field, like custcol_portal_line_ref"
        )
    return text.strip().lower()


def _id(values: Mapping[str, str], name: str) -> str:
    text = values.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit()):
        raise bad_setting(name, text, "the internal id that NetSuite shows, like 7")
    return text


def _ids(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = [part.strip() for part in values.get(name, "").split(",") if part.strip()]
    return tuple(_id({name: part}, name) for part in parts)


def _options(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, field = (piece.strip() for piece in part.partition("="))
        if not name or not _ITEM_FIELD.match(field):
            raise bad_setting("matrix_options", part, "option=item field, like Size=custitem_size")
        found.append((name, field.lower()))
    return tuple(found)
