"""Orders between our records and those of Business Central. Pure.

The fields of a line are checked there one by one, in the order in which they are sent, and
the quantity works out the price anew: price and discount come after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.refs import (
    LONGEST_LINE_REF,
    code_of,
    goods_of,
    item_ref,
    order_ref,
    our_ref_of,
)
from integrations.adapters.business_central.settings import BcSettings
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    choice_of,
    id_of,
    number_of,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, ErpOrder, ErpOrderLine, OrderDraft

LONGEST_TEXT = 100
COMMENT = "Comment"
DRAFT = "Draft"
# Before release in the words of Business Central: open, waiting for approval.
_UNRELEASED = {DRAFT, "In Review"}
ORDER_FIELDS = (
    "id,number,externalDocumentNumber,status,customerId,currencyCode,totalAmountExcludingTax,"
    "totalTaxAmount,totalAmountIncludingTax,paymentTermsId,lastModifiedDateTime"
)
LINE_FIELDS = (
    "id,documentId,sequence,lineType,lineObjectNumber,itemId,itemVariantId,description,"
    "description2,quantity,unitPrice,discountPercent,netAmount,taxCode,shipmentDate,"
    "shippedQuantity,invoicedQuantity"
)
WITH_LINES = {
    "$select": ORDER_FIELDS,
    "$expand": f"salesOrderLines($select={LINE_FIELDS})",
}

# ---------------------------------------------------------------- to Business Central


def order_request(draft: OrderDraft, settings: BcSettings) -> dict[str, Any]:
    """The body that creates the order with all its lines, or nothing.

    Raises NeedsOperator for a line without a product, a number that is none, or a reference
    that does not fit.
    """
    if not draft.lines:
        raise NeedsOperator(
            f"Order {draft.display_ref} has no lines.", reason="empty_order", ids=_ids(draft)
        )
    return {
        "customerId": customer_id(draft.customer_ref),
        "externalDocumentNumber": code_of(draft.our_ref),
        "orderDate": draft.placed_at.date().isoformat(),
        "currencyCode": draft.currency,
        **({"paymentTermsId": _term(draft)} if draft.payment_term_ref else {}),
        **address_fields(draft.ship_to),
        "salesOrderLines": [
            *comment_lines(draft),
            *(part for line in draft.lines for part in line_parts(draft, line, settings)),
        ],
    }


def customer_id(customer_ref: str) -> str:
    """Raises NeedsOperator for what is not the id of a customer."""
    goods = goods_of(customer_ref)
    if not goods.item_id or goods.variant_id:
        raise NeedsOperator(
            f"{customer_ref!r} is not the id of a customer in Business Central.",
            reason="bad_customer_ref",
            hint="Link the customer to the id of its card, not to its number.",
        )
    return goods.item_id


def address_fields(address: Address) -> dict[str, str]:
    """Empty for an address that nothing is known of: the customer card's own counts then."""
    person = f"{address.first_name} {address.last_name}".strip()
    fields = {
        "shipToName": address.company or person,
        "shipToContact": person if address.company else "",
        "shipToAddressLine1": address.street1,
        "shipToAddressLine2": address.street2,
        "shipToCity": address.city,
        "shipToState": address.region,
        "shipToPostCode": address.postal_code,
        "shipToCountry": address.country_code,
    }
    return fields if any(fields.values()) else {}


def comment_lines(draft: OrderDraft) -> Iterable[dict[str, str]]:
    """What has no field of its own: the order's number in the shop with our exact reference,
    the buyer's order number, their note."""
    texts = [f"Storefront order {draft.display_ref}"]
    if draft.po_number:
        texts.append(f"Your order {draft.po_number}")
    if draft.note:
        texts += _pieces(draft.note)
    return [
        {
            "lineType": COMMENT,
            "description": text[:LONGEST_TEXT],
            "description2": draft.our_ref if number == 0 else "",
        }
        for number, text in enumerate(texts)
    ]


