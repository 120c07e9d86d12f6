"""The fields of Odoo that this adapter reads or sends, and which ability stops without each.

What a module or a version may leave out (carriers, credit limits, warnings) is not here: the
abilities ask for those and do without.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.companies import COMPANY_FIELDS
from integrations.adapters.odoo.mapping import LINE_FIELDS, ORDER_FIELDS
from integrations.adapters.odoo.names import line_names
from integrations.adapters.odoo.price_rules import RULE_FIELDS
from integrations.adapters.odoo.pricing import PRODUCT_FIELDS
from integrations.adapters.odoo.products import CATEGORY_FIELDS, VARIANT_FIELDS
from integrations.adapters.odoo.progress import (
    INVOICE_FIELDS,
    MOVE_FIELDS,
    PICKING_FIELDS,
    PROGRESS_FIELDS,
    PROGRESS_LINE_FIELDS,
)
from integrations.errors import Rejected
from integrations.records import UsedField

_ATTRIBUTES = ["type", "size", "digits", "relation"]
# By port, by model. What every row has (id) is left out.
_NEEDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "PullsProducts": {
        "product.product": VARIANT_FIELDS,
        "product.template.attribute.value": ["name", "attribute_id"],
        "product.category": CATEGORY_FIELDS,
    },
    "PullsPrices": {
        "product.pricelist": ["name", "active", "currency_id"],
        "product.pricelist.item": RULE_FIELDS,
        "product.product": [*PRODUCT_FIELDS, "product_tmpl_id"],
        "res.company": ["partner_id"],
    },
    "PullsStock": {
        "stock.warehouse": ["name"],
        "stock.location": ["usage", "warehouse_id"],
        "stock.quant": ["product_id", "location_id", "quantity", "reserved_quantity", "write_date"],
        "stock.move": ["product_id", "product_qty", "date", "state", "location_id"],
        "product.product": ["default_code", "uom_id"],
    },
    "PullsCustomers": {
        "res.partner": [*COMPANY_FIELDS, "partner_share"],
        "res.country": ["code"],
        "res.company": ["partner_id", "currency_id", "account_use_credit_limit"],
    },
    "QuotesPrices": {
        "product.product": PRODUCT_FIELDS,
        "product.pricelist": ["name", "currency_id"],
        "sale.order": ["partner_id", "pricelist_id", "currency_id", "order_line"],
        "sale.order.line": [
            "product_id",
            "product_uom_qty",
            "price_unit",
            "discount",
            "price_subtotal",
            "pricelist_item_id",
        ],
        "res.currency": ["name", "decimal_places", "rate"],
        "account.payment.term": ["name"],
        "account.payment.term.line": ["payment_id", "delay_type", "nb_days"],
    },
    "ChecksCredit": {
        "res.partner": ["name", "active", "commercial_partner_id", "property_payment_term_id"],
        "res.company": ["currency_id", "account_use_credit_limit"],
    },
    "PushesOrders": {
        "sale.order": [
            *ORDER_FIELDS,
            "client_order_ref",
            "partner_id",
            "pricelist_id",
            "date_order",
            "note",
            "require_signature",
            "require_payment",
            "picking_ids",
            "invoice_ids",
        ],
        "sale.order.line": LINE_FIELDS,
    },
    "TracksOrders": {
        "sale.order": PROGRESS_FIELDS,
        "sale.order.line": PROGRESS_LINE_FIELDS,
        "stock.picking": PICKING_FIELDS,
        "stock.move": MOVE_FIELDS,
        "account.move": INVOICE_FIELDS,
        "account.move.line": ["move_id", "sale_line_ids", "display_type"],
    },
    "RecordsPayments": {"mail.message": ["model", "res_id", "body"]},
    "ProposesRounding": {
        "res.company": ["tax_calculation_rounding_method"],
        "sale.order.line": ["price_unit", "product_uom_qty", "discount"],
    },
}


class Fields(OdooPart):
    """Implements `DescribesFields`: one call per model, some twenty."""

    def used_fields(self) -> Sequence[UsedField]:
        needs = self._needs()
        found: list[UsedField] = []
        for model in sorted(needs):
            described = self._described(model, sorted(needs[model]))
            found += [
                UsedField(
                    entity=model,
                    name=name,
                    type=type_text(described[name]) if name in described else "",
                    needed_by=tuple(ports),
                )
                for name, ports in sorted(needs[model].items())
            ]
        return tuple(found)

    def _needs(self) -> dict[str, dict[str, list[str]]]:
        """Ports by model and field."""
        found: dict[str, dict[str, list[str]]] = {}
        taxes = {"PushesOrders": {"sale.order.line": [line_names(self.client).taxes]}}
        own = {"PullsCustomers": {"res.partner": self.settings.own_fields}}
        for source in (_NEEDS, taxes, own):
            for port, models in source.items():
                for model, names in models.items():
                    for name in names:
                        ports = found.setdefault(model, {}).setdefault(name, [])
                        if port not in ports:
                            ports.append(port)
        return found

    def _described(self, model: str, names: Sequence[str]) -> dict[str, Any]:
        try:
            described: dict[str, Any] = self.client.call(
                model, "fields_get", writes=False, allfields=list(names), attributes=_ATTRIBUTES
            )
        except Rejected as exc:
            if exc.status not in {404, 200}:  # over /jsonrpc every failure is a 200
                raise
            return {}  # the module is gone, and the model with it
        return described


def type_text(described: Mapping[str, Any]) -> str:
    """Odoo's word for the type with what bounds it: `char(64)`, `float(16,2)`. Pure.

    The values of a choice are left out: modules add to them all the time.
    """
    kind = str(described["type"])
    bounds: list[str] = []
    if described.get("size"):
        bounds.append(str(described["size"]))
    if described.get("digits"):
        bounds += [str(one) for one in described["digits"]]
    if described.get("relation"):
        bounds.append(str(described["relation"]))
    return f"{kind}({','.join(bounds)})" if bounds else kind
