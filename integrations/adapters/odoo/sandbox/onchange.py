"""`sale.order.onchange`: a whole cart computed as the web client's form does it, nothing kept.

What the form names (`fields_spec`) and gives no value for is empty while lines are priced:
without `pricelist_id` they stand at the sales price although the answer shows a pricelist,
without `currency_id` no rate is applied. Fields named nowhere come from the customer.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox import sales
from integrations.adapters.odoo.sandbox.computed import value_of
from integrations.adapters.odoo.sandbox.faults import OdooFault
from integrations.adapters.odoo.sandbox.rows import accepted
from integrations.adapters.odoo.sandbox.store import Row, Store


def computed_form(store: Store, values: Row, spec: Mapping[str, Any]) -> Row:
    """The fields of `spec` as bare values; `order_line` is left out where there is no line."""
    _refuse_unknown(store, "sale.order", spec)
    with store.rehearsal():
        order = _order(store, values)
        by = _priced_by(store, order, values, spec)
        lines = [
            (command[1], sales.add_line(store, order["id"], command[2], priced_by=by))
            for command in values.get("order_line") or []
            if command[0] == 0
        ]
        answer = {
            name: _bare(store, "sale.order", order, name) for name in spec if name != "order_line"
        }
        if "currency_id" in answer and values.get("currency_id"):
            answer["currency_id"] = values["currency_id"]
        if lines and "order_line" in spec:
            names = spec["order_line"].get("fields", {})
            answer["order_line"] = [
                [0, virtual_id, _line(store, line_id, names)] for virtual_id, line_id in lines
            ]
    return answer


def _order(store: Store, values: Row) -> Row:
    header = accepted(store, "sale.order", values, for_create=False)
    defaults = {"state": "draft", "date_order": store.now(), "company_id": 1}
    if header.get("partner_id"):
        defaults = sales.order_defaults(store, header)
    return store.insert("sale.order", {**defaults, **header})


def _priced_by(store: Store, order: Row, values: Row, spec: Mapping[str, Any]) -> sales.PricedBy:
    own = value_of(store, "sale.order", order, "currency_id")
    return sales.PricedBy(
        pricelist=_known("pricelist_id", order["pricelist_id"], values, spec),
        currency=_known("currency_id", own, values, spec),
    )


def _known(name: str, own: int | bool, values: Row, spec: Mapping[str, Any]) -> int | bool:
    if name in values:
        return int(values[name]) if values[name] else False
    return False if name in spec else own


def _refuse_unknown(store: Store, model: str, spec: Mapping[str, Any]) -> None:
    for name, inner in spec.items():
        one = store.models[model].fields.get(name)
        if one is None:
            raise OdooFault("builtins.KeyError", name)
        _refuse_unknown(store, one.relation, (inner or {}).get("fields", {}))


def _line(store: Store, line_id: int, names: Mapping[str, Any]) -> Row:
    row = store.get("sale.order.line", line_id)
    shown = {name: _bare(store, "sale.order.line", row, name) for name in names}
    if "price_tax" in shown:
        total = value_of(store, "sale.order.line", row, "price_total")
        net = value_of(store, "sale.order.line", row, "price_subtotal")
        shown["price_tax"] = float(total) - float(net)  # with the noise of that subtraction
    return shown


def _bare(store: Store, model: str, row: Row, name: str) -> Any:
    one = store.models[model].fields[name]
    value = value_of(store, model, row, name)
    if one.type == "many2many":
        return [[4, other, {"id": other}] for other in value]
    if one.type in {"float", "monetary"}:
        return float(Decimal(str(value)))
    return value
