"""Orders between our records and SAP's entities. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.addresses import cut_parts, in_full, ship_to_body
from integrations.adapters.sap.customers_ref import customer_number
from integrations.adapters.sap.line_refs import (
    SYSTEM,
    checked_length,
    kept_line_ref,
    line_ref_of,
    order_ref_of,
    print_of,
)
from integrations.adapters.sap.prices_sent import SentPrice, currency_digits, sent_price
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import (
    Row,
    day_value,
    item_number,
    number_of,
    number_text,
    plain,
    rows_of,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, ErpOrder, ErpOrderLine, OrderDraft

Units = Mapping[str, str]  # the sales unit by material
NOT_RELEASED = {"B", "C"}  # of the credit check: not approved
_QUANTITY_DIGITS = 3
_MOST_PIECES, _MOST_MONEY = Decimal(10) ** 12, Decimal(10) ** 13  # by the digits SAP has
_PRICE_DIGITS = 10
_ITEM_TEXT = 40

# ---------------------------------------------------------------- to SAP


def order_body(draft: OrderDraft, settings: SapSettings, units: Units) -> dict[str, Any]:
    """The deep insert that creates the order: all of it or nothing, blocked for delivery.

    Raises NeedsOperator for a line without a material or with amounts nobody can order.
    """
    if not draft.lines:
        raise NeedsOperator(
            f"Order {draft.display_ref} has no lines.", reason="empty_order", ids=_ids(draft)
        )
    body: dict[str, Any] = {
        "SalesOrderType": settings.order_type,
        "SalesOrganization": settings.sales_organization,
        "DistributionChannel": settings.distribution_channel,
        "OrganizationDivision": settings.division,
        "SoldToParty": customer_number(draft.customer_ref),
        "PurchaseOrderByCustomer": _customer_reference(draft, settings),
        "PurchaseOrderByShipToParty": _second_reference(draft, settings),
        "CustomerPurchaseOrderDate": day_value(draft.placed_at.date()),
        "TransactionCurrency": draft.currency,
        "DeliveryBlockReason": settings.draft_block,
    }
    if draft.payment_term_ref:
        body["CustomerPaymentTerms"] = _term(draft, settings)
    if settings.uses_related_object:
        body["to_RelatedObject"] = [_related(checked_length(draft.our_ref, settings), settings)]
    if draft.ship_to != Address():
        body["to_Partner"] = [ship_to_body(draft, settings)]
    note = note_of(draft)
    if note and settings.text_id:
        body["to_Text"] = [text_body(note, settings)]
    body["to_Item"] = [
        item_body(line, draft, settings, units, number=number)
        for number, line in enumerate(draft.lines, start=1)
    ]
    return body


def item_body(
    line: DraftLine, draft: OrderDraft, settings: SapSettings, units: Units, *, number: int
) -> dict[str, Any]:
    """One line with its price, as it is made; lines are numbered 10, 20, 30 …"""
    material, price = material_of(draft, line, settings), price_of(line, draft)
    unit = units.get(material, "")
    body: dict[str, Any] = {
        "SalesOrderItem": str(number * 10),
        "UnderlyingPurchaseOrderItem": str(number),
        "Material": material,
        "RequestedQuantity": number_text(line.quantity),
        **({"RequestedQuantityUnit": unit} if unit else {}),
        **({"SalesOrderItemText": line.description[:_ITEM_TEXT]} if line.description else {}),
        **tax_classes(line, settings),
        "to_PricingElement": [
            {
                "ConditionType": settings.price_condition_type,
                **price_fields(price, draft.currency, unit),
            }
        ],
    }
    if line.configuration or len(line.description) > _ITEM_TEXT:
        long_text = {"LongTextID": settings.item_text_id, "LongText": line.full_text}
        body["to_Text"] = [{"Language": settings.language, **long_text}]
    kept = kept_line_ref(line.our_ref, draft.our_ref, settings)
    seal = print_of(material, line.quantity, price.net_amount)
    if settings.uses_related_object:
        body["to_RelatedObject"] = [_related(kept, settings, seal)]
    else:
        body |= {"PurchaseOrderByCustomer": kept, "PurchaseOrderByShipToParty": seal}
    return body


def price_fields(price: SentPrice, currency: str, unit: str) -> dict[str, str]:
    return {
        "ConditionRateValue": number_text(price.rate),
        "ConditionCurrency": currency,
        "ConditionQuantity": str(price.per),
        **({"ConditionQuantityUnit": unit} if unit else {}),
    }


def price_of(line: DraftLine, draft: OrderDraft) -> SentPrice:
    _refuse_senseless(line, draft)
    return sent_price(line, currency_digits(draft.currency))


def material_of(draft: OrderDraft, line: DraftLine, settings: SapSettings) -> str:
    ref = (line.product_ref or settings.product_ref_for(line.kind)).strip().upper()
    if not ref or len(ref) > 40:
        raise NeedsOperator(
            f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has no "
            "material in SAP.",
            reason="no_product",
            cause=f"no_product:{line.kind if line.kind != 'item' else line.our_ref}",
            hint="Link the product, or name one for shipping and rounding on the connection.",
            ids=_ids(draft),
        )
    return ref


def tax_classes(line: DraftLine, settings: SapSettings) -> dict[str, str]:
    """The tax is SAP's to find, by the classes of customer and material; a line says its own.

    A tax reference is the class ("1"), or category and class ("2:1") for the second tax.
    """
    found = {"ProductTaxClassification1": settings.tax_free_class}
    for ref in line.tax_refs:
        category, _, tax_class = ref.strip().rpartition(":")
        if (category or "1") not in {"1", "2", "3"} or len(tax_class) != 1:
            raise NeedsOperator(
                f"The tax {ref!r} is no tax class of SAP.",
                reason="bad_tax_ref",
                cause=f"bad_tax_ref:{ref}",
                hint="Map the tax to a class like 1, or to category and class like 2:1.",
            )
        found[f"ProductTaxClassification{category or '1'}"] = tax_class
    return found


def text_body(text: str, settings: SapSettings) -> dict[str, str]:
    return {"Language": settings.language, "LongTextID": settings.text_id, "LongText": text}


def note_of(draft: OrderDraft) -> str:
    """What has no field of its own, or does not fit into it."""
    parts = [f"Order {draft.display_ref} in the storefront."]
    if draft.po_number:
        parts.append(f"Purchase order: {draft.po_number}")
    if cut_parts(draft.ship_to):
        parts.append(f"Ship to, in full: {in_full(draft.ship_to)}")
    return "\n".join([*parts, *([draft.note] if draft.note else [])])


def _customer_reference(draft: OrderDraft, settings: SapSettings) -> str:
    if not settings.uses_related_object:
        return checked_length(draft.our_ref, settings)
    return (draft.po_number or draft.display_ref)[:35]


def _second_reference(draft: OrderDraft, settings: SapSettings) -> str:
    """The buyer's number too, where our key has taken the customer reference."""
    po_number = "" if settings.uses_related_object else draft.po_number
    return (po_number or draft.display_ref)[:35]


