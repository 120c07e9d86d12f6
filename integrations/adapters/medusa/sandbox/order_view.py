"""An order as the Admin API shows it: every number twice, relations, statuses.

Which part of it an answer holds is decided by `fields`; see DEFAULT, LAZY and ALWAYS.
"""

from decimal import Decimal

from integrations.adapters.medusa.sandbox import money
from integrations.adapters.medusa.sandbox.money import both
from integrations.adapters.medusa.sandbox.orders import Fulfilment, Line, Method, Order
from integrations.adapters.medusa.sandbox.payment_view import (
    collection_row,
    credit,
    payment_status,
    summary,
)
from integrations.adapters.medusa.sandbox.refusals import Json

ZERO = Decimal(0)

# Not among the defaults: the currency, the e-mail, the customer and the sales channel.
DEFAULT = (
    "id", "display_id", "custom_display_id", "status", "version", "summary", "total", "metadata",
    "locale", "created_at", "updated_at", "region_id", "subtotal", "tax_total", "discount_total",
    "discount_tax_total", "original_total", "original_subtotal", "original_tax_total",
    "item_total", "item_subtotal", "item_tax_total", "original_item_total",
    "original_item_subtotal", "original_item_tax_total", "shipping_total", "shipping_subtotal",
    "shipping_tax_total", "original_shipping_tax_total", "original_shipping_subtotal",
    "original_shipping_total", "credit_line_total", "credit_line_subtotal",
    "credit_line_tax_total", "items", "credit_lines", "shipping_address", "billing_address",
    "shipping_methods", "payment_collections",
)  # fmt: skip
READ_DEFAULT = (*DEFAULT, "fulfillments", "payment_status", "fulfillment_status")
LIST_DEFAULT = (
    "id", "display_id", "custom_display_id", "status", "version", "summary", "total", "metadata",
    "locale", "created_at", "updated_at", "items", "payment_status", "fulfillment_status",
)  # fmt: skip
LAZY = (
    "payment_collections.payments",
    "fulfillments.items",
    "fulfillments.labels",
    "customer.groups",
    "customer.addresses",
)
PROGRESS_TOTALS = (
    "refundable_total", "fulfilled_total", "shipped_total", "return_requested_total",
    "return_received_total", "return_dismissed_total", "write_off_total",
)  # fmt: skip
READ_ALWAYS = (
    "status", "version", "payment_collections", "fulfillments", "payment_status",
    "fulfillment_status",
)  # fmt: skip
LIST_ALWAYS = ("status", "version", "items", "payment_status", "fulfillment_status")


def list_lazy(fields: str) -> tuple[str, ...]:
    """In a list the lines come without their amounts unless a total was asked for."""
    names = {name.strip("+* ") for name in fields.split(",")}
    if not fields or "total" in names:
        return (*LAZY, "items.variant")
    zero = money.sums([])
    progress = ("refundable_total_per_unit", *PROGRESS_TOTALS)
    amounts = [f"items.{prefix}{name}" for name in (*zero, *progress) for prefix in ("", "raw_")]
    return (*LAZY, "items.variant", "items.tax_lines", "items.adjustments", *amounts)


def order_json(order: Order, customer: Json | None) -> Json:
    """Everything there is to an order."""
    items = money.sums([line.amounts() for line in order.lines])
    shipping = money.sums([method.amounts() for method in order.methods])
    return {
        "id": order.id,
        "display_id": order.display_id,
        "custom_display_id": None,
        "status": order.status,
        "version": order.version,
        "summary": summary(order),
        "metadata": order.metadata,
        "locale": None,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "canceled_at": order.canceled_at,
        "region_id": order.region_id,
        **money.order_totals(items, shipping, order.credit),
        "currency_code": order.currency,
        "email": order.email,
        "customer_id": order.customer_id,
        "sales_channel_id": order.sales_channel_id,
        "is_draft_order": order.is_draft,
        "items": [_item(line, order) for line in order.lines],
        "credit_lines": [credit(entry, order) for entry in order.credits],
        "shipping_address": order.ship_to,
        "billing_address": order.bill_to,
        "shipping_methods": [_method(method, order) for method in order.methods],
        "customer": customer,
        "payment_collections": [collection_row(one) for one in order.collections],
        "fulfillments": [_fulfilment(one) for one in order.fulfilments],
        "promotions": [{"id": one["id"], "code": one["code"]} for one in order.promotions],
        "payment_status": payment_status(order),
        "fulfillment_status": _fulfilment_status(order),
    }


