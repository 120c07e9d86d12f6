"""The public methods of the models: found by name, checked for rights, bound to arguments."""

import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal
from html import escape
from typing import Any

from integrations.adapters.odoo.sandbox import accounting, portal_pages, sales, warehouse
from integrations.adapters.odoo.sandbox.calls import Call
from integrations.adapters.odoo.sandbox.faults import (
    OdooFault,
    access_error,
    not_found,
    type_error,
    user_error,
    value_error,
)
from integrations.adapters.odoo.sandbox.grouping import groups, joined
from integrations.adapters.odoo.sandbox.importing import OrderImport, xids_of
from integrations.adapters.odoo.sandbox.onchange import computed_form
from integrations.adapters.odoo.sandbox.pricing import contextual_price
from integrations.adapters.odoo.sandbox.rows import accepted, shown
from integrations.adapters.odoo.sandbox.searching import search
from integrations.adapters.odoo.sandbox.store import Row, Store

_LETTER = {"read": "r", "create": "c", "write": "w", "unlink": "u"}


Method = Callable[..., Any]
_COMMON: dict[str, Method] = {}
_OF_MODEL: dict[tuple[str, str], Method] = {}
ON_MODEL = {
    "search",
    "search_count",
    "search_read",
    "create",
    "load",
    "fields_get",
    "context_get",
    "check_access_rights",
    "read_group",
    "formatted_read_group",
}


def _common(function: Method) -> Method:
    _COMMON[function.__name__.rstrip("_")] = function
    return function


def _on(model: str) -> Callable[[Method], Method]:
    def mark(function: Method) -> Method:
        _OF_MODEL[model, function.__name__] = function
        return function

    return mark


def find_method(store: Store, model: str, name: str) -> Method:
    if name.startswith("_"):
        raise access_error(f"Private methods (such as '{model}.{name}') cannot be called remotely.")
    if model not in store.models:
        raise not_found(
            f"the model '{model}' does not exist",
            rpc=("odoo.exceptions.UserError", f"Object {model} doesn't exist"),
        )
    method = _OF_MODEL.get((model, name)) or _COMMON.get(name)
    too_new = (name == "has_access" and store.version < 18) or (
        name == "formatted_read_group" and store.version < 19
    )
    if method is None or too_new:
        words = f"The method '{model}.{name}' does not exist"
        raise not_found(words, rpc=("builtins.AttributeError", words))
    return method


def bound(method: Method, call: Call, args: list[Any], named: Mapping[str, Any]) -> Any:
    """Calls it; wrong arguments are told as each protocol tells them."""
    try:
        arguments = inspect.signature(method).bind(call, *args, **named)
    except TypeError as exc:
        name = method.__name__.rstrip("_")
        words = f"BaseModel.{name}() {exc}".replace(
            "missing a required argument:", "missing 1 required positional argument:"
        )
        fault = OdooFault(
            "werkzeug.exceptions.UnprocessableEntity", str(exc), rpc=("builtins.TypeError", words)
        )
        raise fault from None
    return method(*arguments.args, **arguments.kwargs)


# ---------------------------------------------------------------- any model


@_common
def search_(
    call: Call, domain: Any, offset: int = 0, limit: Any = None, order: str | None = None
) -> list[int]:
    call.check("r")
    return search(
        call.store,
        call.model,
        domain,
        order=order,
        offset=offset,
        limit=limit,
        active_test=bool(call.context.get("active_test", True)),
    )


@_common
def search_count(call: Call, domain: Any, limit: Any = None) -> int:
    return len(search_(call, domain, limit=limit))


@_common
def search_read(
    call: Call,
    domain: Any = None,
    fields: list[str] | None = None,
    offset: int = 0,
    limit: Any = None,
    order: str | None = None,
    **more: Any,
) -> list[Row]:
    if more:
        name = next(iter(more))
        raise type_error(f"BaseModel._read_format() got an unexpected keyword argument '{name}'")
    ids = search_(call, domain or [], offset, limit, order)
    return shown(call.store, call.model, ids, call.readable(fields))


