"""Orders between our records and Odoo's rows. Pure.

What is sent goes through `load`: all cells are texts, an empty cell empties the field, and a
column that is left out keeps what is there (or takes Odoo's default).
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from integrations.adapters.odoo.customers import customer_id
from integrations.adapters.odoo.external_ids import line_ref_of, line_xid, order_xid
from integrations.adapters.odoo.names import LineNames
from integrations.adapters.odoo.settings import OdooSettings
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    id_of,
    number_of,
    number_text,
    text_of,
    time_text,
)
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, ErpOrder, ErpOrderLine, OrderDraft

ORDER_FIELDS = [
    "name",
    "origin",
    "state",
    "locked",
    "currency_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "payment_term_id",
]
LINE_FIELDS = [
    "order_id",
    "product_id",
    "name",
    "product_uom_qty",
    "qty_delivered",
    "price_unit",
    "discount",
    "price_subtotal",
]

_SHIP_TO = "Ship to:"
_SHIP_TO_PARAGRAPH = re.compile(rf"<p>{_SHIP_TO} .*?</p>", re.DOTALL)

# ---------------------------------------------------------------- to Odoo


def order_request(draft: OrderDraft, settings: OdooSettings, names: LineNames) -> dict[str, Any]:
    """The arguments of `sale.order.load` that create the order: all of it or nothing.

    Raises NeedsOperator for a line without a product or a currency without a pricelist.
    """
    header = _header(draft, settings)
    return _load_request(header, draft, settings, names)


def change_request(
    draft: OrderDraft,
    settings: OdooSettings,
    names: LineNames,
    surplus: Mapping[str, Mapping[str, Any]],
    *,
    note: str = "",
) -> dict[str, Any]:
    """The arguments of `sale.order.load` that bring an existing order to `draft`.

    `surplus` are Odoo's rows of lines that `draft` no longer has, by our line reference: they
    are set to quantity 0, since a confirmed order lets none be removed. Of the header only a
    new `note` is sent, and above all no pricelist: Odoo refuses that column on a confirmed
    order.
    """
    header = {"id": order_xid(draft.our_ref), **({"note": note} if note else {})}
    request = _load_request(header, draft, settings, names)
    for our_ref, row in surplus.items():
        cells = _emptied_cells(draft, our_ref, row, names)
        request["data"].append([*dict.fromkeys(header, "").values(), *cells.values()])
    return request


def _emptied_cells(
    draft: OrderDraft, our_ref: str, row: Mapping[str, Any], names: LineNames
) -> dict[str, str]:
    return {
        "order_line/id": line_xid(draft.our_ref, our_ref),
        "order_line/product_id/.id": str(id_of(row["product_id"]) or ""),
        "order_line/name": text_of(row["name"]) or our_ref,
        "order_line/product_uom_qty": "0",
        "order_line/price_unit": number_text(number_of(row["price_unit"])),
        "order_line/discount": number_text(number_of(row["discount"])),
        f"order_line/{names.taxes}/.id": ",".join(str(tax) for tax in row[names.taxes]),
    }


def _load_request(
    header: dict[str, str], draft: OrderDraft, settings: OdooSettings, names: LineNames
) -> dict[str, Any]:
    if not draft.lines:
        raise NeedsOperator(
            f"Order {draft.display_ref} has no lines.", reason="empty_order", ids=_ids(draft)
        )
    rows = [_line_cells(draft, line, settings, names) for line in draft.lines]
    columns = [*header, *rows[0]]
    blank = dict.fromkeys(header, "")
    data = [
        [*(blank if number else header).values(), *row.values()] for number, row in enumerate(rows)
    ]
    # without a zone `load` reads times in the zone of the user
    return {"fields": columns, "data": data, "context": {"tz": "UTC"}}


def _header(draft: OrderDraft, settings: OdooSettings) -> dict[str, str]:
    header = {
        "id": order_xid(draft.our_ref),
        # what Odoo prints on its papers and copies to invoices as the customer's reference:
        # the buyer pays by their own number
        "client_order_ref": draft.po_number or draft.display_ref,
        # the order is found again by it
        "origin": draft.our_ref,
        "partner_id/.id": str(customer_id(draft.customer_ref)),
        "pricelist_id/.id": str(_pricelist(draft, settings)),
        "date_order": time_text(draft.placed_at),
        # by default the buyer would be asked to sign and pay once more, on Odoo's own page
        "require_signature": "0",
        "require_payment": "0",
    }
    if settings.warehouse_id is not None:
        header["warehouse_id/.id"] = str(settings.warehouse_id)
    if draft.payment_term_ref:
        header["payment_term_id/.id"] = _term(draft)
    note = note_html(draft)
    if note:
        header["note"] = note
    return header


def _term(draft: OrderDraft) -> str:
    if not (draft.payment_term_ref.isascii() and draft.payment_term_ref.isdigit()):
        raise NeedsOperator(
            f"{draft.payment_term_ref!r} is not the id of payment terms in Odoo.",
            reason="terms_unknown",
            cause=f"terms_unknown:{draft.payment_term_ref}",
            hint="Edit this job and name the id that Odoo has for the terms, a number.",
            ids=_ids(draft),
        )
    return draft.payment_term_ref


def _line_cells(
    draft: OrderDraft, line: DraftLine, settings: OdooSettings, names: LineNames
) -> dict[str, str]:
    return {
        "order_line/id": line_xid(draft.our_ref, line.our_ref),
        "order_line/product_id/.id": _product(draft, line, settings),
        # an empty name is refused with a sentence about the order's own name
        "order_line/name": line.full_text or line.our_ref,
        "order_line/product_uom_qty": number_text(line.quantity),
        "order_line/price_unit": number_text(line.net_unit_price),
        # always with the price: without it Odoo adds the discount of the pricelist on top
        "order_line/discount": number_text(line.discount_percent),
        f"order_line/{names.taxes}/.id": ",".join(line.tax_refs),
    }


def _product(draft: OrderDraft, line: DraftLine, settings: OdooSettings) -> str:
    ref = line.product_ref or settings.product_ref_for(line.kind)
    if not ref.isdigit():
        # an empty cell would be accepted: a line that is priced and never delivered
        raise NeedsOperator(
            f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has no "
            "product in Odoo.",
            reason="no_product",
            cause=f"no_product:{line.kind if line.kind != 'item' else line.our_ref}",
            hint="Link the product, or name one for shipping and rounding on the connection.",
            ids=_ids(draft),
        )
    return ref


def _pricelist(draft: OrderDraft, settings: OdooSettings) -> int:
    try:
        return settings.pricelists[draft.currency]
    except KeyError as exc:
        raise NeedsOperator(
            f"Order {draft.display_ref} is in {draft.currency}, and no pricelist is named for it.",
            reason="no_pricelist",
            cause=f"no_pricelist:{draft.currency}",
            hint="An order takes its currency from its pricelist: make one in Odoo and add it "
            "to the setting 'pricelists' of the connection.",
            ids=_ids(draft),
        ) from exc


def note_html(draft: OrderDraft) -> str:
    """What has no field of its own: the order's number in the shop, the buyer's address, their
    note."""
    parts = []
    if draft.po_number and draft.display_ref:
        parts.append(f"Order in the shop: {draft.display_ref}")
    address = address_text(draft.ship_to)
    if address:
        parts.append(f"{_SHIP_TO} {address}")
    if draft.note:
        parts.append(draft.note)
    return "".join(_paragraph(part) for part in parts)


def readdressed(note: str, draft: OrderDraft) -> str:
    """An order's note with the draft's address in it; what people wrote beside it stays."""
    address = address_text(draft.ship_to)
    fresh = _paragraph(f"{_SHIP_TO} {address}") if address else ""
    old = _SHIP_TO_PARAGRAPH.search(note)
    return note[: old.start()] + fresh + note[old.end() :] if old else note + fresh


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"


def address_text(address: Address) -> str:
    """On one line; empty when nothing is known."""
    person = f"{address.first_name} {address.last_name}".strip()
    town = f"{address.postal_code} {address.city}".strip()
    parts = (
        address.company,
        person,
        address.street1,
        address.street2,
        town,
        address.region,
        address.country_code,
        address.phone,
    )
    return ", ".join(part for part in parts if part)


def _ids(draft: OrderDraft) -> dict[str, str | int]:
    return {"order": draft.our_ref}


# ---------------------------------------------------------------- from Odoo


def to_order(
    row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], xids: Mapping[int, str]
) -> ErpOrder:
    """An order with its lines; `xids` are the external ids of the lines."""
    return ErpOrder(
        ref=str(row["id"]),
        number=text_of(row["name"]),
        our_ref=text_of(row["origin"]),
        currency=currency_of(row),
        net_total=amount_of(row["amount_untaxed"]),
        tax_total=amount_of(row["amount_tax"]),
        gross_total=amount_of(row["amount_total"]),
        # "done" is what 17 calls a confirmed order that is locked
        is_confirmed=row["state"] in {"sale", "done"},
        is_cancelled=row["state"] == "cancel",
        lines=tuple(_to_line(line, xids) for line in lines),
        payment_term_ref=str(id_of(row["payment_term_id"]) or ""),
    )


def _to_line(line: Mapping[str, Any], xids: Mapping[int, str]) -> ErpOrderLine:
    return ErpOrderLine(
        our_ref=line_ref_of(xids.get(line["id"], "")),
        ref=str(line["id"]),
        product_ref=str(id_of(line["product_id"]) or ""),
        quantity=number_of(line["product_uom_qty"]),
        net_unit_price=number_of(line["price_unit"]),
        discount_percent=number_of(line["discount"]),
        net_total=amount_of(line["price_subtotal"]),
    )
