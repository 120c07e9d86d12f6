"""How this Odoo rounds an order, as its company and fields are set up."""

from typing import Any, Literal

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.wire import id_of
from integrations.records import RoundingProfile

_FIELDS = ["price_unit", "product_uom_qty", "discount"]


class Rounding(OdooPart):
    """Implements `ProposesRounding`."""

    def rounding_profile(self) -> RoundingProfile:
        """Odoo's default, `round_globally`, sums unrounded lines and rounds net and each tax once.

        The digits of quantity and discount differ between databases, and only `fields_get`
        tells them to a user who is no administrator.
        """
        found = self.client.call(
            "sale.order.line", "fields_get", writes=False, allfields=_FIELDS, attributes=["digits"]
        )
        quantity_digits = _digits(found, "product_uom_qty")
        discount_digits = _digits(found, "discount")
        return RoundingProfile(
            per=self._rounds_per(),
            method="half_up",
            unit_price_digits=_digits(found, "price_unit"),
            quantity_digits=2 if quantity_digits is None else quantity_digits,
            discount_digits=2 if discount_digits is None else discount_digits,
        )

    def _rounds_per(self) -> Literal["line", "total"]:
        if self.settings.tax_rounding != "detect":
            return "line" if self.settings.tax_rounding == "line" else "total"
        company = self.client.call(
            "res.company",
            "read",
            ids=[self.company_id()],
            writes=False,
            fields=["tax_calculation_rounding_method"],
        )[0]
        return "line" if company["tax_calculation_rounding_method"] == "round_per_line" else "total"

    def company_id(self) -> int:
        """The one of the setting, else the company the service user is signed in to."""
        if self.settings.company_id is not None:
            return self.settings.company_id
        uid = self.client.call("res.users", "context_get", writes=False)["uid"]
        user = self.client.call(
            "res.users", "read", ids=[uid], writes=False, fields=["company_id"]
        )[0]
        return id_of(user["company_id"]) or 0


def _digits(fields: dict[str, Any], name: str) -> int | None:
    """Digits after the point, or None when Odoo keeps what it is given (`digits` is false)."""
    digits = fields.get(name, {}).get("digits")
    return int(digits[1]) if digits else None