@_common
def formatted_read_group(
    call: Call, domain: Any, groupby: list[str], aggregates: list[str]
) -> list[Row]:
    ids = search_(call, domain)
    return [
        {
            **one.shown,
            "__extra_domain": joined(one.terms),
            **{f"{name}:sum": value for name, value in one.sums.items()},
        }
        for one in groups(call.store, call.model, ids, groupby, aggregates)
    ]


@_common
def read_group(
    call: Call, domain: Any, fields: list[str], groupby: list[str], lazy: bool = True
) -> list[Row]:
    """As before 19; `lazy` groups by the first name alone."""
    names, ids = groupby[:1] if lazy else groupby, search_(call, domain)
    return [
        {
            **one.shown,
            "__count": one.count,
            **one.sums,
            "__domain": joined(domain, one.terms),
        }
        for one in groups(call.store, call.model, ids, names, fields)
    ]


@_common
def read(call: Call, fields: list[str] | None = None, load: str = "_classic_read") -> list[Row]:
    call.check("r")
    ids = [one for one in call.ids if call.store.exists(call.model, one)]
    return shown(call.store, call.model, ids, call.readable(fields))


@_common
def create(call: Call, vals_list: Any) -> Any:
    call.check("c")
    rows = vals_list if isinstance(vals_list, list) else [vals_list]
    for values in rows:
        if values.get("company_id") and values["company_id"] not in call.user.companies:
            raise access_error("Access to unauthorized or invalid companies.")
    if call.model == "sale.order":
        ids = [sales.create_order(call.store, values) for values in rows]
    else:
        ids = [
            call.store.insert(
                call.model, accepted(call.store, call.model, values, for_create=True)
            )["id"]
            for values in rows
        ]
    return ids


@_common
def write(call: Call, vals: Row) -> bool:
    call.check("w")
    ids = call.existing()
    if call.model == "sale.order":
        sales.write_orders(call.store, ids, vals)
    elif call.model == "sale.order.line":
        for line_id in ids:
            sales.apply_lines(
                call.store,
                call.store.get(call.model, line_id)["order_id"],
                [[1, line_id, vals]],
            )
    else:
        values = accepted(call.store, call.model, vals, for_create=False)
        for row_id in ids:
            call.store.update(call.model, row_id, values)
    return True


@_common
def unlink(call: Call) -> bool:
    call.check("u")
    for row_id in call.existing():
        row = call.store.get(call.model, row_id)
        if call.model == "sale.order" and row["state"] not in {"draft", "cancel"}:
            raise user_error(
                "You can not delete a sent quotation or a confirmed sales order. "
                "You must first cancel it."
            )
        call.store.delete(call.model, row_id)
    return True


@_common
def fields_get(
    call: Call, allfields: list[str] | None = None, attributes: list[str] | None = None
) -> Row:
    wanted = allfields or list(call.store.models[call.model].fields)
    known = call.store.models[call.model].fields
    readable = [name for name in wanted if name in known and not call.is_hidden(name)]
    return {name: _attributes(known[name], attributes) for name in readable}


def _attributes(one: Any, wanted: list[str] | None) -> Row:
    told: Row = {
        "type": one.type,
        "string": one.label,
        "required": one.is_required,
        "readonly": bool(one.compute),
        "store": not one.compute,
    }
    if one.relation:
        told["relation"] = one.relation
    if one.selection:
        told["selection"] = [list(pair) for pair in one.selection]
    if one.type == "float":
        told["digits"] = list(one.digits) if one.digits else False
    if one.currency_field and one.type == "monetary":
        told["currency_field"] = one.currency_field
    return told if wanted is None else {name: told[name] for name in wanted if name in told}


@_common
def has_access(call: Call, operation: str) -> bool:
    return call.may(_LETTER[operation], call.model)


@_common
def check_access_rights(call: Call, operation: str, raise_exception: bool = True) -> bool:
    if raise_exception:
        call.check(_LETTER[operation])
    return call.may(_LETTER[operation], call.model)


