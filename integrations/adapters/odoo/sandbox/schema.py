"""The models and fields of a plain Odoo with Sales, Inventory and Invoicing, as far as needed.

A field is stored unless it names a `compute`: a function of this package by that name, see
`computed.py`. A one2many names the many2one on the other side (`inverse`) and is not stored.
"""

from dataclasses import replace

from integrations.adapters.odoo.sandbox.fields import (
    FieldDef,
    ModelDef,
    char,
    children,
    choice,
    day,
    flag,
    many,
    moment,
    money,
    number,
    one,
    text,
)
from integrations.adapters.odoo.sandbox.schema_of_depots import DEPOT_MODELS
from integrations.adapters.odoo.sandbox.schema_of_selling import (
    CREDIT_FIELDS,
    PRICE_MODELS,
    SALE_WARN,
)

_STAMPS = {"create_date": moment("Created on"), "write_date": moment("Last Updated on")}
_QTY = (16, 2)

MODELS: dict[str, ModelDef] = {
    "res.users": ModelDef(
        label="User",
        fields={
            "name": char("Name"),
            "login": char("Login"),
            "lang": char("Language", default="en_US"),
            "tz": char("Timezone"),
            "company_id": one("res.company"),
            "company_ids": many("res.company"),
        },
    ),
    "res.company": ModelDef(
        label="Companies",
        fields={
            "name": char("Company Name"),
            "partner_id": one("res.partner"),
            "currency_id": one("res.currency"),
            "tax_calculation_rounding_method": choice(
                "Tax Calculation Rounding Method",
                ("round_per_line", "Round per Line"),
                ("round_globally", "Round Globally"),
            ),
            "account_use_credit_limit": flag("Sales Credit Limit"),
            "group_discount_per_so_line": flag("Discounts", default=True),
        },
    ),
    "res.currency": ModelDef(
        label="Currency",
        order="active desc, name",
        fields={
            "name": char("Currency"),
            "symbol": char("Symbol"),
            "rounding": number("Rounding Factor"),
            "decimal_places": FieldDef(type="integer", label="Decimal Places", default=2),
            "rate": number("Current Rate"),
            "active": flag("Active", default=True),
        },
    ),
    "res.partner": ModelDef(
        label="Contact",
        rights="rcw",
        fields={
            "name": char("Name", is_required=True),
            "ref": char("Reference"),
            "is_company": flag("Is a Company"),
            "partner_share": flag("Share Partner", default=True),
            "parent_id": one("res.partner"),
            "child_ids": children("res.partner", "parent_id"),
            "commercial_partner_id": one("res.partner", compute="commercial_partner"),
            "type": char("Address Type", default="contact"),
            "email": char("Email"),
            "phone": char("Phone"),
            "vat": char("Tax ID"),
            "street": char("Street"),
            "street2": char("Street2"),
            "city": char("City"),
            "zip": char("Zip"),
            "country_id": one("res.country", "Country"),
            "state_id": one("res.country.state", "State"),
            "lang": char("Language", default="en_US"),
            "active": flag("Active", default=True),
            "company_id": one("res.company"),
            "property_product_pricelist": one("product.pricelist", compute="partner_pricelist"),
            "specific_property_product_pricelist": one("product.pricelist"),
            "property_payment_term_id": one("account.payment.term"),
            "property_account_position_id": one("account.fiscal.position"),
            "sale_warn_msg": text("Sales Warning"),
            **CREDIT_FIELDS,
        },
    ),
    "account.tax": ModelDef(
        label="Tax",
        fields={
            "name": char("Tax Name"),
            "amount": number("Amount"),
            "amount_type": char(default="percent"),
            "price_include": flag(),
            "type_tax_use": char(default="sale"),
            "company_id": one("res.company"),
            "active": flag(default=True),
        },
    ),
    "account.fiscal.position": ModelDef(
        label="Fiscal Position", fields={"name": char(), "tax_map": char()}
    ),
    "uom.uom": ModelDef(
        label="Product Unit of Measure",
        fields={"name": char(), "factor": FieldDef(type="float", default=1)},
    ),
    "product.category": ModelDef(
        label="Product Category",
        fields={"name": char(), "complete_name": char(), "parent_id": one("product.category")},
    ),
    "product.attribute": ModelDef(label="Attribute", fields={"name": char()}),
    "product.template.attribute.value": ModelDef(
        label="Product Template Attribute Value",
        fields={
            "name": char("Value"),
            "attribute_id": one("product.attribute"),
            "price_extra": number("Extra Price"),
            "ptav_active": flag(default=True),
        },
    ),
    "product.template": ModelDef(
        label="Product",
        groups=("Products/Create",),
        fields={
            "name": char("Name", is_required=True),
            "list_price": number("Sales Price"),
            "type": choice(
                "Product Type", ("consu", "Goods"), ("service", "Service"), ("combo", "Combo")
            ),
            "is_storable": flag("Track Inventory"),
            "sale_ok": flag("Sales", default=True),
            "uom_id": one("uom.uom", "Unit"),
            "categ_id": one("product.category", "Product Category"),
            "description_sale": text("Sales Description"),
            "taxes_id": many("account.tax", "Sales Taxes"),
            "currency_id": one("res.currency", compute="company_currency"),
            "company_id": one("res.company"),
            "invoice_policy": choice(
                "Invoicing Policy", ("order", "Ordered quantities"), ("delivery", "Delivered")
            ),
            "product_variant_ids": children("product.product", "product_tmpl_id"),
            "active": flag(default=True),
        },
    ),
    "product.product": ModelDef(
        label="Product Variant",
        groups=("Products/Create",),
        order="default_code, name, id",
        fields={
            "default_code": char("Internal Reference"),
            "barcode": char("Barcode"),
            "active": flag("Active", default=True),
            "product_tmpl_id": one("product.template"),
            "product_template_attribute_value_ids": many("product.template.attribute.value"),
            "weight": number("Weight"),
            "standard_price": number("Cost", group="internal"),
            "currency_id": one("res.currency", compute="company_currency"),
            "cost_currency_id": one("res.currency", compute="company_currency"),
            "on_hand": number(),
            "price_extra": number("Variant Price Extra", compute="variant_extra"),
            "lst_price": number("Sales Price", compute="variant_price"),
            **{
                name: FieldDef(type=kind, relation=relation, compute="of_template")
                for name, kind, relation in (
                    ("name", "char", ""),
                    ("list_price", "float", ""),
                    ("type", "selection", ""),
                    ("is_storable", "boolean", ""),
                    ("sale_ok", "boolean", ""),
                    ("uom_id", "many2one", "uom.uom"),
                    ("categ_id", "many2one", "product.category"),
                    ("description_sale", "text", ""),
                    ("taxes_id", "many2many", "account.tax"),
                    ("company_id", "many2one", "res.company"),
                    ("invoice_policy", "selection", ""),
                )
            },
        },
    ),
    "delivery.carrier": ModelDef(label="Shipping Methods", fields={"name": char()}),
    "stock.picking": ModelDef(
        label="Transfer",
        rights="rcwu",
        order="id desc",
        fields={
            "name": char("Reference"),
            "state": choice(
                "Status",
                ("draft", "Draft"),
                ("waiting", "Waiting Another Operation"),
                ("confirmed", "Waiting"),
                ("assigned", "Ready"),
                ("done", "Done"),
                ("cancel", "Cancelled"),
                compute="picking_state",
            ),
            "is_done": flag(),
            "origin": char("Source Document"),
            "sale_id": one("sale.order"),
            "partner_id": one("res.partner"),
            "picking_type_code": char(default="outgoing"),
            "scheduled_date": moment("Scheduled Date"),
            "date_done": moment("Date of Transfer"),
            "carrier_id": one("delivery.carrier"),
            "carrier_tracking_ref": char("Tracking Reference"),
            "carrier_tracking_url": char("Tracking URL"),
            "backorder_id": one("stock.picking"),
            "backorder_ids": children("stock.picking", "backorder_id"),
            "return_id": one("stock.picking"),
            "move_ids": children("stock.move", "picking_id"),
            "products_availability": char(compute="availability_text"),
            "products_availability_state": char(compute="availability_state"),
        },
    ),
    "stock.move": ModelDef(
        label="Stock Move",
        rights="rcw",
        fields={
            "picking_id": one("stock.picking"),
            "product_id": one("product.product"),
            "product_uom_qty": number("Demand"),
            "product_qty": number("Real Quantity", compute="move_quantity"),
            "quantity": number("Quantity"),
            "date": moment("Date Scheduled"),
            "location_id": one("stock.location", "Source Location"),
            "location_dest_id": one("stock.location", "Destination Location"),
            "picked": flag("Picked"),
            "state": char(default="assigned"),
            "sale_line_id": one("sale.order.line"),
        },
    ),
    "sale.order": ModelDef(
        label="Sales Order",
        rights="rcw",
        groups=("Sales/Administrator",),
        order="date_order desc, id desc",
        fields={
            "name": char("Order Reference"),
            "state": choice(
                "Status",
                ("draft", "Quotation"),
                ("sent", "Quotation Sent"),
                ("sale", "Sales Order"),
                ("cancel", "Cancelled"),
            ),
            "locked": flag("Locked"),
            "client_order_ref": char("Customer Reference"),
            "origin": char("Source Document"),
            "partner_id": one("res.partner", "Customer", is_required=True),
            "partner_invoice_id": one("res.partner", "Invoice Address"),
            "partner_shipping_id": one("res.partner", "Delivery Address"),
            "pricelist_id": one("product.pricelist", "Pricelist"),
            "currency_id": one("res.currency", compute="order_currency"),
            "payment_term_id": one("account.payment.term", "Payment Terms"),
            "fiscal_position_id": one("account.fiscal.position", "Fiscal Position"),
            "warehouse_id": one("stock.warehouse", "Warehouse"),
            "company_id": one("res.company", "Company"),
            "user_id": one("res.users", "Salesperson"),
            "carrier_id": one("delivery.carrier", "Delivery Method"),
            "date_order": moment("Order Date"),
            "commitment_date": moment("Delivery Date"),
            "note": FieldDef(type="html", label="Terms and conditions"),
            "require_signature": flag("Online signature", default=True),
            "require_payment": flag("Online payment", default=True),
            "order_line": children("sale.order.line", "order_id", "Order Lines"),
            "amount_untaxed": money("Untaxed Amount", compute="order_untaxed"),
            "amount_tax": money("Taxes", compute="order_tax"),
            "amount_total": money("Total", compute="order_total"),
            "delivery_status": choice(
                "Delivery Status",
                ("pending", "Not Delivered"),
                ("started", "Started"),
                ("partial", "Partially Delivered"),
                ("full", "Fully Delivered"),
                compute="delivery_status",
            ),
            "invoice_status": choice(
                "Invoice Status",
                ("upselling", "Upselling Opportunity"),
                ("invoiced", "Fully Invoiced"),
                ("to invoice", "To Invoice"),
                ("no", "Nothing to Invoice"),
                compute="order_invoice_status",
            ),
            "picking_ids": children("stock.picking", "sale_id", "Transfers"),
            "invoice_ids": many("account.move", "Invoices", compute="order_invoices"),
            "duplicated_order_ids": many("sale.order", compute="duplicated_orders"),
            "partner_credit_warning": FieldDef(type="text", compute="credit_warning"),
            "sale_warning_text": FieldDef(type="text", compute="sale_warning"),
        },
    ),
    "sale.order.line": ModelDef(
        label="Sales Order Line",
        rights="rcwu",
        order="order_id, sequence, id",
        fields={
            "order_id": one("sale.order", "Order Reference"),
            "sequence": FieldDef(type="integer", label="Sequence", default=10),
            "product_id": one("product.product", "Product"),
            "name": text("Description"),
            "display_type": char(),
            "product_uom_qty": number("Quantity", digits=_QTY),
            "product_uom_id": one("uom.uom", "Unit"),
            "pricelist_item_id": one("product.pricelist.item"),
            "price_unit": number("Unit Price"),
            "discount": number("Discount (%)", digits=_QTY),
            "tax_ids": many("account.tax", "Taxes"),
            "price_subtotal": money("Subtotal", compute="line_subtotal"),
            "price_tax": number("Total Tax", compute="line_tax"),
            "price_total": money("Total", compute="line_total"),
            "currency_id": one("res.currency", compute="line_currency"),
            "is_delivery": flag("Is a Delivery"),
            "qty_delivered": number("Delivery Quantity", digits=_QTY, compute="line_delivered"),
            "qty_invoiced": number("Invoiced Quantity", digits=_QTY, compute="line_invoiced"),
            "qty_to_invoice": number("To Invoice", digits=_QTY, compute="line_to_invoice"),
            "invoice_status": char(compute="line_invoice_status"),
            "move_ids": children("stock.move", "sale_line_id"),
        },
    ),
    "account.move": ModelDef(
        label="Journal Entry",
        groups=("Accounting/Invoicing",),
        fields={
            "name": char("Number"),
            "state": choice(
                "Status", ("draft", "Draft"), ("posted", "Posted"), ("cancel", "Cancelled")
            ),
            "move_type": char(default="out_invoice"),
            "payment_state": char(default="not_paid"),
            "amount_untaxed": money(compute="invoice_untaxed"),
            "amount_tax": money(compute="invoice_tax"),
            "amount_total": money(compute="invoice_total"),
            "amount_paid": number(),
            "amount_residual": money(compute="invoice_residual"),
            "currency_id": one("res.currency"),
            "company_id": one("res.company"),
            "partner_id": one("res.partner"),
            "invoice_date": day("Invoice/Bill Date"),
            "invoice_date_due": day("Due Date"),
            "invoice_origin": char("Origin"),
            "ref": char("Reference"),
            "payment_reference": char("Payment Reference"),
            "access_token": char("Security Token"),
            "reversed_entry_id": one("account.move"),
            "reversal_move_ids": children("account.move", "reversed_entry_id"),
            "line_ids": children("account.move.line", "move_id"),
        },
    ),
    "account.move.line": ModelDef(
        label="Journal Item",
        groups=("Accounting/Invoicing",),
        fields={
            "move_id": one("account.move"),
            "display_type": char(default="product"),
            "product_id": one("product.product"),
            "quantity": number(),
            "price_unit": number(),
            "discount": number(),
            "tax_ids": many("account.tax"),
            "price_subtotal": money(compute="line_subtotal"),
            "price_total": money(compute="line_total"),
            "sale_line_ids": many("sale.order.line"),
            "of_sale_line": FieldDef(type="integer"),
        },
    ),
    "mail.message": ModelDef(
        label="Message",
        rights="rcwu",
        fields={
            "model": char("Related Document Model"),
            "res_id": FieldDef(type="integer", label="Related Document ID"),
            "body": FieldDef(type="html", label="Contents"),
            "date": moment("Date"),
        },
    ),
    "ir.model.data": ModelDef(
        label="Model Data",
        rights="",
        groups=("Access Rights",),
        fields={
            "module": char(),
            "name": char(),
            "model": char(),
            "res_id": FieldDef(type="integer"),
        },
    ),
    "decimal.precision": ModelDef(
        label="Decimal Precision",
        rights="",
        groups=("Role / Administrator",),
        fields={"name": char(), "digits": FieldDef(type="integer")},
    ),
}

MODELS.update(PRICE_MODELS)
MODELS.update(DEPOT_MODELS)

for _model in MODELS.values():
    _model.fields.update(
        {"id": FieldDef(type="integer", label="ID"), "display_name": char(compute="display")}
    )
    for _name, _stamp in _STAMPS.items():
        _model.fields.setdefault(_name, _stamp)


def models_of(version: int) -> dict[str, ModelDef]:
    """The models under the field names of a version: `tax_id` and `product_uom` before 19, when
    a warning on a customer could also block."""
    if version >= 19:
        return MODELS
    line = MODELS["sale.order.line"]
    fields = dict(line.fields)
    for old, new in (("tax_id", "tax_ids"), ("product_uom", "product_uom_id")):
        fields[old] = replace(fields.pop(new), source=new)
    partner, order = MODELS["res.partner"], MODELS["sale.order"]
    warned = {**partner.fields, "sale_warn": SALE_WARN}
    unwarned = {name: one for name, one in order.fields.items() if name != "sale_warning_text"}
    return {
        **MODELS,
        "sale.order.line": replace(line, fields=fields),
        "sale.order": replace(order, fields=unwarned),
        "res.partner": replace(partner, fields=warned),
    }