def times(moment: str) -> Json:
    """The three times of a row that has not changed since."""
    return {"created_at": moment, "updated_at": moment, "deleted_at": None}


def tax_line(rate: Decimal, code: str, amounts: money.Amounts, prefix: str) -> Json:
    """A tax line: `total` after and `subtotal` before discount."""
    country = code.rpartition("-")[2].lower()
    return {
        "id": f"{prefix}_{code}",
        "description": f"VAT {country}",
        "tax_rate_id": f"txr_{country}",
        "code": code,
        "provider_id": "system",
        "metadata": None,
        "data": None,
        **both("rate", rate),
        **both("total", amounts["tax_total"]),
        **both("subtotal", amounts["original_tax_total"]),
    }


# ---------------------------------------------------------------- lines


def _item(line: Line, order: Order) -> Json:
    amounts = line.amounts()
    return {
        "id": line.id,
        **_product_facts(line),
        "requires_shipping": line.requires_shipping,
        "is_giftcard": False,
        "is_discountable": line.is_discountable,
        "is_tax_inclusive": line.is_tax_inclusive,
        "is_custom_price": line.is_custom_price,
        "metadata": line.metadata,
        "raw_compare_at_unit_price": None,
        **times(line.created_at),
        "tax_lines": [
            {
                **tax_line(line.rate, line.tax_code, amounts, "ordlitxl"),
                "item_id": line.id,
                **times(line.created_at),
            }
        ]
        if line.rate is not None
        else [],
        "adjustments": _adjustments(line),
        "compare_at_unit_price": None,
        **both("unit_price", line.unit_price),
        **both("quantity", line.quantity),
        "line_item_metadata": line.metadata,
        "detail": _detail(line, order),
        **_twice(amounts),
        **_progress_totals(line, amounts),
        "variant": {**plain(line.variant), "product": plain(line.product)}
        if line.variant
        else None,
    }


def plain(row: Json) -> Json:
    """The columns of a row, without its relations."""
    relations = ("options", "images", "prices", "variants", "tags", "sales_channels", "categories")
    return {name: value for name, value in row.items() if name not in relations}


def _product_facts(line: Line) -> Json:
    variant, product = line.variant, line.product
    return {
        "title": line.title or product.get("title"),
        "subtitle": variant.get("title"),
        "thumbnail": None,
        "variant_id": variant.get("id"),
        "product_id": product.get("id"),
        "product_title": product.get("title"),
        "product_description": product.get("description"),
        "product_subtitle": None,
        "product_type": None,
        "product_type_id": None,
        "product_collection": None,
        "product_handle": product.get("handle"),
        "variant_sku": line.sku or variant.get("sku"),
        "variant_barcode": variant.get("barcode"),
        "variant_title": variant.get("title"),
        "variant_option_values": None,
    }


def _adjustments(line: Line) -> list[Json]:
    if not line.promotion:
        return []
    amounts = line.amounts()
    return [
        {
            "id": f"ordliadj_{line.id[6:]}",
            "version": 1,
            "description": None,
            "promotion_id": line.promotion["id"],
            "code": line.promotion["code"],
            "provider_id": None,
            "is_tax_inclusive": False,
            "item_id": line.id,
            **both("amount", line.discount),
            **both("subtotal", line.discount),
            **both("total", amounts["discount_total"]),
            **times(line.created_at),
        }
    ]