def _term(draft: OrderDraft, settings: SapSettings) -> str:
    ref = draft.payment_term_ref.strip().upper()
    is_listed = not settings.payment_terms or settings.term(ref) is not None
    if len(ref) <= 4 and ref.isascii() and is_listed:
        return ref
    raise NeedsOperator(
        f"The payment terms {draft.payment_term_ref!r} of order {draft.display_ref} are none that "
        "the connection names.",
        reason="terms_unknown",
        cause=f"terms_unknown:{draft.payment_term_ref}",
        hint="Add the key to the setting 'payment_terms' of the connection, or edit this job and "
        "name another.",
        ids=_ids(draft),
    )


def _related(ref: str, settings: SapSettings, seal: str = "") -> dict[str, str]:
    return {
        "SDDocumentRelatedObjectType": settings.related_object_type,
        "SDDocRelatedObjectSystem": SYSTEM,
        "SDDocRelatedObjectReference1": ref,
        **({"SDDocRelatedObjectReference2": seal} if seal else {}),
    }


def _refuse_senseless(line: DraftLine, draft: OrderDraft) -> None:
    numbers = (line.quantity, line.net_unit_price, line.discount_percent)
    is_sound = (
        all(number.is_finite() for number in numbers)
        and line.quantity > 0
        and line.quantity < _MOST_PIECES
        and abs(line.quantity * line.net_unit_price) < _MOST_MONEY
        and line.quantity == round(line.quantity, _QUANTITY_DIGITS)
    )
    if is_sound and (line.net_unit_price >= 0 or line.kind == "rounding"):
        return
    raise NeedsOperator(
        f"Line {line.description or line.our_ref!r} of order {draft.display_ref} asks for "
        f"{line.quantity} at {line.net_unit_price}: SAP takes a quantity above zero with up to "
        "three digits after the point, at a price that is not negative, neither beyond its digits.",
        reason="order_senseless",
        cause=f"order_senseless:{draft.our_ref}",
        hint="Correct the order in the storefront, or cancel it there.",
        ids=_ids(draft),
    )