def _pieces(text: str) -> list[str]:
    plain = " ".join(text.split())
    return [plain[at : at + LONGEST_TEXT] for at in range(0, len(plain), LONGEST_TEXT)]


def _term(draft: OrderDraft) -> str:
    goods = goods_of(draft.payment_term_ref)
    if not goods.item_id or goods.variant_id:
        raise NeedsOperator(
            f"{draft.payment_term_ref!r} is not the id of payment terms in Business Central.",
            reason="terms_unknown",
            cause=f"terms_unknown:{draft.payment_term_ref}",
            hint="Edit this job and name the id (not the code) that Business Central has for them.",
            ids=_ids(draft),
        )
    return goods.item_id


def line_parts(draft: OrderDraft, line: DraftLine, settings: BcSettings) -> list[dict[str, Any]]:
    """The line, and below it what its description has no room for: the rest of its text and its
    configuration, as comments that carry its reference."""
    over = line.description[LONGEST_TEXT:]
    texts = [piece for one in (over, *line.choices.splitlines()) for piece in _pieces(one)]
    comments = [
        {"lineType": COMMENT, "description": text, "description2": line.our_ref} for text in texts
    ]
    return [line_fields(draft, line, settings), *comments]


def line_fields(draft: OrderDraft, line: DraftLine, settings: BcSettings) -> dict[str, Any]:
    _refuse_senseless(draft, line)
    fields: dict[str, Any] = dict(goods_of(_product(draft, line, settings)).as_fields())
    fields["description"] = (line.description or line.our_ref)[:LONGEST_TEXT]
    fields["description2"] = line.our_ref
    if settings.location_id and "itemId" in fields:
        fields["locationId"] = settings.location_id
    tax_code = _tax_code(draft, line, settings)
    if tax_code:
        fields["taxCode"] = tax_code
    return {**fields, **priced_fields(line)}


def priced_fields(line: DraftLine) -> dict[str, Decimal]:
    """Always all three: without them its own price and discount rules would apply."""
    return {
        "quantity": line.quantity,
        "unitPrice": line.net_unit_price,
        "discountPercent": line.discount_percent,
    }


def readable(body: dict[str, Any]) -> dict[str, object]:
    """The body with texts for its numbers, so that it can be kept on the order."""
    return {name: _readable(value) for name, value in body.items()}


def _readable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return [readable(one) for one in value] if isinstance(value, list) else value


def _product(draft: OrderDraft, line: DraftLine, settings: BcSettings) -> str:
    ref = line.product_ref or settings.product_ref_for(line.kind)
    if ref:
        return ref
    raise NeedsOperator(
        f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has no product "
        "in Business Central.",
        reason="no_product",
        cause=f"no_product:{line.kind if line.kind != 'item' else line.our_ref}",
        hint="Link the product, or name an item or account for shipping and rounding on the "
        "connection.",
        ids=_ids(draft),
    )


def _tax_code(draft: OrderDraft, line: DraftLine, settings: BcSettings) -> str:
    if len(line.tax_refs) > 1:
        raise NeedsOperator(
            f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has "
            f"{len(line.tax_refs)} taxes; a line in Business Central has one.",
            reason="several_taxes",
            cause=f"several_taxes:{'+'.join(line.tax_refs)}",
            hint="Set up one VAT product posting group that stands for both, and map it.",
            ids=_ids(draft),
        )
    return line.tax_refs[0] if line.tax_refs else settings.untaxed_code


def _refuse_senseless(draft: OrderDraft, line: DraftLine) -> None:
    numbers = (line.quantity, line.net_unit_price, line.discount_percent)
    is_sound = all(number.is_finite() for number in numbers)
    if is_sound:
        is_sound = line.quantity >= 0 and 0 <= line.discount_percent <= 100
        is_sound = is_sound and (line.net_unit_price >= 0 or line.kind == "rounding")
    if not is_sound or len(line.our_ref) > LONGEST_LINE_REF:
        raise NeedsOperator(
            f"Line {line.our_ref!r} of order {draft.display_ref} cannot be sent: quantity "
            f"{line.quantity}, price {line.net_unit_price}, discount {line.discount_percent} %.",
            reason="order_senseless",
            cause=f"order_senseless:{draft.our_ref}",
            hint="Correct the order in the storefront, or cancel it there.",
            ids=_ids(draft),
        )