def _detail(line: Line, order: Order) -> Json:
    return {
        "id": f"orditem_{line.id[6:]}",
        "version": order.version,
        "metadata": line.metadata,
        "order_id": order.id,
        "item_id": line.id,
        "unit_price": None,
        "raw_unit_price": None,
        "compare_at_unit_price": None,
        "raw_compare_at_unit_price": None,
        **times(line.created_at),
        **both("quantity", line.quantity),
        **both("fulfilled_quantity", line.fulfilled),
        **both("delivered_quantity", line.delivered),
        **both("shipped_quantity", line.shipped),
        **both("return_requested_quantity", ZERO),
        **both("return_received_quantity", ZERO),
        **both("return_dismissed_quantity", ZERO),
        **both("written_off_quantity", ZERO),
    }


def _progress_totals(line: Line, amounts: money.Amounts) -> Json:
    each = amounts["total"] / line.quantity if line.quantity else ZERO
    return {
        **both("refundable_total_per_unit", each),
        **both("refundable_total", amounts["total"]),
        **both("fulfilled_total", each * line.fulfilled),
        **both("shipped_total", each * line.shipped),
        **both("return_requested_total", ZERO),
        **both("return_received_total", ZERO),
        **both("return_dismissed_total", ZERO),
        **both("write_off_total", ZERO),
    }


def _method(method: Method, order: Order) -> Json:
    amounts = method.amounts()
    return {
        "id": method.id,
        "name": method.name,
        "description": None,
        "is_tax_inclusive": method.is_tax_inclusive,
        "is_custom_amount": False,
        "shipping_option_id": method.option_id,
        "data": {},
        "metadata": None,
        **times(method.created_at),
        "tax_lines": [
            {
                **tax_line(method.rate, method.tax_code, amounts, "ordsmtxl"),
                "shipping_method_id": method.id,
                **times(method.created_at),
            }
        ]
        if method.rate is not None
        else [],
        "adjustments": [],
        **both("amount", method.amount),
        "order_id": order.id,
        "detail": {"id": f"ordspmv_{method.id[6:]}", "version": 1, "order_id": order.id},
        **_twice(amounts),
    }


def _twice(amounts: money.Amounts) -> Json:
    return {
        key: value for name, amount in amounts.items() for key, value in both(name, amount).items()
    }


# ---------------------------------------------------------------- fulfilments


def _fulfilment(fulfilment: Fulfilment) -> Json:
    return {
        "id": fulfilment.id,
        "location_id": fulfilment.location_id,
        "packed_at": fulfilment.created_at,
        "shipped_at": fulfilment.shipped_at,
        "marked_shipped_by": None,
        "created_by": None,
        "delivered_at": fulfilment.delivered_at,
        "canceled_at": fulfilment.canceled_at,
        "data": {},
        "requires_shipping": all(line.requires_shipping for line, _, _ in fulfilment.items),
        "provider": {"id": "manual_manual"},
        "shipping_option_id": fulfilment.option_id,
        "shipping_option": {"id": fulfilment.option_id},
        "delivery_address": {"id": f"fuladdr_{fulfilment.id[4:]}"},
        "delivery_address_id": f"fuladdr_{fulfilment.id[4:]}",
        "metadata": fulfilment.metadata,
        "created_at": fulfilment.created_at,
        "updated_at": fulfilment.updated_at,
        "deleted_at": None,
        "items": [
            {
                "id": item_id,
                "title": line.variant.get("title"),
                "sku": line.variant.get("sku"),
                "barcode": "",
                "line_item_id": line.id,
                "fulfillment_id": fulfilment.id,
                **both("quantity", quantity),
            }
            for line, quantity, item_id in fulfilment.items
        ],
        "labels": fulfilment.labels,
        "provider_id": "manual_manual",
    }


def _fulfilment_status(order: Order) -> str:
    if order.fulfilments and all(one.canceled_at for one in order.fulfilments):
        return "canceled"
    for name in ("delivered", "shipped", "fulfilled"):
        done = [getattr(line, name) for line in order.lines]
        if any(done):
            whole = all(one >= line.quantity for one, line in zip(done, order.lines, strict=True))
            return name if whole else f"partially_{name}"
    return "not_fulfilled"
