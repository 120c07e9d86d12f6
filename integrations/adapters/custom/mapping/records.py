"""The fields of our records that a mapping finds in the ERP's rows, with their kinds."""

from typing import get_args

from integrations.adapters.custom.mapping.fields import FieldSpec
from integrations.records.catalog import Audience
from integrations.records.orders import OrderState, PaymentState


def _needed(
    name: str, kind: str = "text", help: str = "", choices: tuple[str, ...] = ()
) -> FieldSpec:
    return FieldSpec(name, kind, help, is_required=True, choices=choices)


PRODUCT = (
    _needed("ref", help="The ERP's id of the product."),
    _needed("title"),
    FieldSpec("description", "text"),
    FieldSpec("currency", "text", "Of the list price; without it that of the mapping."),
    FieldSpec("category", "text", "Its name; the category is known by it."),
    FieldSpec("image_url", "text", "An address of the web that everybody may open."),
    FieldSpec("is_active", "flag", "Without it every product is on sale."),
    FieldSpec("updated_at", "time", "Without it the time of reading."),
)
VARIANT = (
    _needed("ref", help="What an order line names as its product."),
    _needed("sku"),
    FieldSpec("barcode", "text"),
    FieldSpec("title", "text", "Without it the values of its options, or the SKU."),
    FieldSpec("unit", "text"),
    FieldSpec("net_list_price", "unit_price", "Zero counts as unknown."),
    FieldSpec("is_active", "flag"),
    FieldSpec("weight_kg", "number"),
    FieldSpec(
        "backorder",
        "flag",
        "Whether it is sold beyond what is in stock; without it the products flow's setting.",
    ),
    FieldSpec("tax_class", "text", "Noted at the storefront's variant; nothing is worked out."),
)
OPTION = (_needed("name"), _needed("value"))
PRICE = (
    _needed("ref", help="Stable for as long as the ERP keeps the row."),
    _needed("variant_ref"),
    FieldSpec("audience", "text", "Without it everyone.", choices=get_args(Audience)),
    FieldSpec("audience_ref", "text"),
    FieldSpec("audience_name", "text"),
    FieldSpec("currency", "text"),
    _needed("net_unit_price", "unit_price"),
    FieldSpec("min_quantity", "number", "Without it 1."),
    FieldSpec("unit", "text"),
    FieldSpec("starts_on", "date"),
    FieldSpec("ends_on", "date"),
    FieldSpec("is_active", "flag"),
)
STOCK = (
    _needed("variant_ref"),
    FieldSpec("sku", "text"),
    FieldSpec("location_ref", "text"),
    FieldSpec("location_name", "text"),
    _needed("on_hand", "number"),
    FieldSpec("reserved", "number", is_kept_up=True),
    FieldSpec(
        "available",
        "number",
        "Without it what is on hand less what is reserved.",
        is_kept_up=True,
    ),
    FieldSpec("incoming", "number"),
    FieldSpec("incoming_on", "date"),
    FieldSpec("unit", "text"),
    FieldSpec("as_of", "time", "Without it the time of reading."),
)
ADDRESS_NAMES = (
    "company", "first_name", "last_name", "street1", "street2", "city", "region",
    "postal_code", "country_code", "phone",
)  # fmt: skip
ADDRESS = tuple(FieldSpec(name, "text") for name in ADDRESS_NAMES)
SHIP_TO = (_needed("ref", help="The ERP's id of the address."), *ADDRESS)
CUSTOMER = (
    _needed("ref", help="What an order names as its customer."),
    FieldSpec("number", "text"),
    _needed("name"),
    FieldSpec("tax_id", "text"),
    FieldSpec("email", "text"),
    FieldSpec("phone", "text"),
    FieldSpec("currency", "text"),
    FieldSpec("price_list_ref", "text"),
    FieldSpec("group_ref", "text"),
    FieldSpec("group_name", "text"),
    FieldSpec("payment_term_ref", "text"),
    FieldSpec("payment_term_name", "text"),
    FieldSpec("credit_limit", "amount", "Null or missing in a row: no limit."),
    FieldSpec("is_blocked", "flag"),
    FieldSpec("block_reason", "text"),
    FieldSpec("is_tax_exempt", "flag"),
    FieldSpec("allowed_countries", "text", "Where to they are delivered: DE, AT. Empty: to all."),
    FieldSpec("licences", "text", "name | number | last day, one a line or after a semicolon."),
    FieldSpec("is_active", "flag"),
    FieldSpec("updated_at", "time"),
)
CONTACT = (
    _needed("ref"),
    FieldSpec("name", "text"),
    FieldSpec("email", "text"),
    FieldSpec("phone", "text"),
)
ORDER = (
    _needed("ref", help="The ERP's id of the order."),
    FieldSpec("number", "text", "What people call it; without it the ref."),
    _needed("our_ref", help="Where our reference stands."),
    _needed(
        "state", help="By the table 'values', in the portal's words.", choices=get_args(OrderState)
    ),
    FieldSpec("currency", "text"),
    FieldSpec("net_total", "amount", "Without it gross less tax."),
    FieldSpec("tax_total", "amount", "Without it gross less net."),
    _needed("gross_total", "amount", "What the portal compares before it confirms."),
    FieldSpec("payment_term_ref", "text", "Compared with the agreed terms before it confirms."),
    FieldSpec("lines_expected", "number", "Where {line_count} was kept, when lines are apart."),
    FieldSpec("created_at", "time"),
    FieldSpec("changed_at", "time", "Without it the time of reading."),
    FieldSpec("is_untouched", "flag", "Without it never true."),
    FieldSpec("version", "text", "Sent back as {version} by an ERP that wants it."),
)
ORDER_LINE = (
    _needed("ref"),
    _needed("our_ref", help="Where our reference of the line stands."),
    _needed("product_ref"),
    FieldSpec("description", "text"),
    _needed("quantity", "number"),
    _needed("net_unit_price", "unit_price"),
    FieldSpec("discount_percent", "number"),
    FieldSpec("net_total", "amount"),
    FieldSpec("shipped", "number", is_kept_up=True),
    FieldSpec("invoiced", "number", is_kept_up=True),
    FieldSpec("expected_on", "date"),
)
SHIPMENT = (
    _needed("ref"),
    FieldSpec("order_ref", "text", "Which order it belongs to, when it is read by a list."),
    FieldSpec("number", "text"),
    _needed("shipped_at", "time"),
    FieldSpec("carrier", "text"),
    FieldSpec("tracking_number", "text"),
    FieldSpec("tracking_url", "text"),
)
MOVED_LINE = (
    FieldSpec("our_ref", "text", "Our reference of the line."),
    FieldSpec("line_ref", "text", "The ERP's ref of the line, where ours is not told."),
    _needed("quantity", "number"),
)
INVOICE = (
    _needed("ref"),
    FieldSpec("order_ref", "text", "Which order it belongs to, when it is read by a list."),
    FieldSpec("number", "text"),
    FieldSpec("kind", "text", "Without it an invoice.", choices=("invoice", "credit_note")),
    FieldSpec("issued_on", "date"),
    FieldSpec("due_on", "date"),
    FieldSpec("currency", "text"),
    _needed("gross_total", "amount", "Of a credit note too, greater than zero."),
    FieldSpec("open_amount", "amount"),
    FieldSpec(
        "payment_state",
        "text",
        "Without it by what is open.",
        choices=get_args(PaymentState),
    ),
)
RETURN = (
    _needed("ref"),
    FieldSpec("order_ref", "text"),
    FieldSpec("number", "text"),
    FieldSpec("received_at", "time"),
)
ANSWER = (
    _needed("our_ref", help="The {ask.our_ref} it answers."),
    FieldSpec("net_unit_price", "unit_price"),
    FieldSpec("list_price", "unit_price"),
    FieldSpec("currency", "text"),
    FieldSpec("unit", "text"),
    FieldSpec("cost", "unit_price"),
    FieldSpec("price_list_ref", "text"),
    FieldSpec("price_list_name", "text"),
    FieldSpec("rule_ref", "text"),
    FieldSpec("rule_version", "text"),
    FieldSpec("refusal", "text", "Why a line has no price, in the ERP's words."),
    FieldSpec("confirmed_quantity", "number"),
    FieldSpec("available_on", "date"),
)
TERM = (_needed("ref"), _needed("name"), FieldSpec("days", "number"))
CREDIT = (
    FieldSpec("is_blocked", "flag"),
    FieldSpec("block_reason", "text"),
    FieldSpec("limit", "amount", "Null or missing in the answer: no limit."),
    _needed("exposure", "amount"),
    FieldSpec("currency", "text"),
    FieldSpec("payment_term_ref", "text"),
    FieldSpec("payment_term_name", "text"),
    FieldSpec("note", "text"),
)
PAYMENT = (_needed("ref"), _needed("our_ref", help="Where the payment's {our_ref} stands."))
TEST = (FieldSpec("version", "text"), FieldSpec("company", "text"), FieldSpec("user", "text"))