@_common
def get_external_id(call: Call) -> dict[str, str]:
    return xids_of(call.store, call.model, call.existing())


# ---------------------------------------------------------------- single models


@_on("res.users")
def context_get(call: Call) -> Row:
    return {"lang": "en_US", "tz": call.user.zone, "uid": call.user.id}


@_on("sale.order")
def load(call: Call, fields: list[str], data: list[list[str]]) -> Row:
    call.check("c")
    zone = str(call.context.get("tz") or call.user.zone)
    return OrderImport(call.store, zone=zone, is_taken=call.is_taken).run(fields, data)


@_on("sale.order")
def onchange(call: Call, values: Row, field_names: list[str], fields_spec: Row) -> Row:
    call.check("w")
    return {"value": computed_form(call.store, values, fields_spec)}


@_on("product.product")
def get_contextual_price(call: Call) -> Decimal:
    """By the rules of `context.pricelist`; the sales price without."""
    call.check("r")
    products = call.existing()
    if len(products) != 1:
        names = ", ".join(str(one) for one in products)
        raise value_error(f"Expected singleton: product.product({names})")
    return contextual_price(call.store, products[0], call.context)


@_on("sale.order")
def action_confirm(call: Call) -> bool:
    call.check("w")
    sales.confirm(call.store, call.existing())
    return True


@_on("sale.order")
def action_cancel(call: Call) -> bool:
    call.check("w")
    ids = call.existing()
    for order_id in ids:
        if accounting.draft_invoices(call.store, order_id):
            call.check("w", "account.move")
    sales.cancel(call.store, ids)
    for order_id in ids:
        accounting.cancel_drafts(call.store, order_id)
    return True


@_on("sale.order")
def action_draft(call: Call) -> bool:
    call.check("w")
    sales.back_to_draft(call.store, call.existing())
    return True


@_on("sale.order")
def action_lock(call: Call) -> None:
    call.check("w")
    sales.lock(call.store, call.existing(), locked=True)


@_on("sale.order")
def action_unlock(call: Call) -> None:
    call.check("w")
    sales.lock(call.store, call.existing(), locked=False)


@_on("sale.order")
def copy(call: Call) -> list[int]:
    call.check("c")
    return [sales.copy_order(call.store, order_id) for order_id in call.existing()]


@_on("sale.order")
def message_post(call: Call, body: str = "", **more: Any) -> list[int]:
    return [
        int(
            call.store.insert(
                "mail.message",
                {
                    "model": call.model,
                    "res_id": order_id,
                    # a text is escaped, markup in it is not markup any more
                    "body": f"<p>{escape(body, quote=False)}</p>",
                    "date": call.store.now(),
                },
            )["id"]
        )
        for order_id in call.existing()
    ]


@_on("stock.picking")
def button_validate(call: Call) -> Any:
    call.check("w")
    skips = bool(call.context.get("skip_backorder"))
    found = [warehouse.validate(call.store, one, skip_backorder=skips) for one in call.existing()]
    return found[0] if found else True


@_on("account.move")
def action_post(call: Call) -> bool:
    call.check("w")
    for invoice_id in call.existing():
        accounting.post(call.store, invoice_id)
    return False


@_on("account.move")
def get_portal_url(
    call: Call,
    suffix: str | None = None,
    report_type: str | None = None,
    download: bool | None = None,
) -> str:
    """The token is made the first time, whatever the rights of whoever asks, and then kept."""
    call.check("r")
    invoices = call.existing()
    if len(invoices) != 1:
        names = ", ".join(str(one) for one in invoices)
        raise value_error(f"Expected singleton: account.move({names})")
    return portal_pages.link(
        call.store,
        invoices[0],
        suffix or "",
        report_type=report_type or "",
        download=bool(download),
    )


@_on("product.product")
def action_archive(call: Call) -> bool:
    call.check("w")
    for product_id in call.existing():
        call.store.update(call.model, product_id, {"active": False})
    return True