def _ids(draft: OrderDraft) -> dict[str, str | int]:
    return {"order": draft.our_ref}


# ---------------------------------------------------------------- from Business Central


def to_order(row: Row, *, by_hand: bool) -> ErpOrder:
    """An order with its lines. `by_hand`: only people can release it, so that it counts as
    confirmed as soon as it is there."""
    lines = goods_lines(row)
    return ErpOrder(
        ref=order_ref(text_of(row["number"])),
        number=text_of(row["number"]),
        our_ref=our_ref_in(row),
        currency=text_of(row["currencyCode"]).upper(),
        net_total=amount_of(row["totalAmountExcludingTax"]),
        tax_total=amount_of(row["totalTaxAmount"]),
        gross_total=amount_of(row["totalAmountIncludingTax"]),
        is_confirmed=by_hand or is_released(row),
        is_cancelled=False,
        lines=tuple(_to_line(line) for line in lines),
        payment_term_ref=id_of(row["paymentTermsId"]),
    )


def is_released(row: Row) -> bool:
    return choice_of(row["status"]) not in _UNRELEASED


def goods_lines(row: Row) -> Sequence[Row]:
    """The lines that sell something, as the order shows them."""
    lines = [
        line for line in row.get("salesOrderLines", ()) if choice_of(line["lineType"]) != COMMENT
    ]
    return sorted(lines, key=lambda line: int(line["sequence"]))


def comments_of(row: Row, line_ref: str) -> Sequence[Row]:
    """The comments that belong to a line of ours."""
    return [
        line
        for line in row.get("salesOrderLines", ())
        if choice_of(line["lineType"]) == COMMENT and text_of(line["description2"]) == line_ref
    ]


def our_ref_in(row: Row, lines_name: str = "salesOrderLines") -> str:
    """Our reference as we spell it: the comment line has it, the code has it in capitals."""
    code = text_of(row["externalDocumentNumber"])
    for line in row.get(lines_name, ()):
        exact = text_of(line.get("description2"))
        if choice_of(line["lineType"]) == COMMENT and exact.upper() == code.upper():
            return exact or our_ref_of(code)
    return our_ref_of(code)


def line_content(line: Row | DraftLine) -> tuple[Decimal, ...]:
    """What of a line can be changed: quantity, price, discount."""
    if isinstance(line, DraftLine):
        numbers = [line.quantity, line.net_unit_price, line.discount_percent]
    else:
        names = ("quantity", "unitPrice", "discountPercent")
        numbers = [number_of(line[name]) for name in names]
    return tuple(amount_of(number) for number in numbers)


def goods_in(line: Row, like: Mapping[str, str]) -> dict[str, str]:
    """The goods of a line in the fields in which the other one names them."""
    found = {
        "lineType": choice_of(line["lineType"]),
        "lineObjectNumber": text_of(line["lineObjectNumber"]),
        "itemId": id_of(line["itemId"]),
        "itemVariantId": id_of(line["itemVariantId"]),
    }
    names = [name for name in found if name in like or (name == "itemVariantId" and found[name])]
    return {name: found[name] for name in names}


def _to_line(line: Row) -> ErpOrderLine:
    item_id = id_of(line["itemId"])
    number = text_of(line["lineObjectNumber"])
    is_account = choice_of(line["lineType"]) == "Account"
    return ErpOrderLine(
        our_ref=text_of(line.get("description2")),
        ref=id_of(line["id"]),
        product_ref=item_ref(item_id, id_of(line["itemVariantId"]))
        if item_id
        else f"account:{number}"
        if is_account
        else number,
        quantity=amount_of(line["quantity"]),
        net_unit_price=amount_of(line["unitPrice"]),
        discount_percent=amount_of(line["discountPercent"]),
        net_total=amount_of(line["netAmount"]),
    )
