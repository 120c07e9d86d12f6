"""The settings of a connection as typed values; a bad one is told in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.adapters.own_products import OwnProducts
from integrations.adapters.setting_values import bad_setting, day_setting


@dataclass(frozen=True, slots=True, kw_only=True)
class OdooSettings(OwnProducts):
    """`pricelists` maps a currency to the pricelist that orders in it are given."""

    database: str
    protocol: str = "auto"
    login: str = ""
    company_id: int | None = None
    warehouse_id: int | None = None
    pricelists: Mapping[str, int]
    payment_mode: str = "note"
    tax_rounding: str = "detect"
    api_key_expires_on: date | None = None
    countries_field: str = ""
    licences_field: str = ""

    @property
    def own_fields(self) -> tuple[str, ...]:
        """Fields of contacts that this Odoo has of its own, and this connection reads."""
        return tuple(filter(None, (self.countries_field, self.licences_field)))


def read_settings(values: Mapping[str, str]) -> OdooSettings:
    """Raises NeedsOperator (reason `bad_setting`) naming the setting and the accepted form."""
    return OdooSettings(
        database=values.get("database", ""),
        protocol=values.get("protocol", "auto"),
        login=values.get("login", ""),
        company_id=_whole(values, "company_id"),
        warehouse_id=_whole(values, "warehouse_id"),
        pricelists=_pricelists(values.get("pricelists", "")),
        rounding_product_ref=str(_whole(values, "rounding_product_ref") or ""),
        shipping_product_ref=str(_whole(values, "shipping_product_ref") or ""),
        free_text_product_ref=str(_whole(values, "free_text_product_ref") or ""),
        payment_mode=values.get("payment_mode", "note"),
        tax_rounding=values.get("tax_rounding", "detect"),
        api_key_expires_on=day_setting(values, "api_key_expires_on"),
        countries_field=_field(values, "countries_field"),
        licences_field=_field(values, "licences_field"),
    )


def _whole(values: Mapping[str, str], name: str) -> int | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if not text.isdigit() or int(text) == 0:
        raise bad_setting(name, text, "the number that Odoo shows as its id, like 7")
    return int(text)


def _field(values: Mapping[str, str], name: str) -> str:
    text = values.get(name, "").strip()
    if text and not (text.isascii() and text.isidentifier()):
        raise bad_setting(name, text, "the technical name of a field of contacts, like x_countries")
    return text


def _pricelists(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        currency, _, number = (piece.strip() for piece in part.partition("="))
        if len(currency) != 3 or not number.isdigit():
            raise bad_setting("pricelists", part, "currency=pricelist id, like EUR=6, USD=4")
        found[currency.upper()] = int(number)
    return found