def _ids(draft: OrderDraft) -> dict[str, str | int]:
    return {"order": draft.our_ref}


# ---------------------------------------------------------------- from SAP


def to_order(row: Row, settings: SapSettings) -> ErpOrder:
    """An order with its lines expanded. There is no gross total on it: tax is per line."""
    ref = order_ref_of(row, settings)
    items = sorted_items(row)
    tax = sum((number_of(item["TaxAmount"]) for item in items if not _rejected(item)), Decimal(0))
    net = number_of(row["TotalNetAmount"])
    is_held = text_of(row["TotalCreditCheckStatus"]) in NOT_RELEASED
    return ErpOrder(
        ref=text_of(row["SalesOrder"]),
        number=text_of(row["SalesOrder"]),
        our_ref=ref,
        currency=text_of(row["TransactionCurrency"]).upper(),
        net_total=plain(net),
        tax_total=plain(tax),
        gross_total=plain(net + tax),
        is_confirmed=text_of(row["DeliveryBlockReason"]) != settings.draft_block and not is_held,
        is_cancelled=is_cancelled(row),
        lines=tuple(_to_line(item, ref, settings) for item in items),
        payment_term_ref=text_of(row["CustomerPaymentTerms"]),
    )


def sorted_items(row: Row) -> list[Row]:
    return sorted(rows_of(row.get("to_Item")), key=lambda item: int(item["SalesOrderItem"] or 0))


def is_cancelled(row: Row) -> bool:
    """All of its lines are rejected: SAP's way to cancel an order and keep its number."""
    return text_of(row["OverallSDDocumentRejectionSts"]) == "C"


def _to_line(item: Row, order_ref: str, settings: SapSettings) -> ErpOrderLine:
    quantity, net = number_of(item["RequestedQuantity"]), number_of(item["NetAmount"])
    is_out = _rejected(item)
    return ErpOrderLine(
        our_ref=line_ref_of(item, order_ref, settings),
        ref=item_number(item["SalesOrderItem"]),
        product_ref=text_of(item["Material"]),
        quantity=Decimal(0) if is_out else plain(quantity),
        net_unit_price=_unit_price(item, net, quantity, settings),
        discount_percent=Decimal(0),  # taken off the price
        net_total=Decimal(0) if is_out else plain(net),
    )


def price_element(item: Row, settings: SapSettings) -> Row | None:
    """The price of a line as we send it, where it is the one that counts."""
    return next(
        (
            one
            for one in rows_of(item.get("to_PricingElement"))
            if text_of(one["ConditionType"]) == settings.price_condition_type
            and not text_of(one["ConditionInactiveReason"])
        ),
        None,
    )


def _unit_price(item: Row, net: Decimal, quantity: Decimal, settings: SapSettings) -> Decimal:
    element = price_element(item, settings)
    if element is not None and number_of(element["ConditionQuantity"]):
        rate = number_of(element["ConditionRateValue"])
        return plain(round(rate / number_of(element["ConditionQuantity"]), _PRICE_DIGITS))
    return plain(round(net / quantity, _PRICE_DIGITS)) if quantity else Decimal(0)


def _rejected(item: Row) -> bool:
    return bool(text_of(item["SalesDocumentRjcnReason"]))
