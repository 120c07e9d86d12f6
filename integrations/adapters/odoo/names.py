"""Field names that differ between Odoo 17, 18 and 19, found out once per connection."""

from dataclasses import dataclass

from integrations.adapters.odoo.client import OdooClient

_CARRIER_FIELDS = ("carrier_id", "carrier_tracking_ref", "carrier_tracking_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNames:
    """Names on `sale.order.line`; the defaults are those of 19."""

    taxes: str = "tax_ids"


NAMES_OF_19 = LineNames()


def line_names(client: OdooClient) -> LineNames:
    """The names this Odoo uses: asked for before 19, known from 19 on."""
    if client.protocol == "json2":
        return NAMES_OF_19
    found = client.existing_fields("sale.order.line", ("tax_ids", "tax_id"))
    return LineNames(taxes="tax_ids" if "tax_ids" in found else "tax_id")


def carrier_fields(client: OdooClient) -> list[str]:
    """The delivery module adds these to `stock.picking`; without it they do not exist."""
    found = client.existing_fields("stock.picking", _CARRIER_FIELDS)
    return [name for name in _CARRIER_FIELDS if name in found]
