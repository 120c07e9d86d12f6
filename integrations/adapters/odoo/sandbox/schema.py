"""The models and fields of a plain Odoo with Sales, Inventory and Invoicing, as far as needed.

A field is stored unless it names a `compute`: a function of this package by that name, see
`computed.py`. A one2many names the many2one on the other side (`inverse`) and is not stored.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    type: str
    label: str = ""
    relation: str = ""
    inverse: str = ""
    digits: tuple[int, int] | None = None
    selection: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    compute: str = ""
    default: object = False
    currency_field: str = ""
    source: str = ""  # the name it is stored under, where that differs


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDef:
    label: str
    fields: dict[str, FieldDef]
    order: str = "id"
    groups: tuple[str, ...] = ()  # who may do what the service user may not
    rights: str = "r"  # of the service user: r, c, w, u


def _char(label: str = "", **more: object) -> FieldDef:
    return FieldDef(type="char", label=label, **more)  # type: ignore[arg-type]


def _text(label: str = "") -> FieldDef:
    return FieldDef(type="text", label=label)


def _flag(label: str = "", default: bool = False, compute: str = "") -> FieldDef:
    return FieldDef(type="boolean", label=label, default=default, compute=compute)


def _float(label: str = "", digits: tuple[int, int] | None = None, compute: str = "") -> FieldDef:
    return FieldDef(type="float", label=label, digits=digits, compute=compute, default=0)


def _money(label: str = "", compute: str = "") -> FieldDef:
    return FieldDef(
        type="monetary", label=label, compute=compute, default=0, currency_field="currency_id"
    )


def _one(relation: str, label: str = "", compute: str = "", is_required: bool = False) -> FieldDef:
    return FieldDef(
        type="many2one", relation=relation, label=label, compute=compute, is_required=is_required
    )


def _many(relation: str, label: str = "", compute: str = "") -> FieldDef:
    return FieldDef(type="many2many", relation=relation, label=label, compute=compute)


def _children(relation: str, inverse: str, label: str = "") -> FieldDef:
    return FieldDef(type="one2many", relation=relation, inverse=inverse, label=label)


def _choice(label: str, *values: tuple[str, str], compute: str = "") -> FieldDef:
    return FieldDef(type="selection", label=label, selection=values, compute=compute)


def _moment(label: str = "") -> FieldDef:
    return FieldDef(type="datetime", label=label)


def _day(label: str = "") -> FieldDef:
    return FieldDef(type="date", label=label)


_STAMPS = {"create_date": _moment("Created on"), "write_date": _moment("Last Updated on")}
_QTY = (16, 2)

MODELS: dict[str, ModelDef] = {
    "res.users": ModelDef(
        label="User",
        fields={
            "name": _char("Name"),
            "login": _char("Login"),
            "lang": _char("Language", default="en_US"),
            "tz": _char("Timezone"),
            "company_id": _one("res.company"),
            "company_ids": _many("res.company"),
        },
    ),
    "res.company": ModelDef(
        label="Companies",
        fields={
            "name": _char("Company Name"),
            "currency_id": _one("res.currency"),
            "tax_calculation_rounding_method": _choice(
                "Tax Calculation Rounding Method",
                ("round_per_line", "Round per Line"),
                ("round_globally", "Round Globally"),
            ),
            "account_use_credit_limit": _flag("Sales Credit Limit"),
        },
    ),
    "res.currency": ModelDef(
        label="Currency",
        order="active desc, name",
        fields={
            "name": _char("Currency"),
            "symbol": _char("Symbol"),
            "rounding": _float("Rounding Factor"),
            "decimal_places": FieldDef(type="integer", label="Decimal Places", default=2),
            "rate": _float("Current Rate"),
            "active": _flag("Active", default=True),
        },
    ),
    "res.partner": ModelDef(
        label="Contact",
        rights="rcw",
        fields={
            "name": _char("Name", is_required=True),
            "ref": _char("Reference"),
            "is_company": _flag("Is a Company"),
            "parent_id": _one("res.partner"),
            "child_ids": _children("res.partner", "parent_id"),
            "commercial_partner_id": _one("res.partner", compute="commercial_partner"),
            "type": _char("Address Type", default="contact"),
            "email": _char("Email"),
            "phone": _char("Phone"),
            "vat": _char("Tax ID"),
            "street": _char("Street"),
            "street2": _char("Street2"),
            "city": _char("City"),
            "zip": _char("Zip"),
            "lang": _char("Language", default="en_US"),
            "active": _flag("Active", default=True),
            "company_id": _one("res.company"),
            "property_product_pricelist": _one("product.pricelist", compute="partner_pricelist"),
            "specific_property_product_pricelist": _one("product.pricelist"),
            "property_payment_term_id": _one("account.payment.term"),
            "property_account_position_id": _one("account.fiscal.position"),
            "sale_warn_msg": _text("Sales Warning"),
            "credit_limit": _float("Credit Limit"),
        },
    ),
    "account.tax": ModelDef(
        label="Tax",
        fields={
            "name": _char("Tax Name"),
            "amount": _float("Amount"),
            "amount_type": _char(default="percent"),
            "price_include": _flag(),
            "type_tax_use": _char(default="sale"),
            "company_id": _one("res.company"),
            "active": _flag(default=True),
        },
    ),
    "account.payment.term": ModelDef(
        label="Payment Terms",
        fields={
            "name": _char("Payment Terms"),
            "due_days": FieldDef(type="integer", default=0),
            "active": _flag(default=True),
        },
    ),
    "account.fiscal.position": ModelDef(
        label="Fiscal Position", fields={"name": _char(), "tax_map": _char()}
    ),
    "uom.uom": ModelDef(
        label="Product Unit of Measure",
        fields={"name": _char(), "factor": FieldDef(type="float", default=1)},
    ),
    "product.category": ModelDef(
        label="Product Category", fields={"name": _char(), "complete_name": _char()}
    ),
    "product.pricelist": ModelDef(
        label="Pricelist",
        fields={
            "name": _char("Pricelist Name"),
            "active": _flag(default=True),
            "currency_id": _one("res.currency"),
            "company_id": _one("res.company"),
            "discount_percent": _float(),  # off the list price, shown as a discount
            "cost_markup": _float(),  # percent on the cost instead of the list price
        },
    ),
    "product.attribute": ModelDef(label="Attribute", fields={"name": _char()}),
    "product.template.attribute.value": ModelDef(
        label="Product Template Attribute Value",
        fields={
            "name": _char("Value"),
            "attribute_id": _one("product.attribute"),
            "price_extra": _float("Extra Price"),
            "ptav_active": _flag(default=True),
        },
    ),
    "product.template": ModelDef(
        label="Product",
        groups=("Products/Create",),
        fields={
            "name": _char("Name", is_required=True),
            "list_price": _float("Sales Price"),
            "type": _choice(
                "Product Type", ("consu", "Goods"), ("service", "Service"), ("combo", "Combo")
            ),
            "is_storable": _flag("Track Inventory"),
            "sale_ok": _flag("Sales", default=True),
            "uom_id": _one("uom.uom", "Unit"),
            "categ_id": _one("product.category", "Product Category"),
            "description_sale": _text("Sales Description"),
            "taxes_id": _many("account.tax", "Sales Taxes"),
            "currency_id": _one("res.currency"),
            "company_id": _one("res.company"),
            "invoice_policy": _choice(
                "Invoicing Policy", ("order", "Ordered quantities"), ("delivery", "Delivered")
            ),
            "product_variant_ids": _children("product.product", "product_tmpl_id"),
            "active": _flag(default=True),
        },
    ),
    "product.product": ModelDef(
        label="Product Variant",
        groups=("Products/Create",),
        order="default_code, name, id",
        fields={
            "default_code": _char("Internal Reference"),
            "barcode": _char("Barcode"),
            "active": _flag("Active", default=True),
            "product_tmpl_id": _one("product.template"),
            "product_template_attribute_value_ids": _many("product.template.attribute.value"),
            "weight": _float("Weight"),
            "standard_price": _float("Cost"),
            "on_hand": _float(),
            "price_extra": _float("Variant Price Extra", compute="variant_extra"),
            "lst_price": _float("Sales Price", compute="variant_price"),
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
                    ("currency_id", "many2one", "res.currency"),
                    ("company_id", "many2one", "res.company"),
                    ("invoice_policy", "selection", ""),
                )
            },
        },
    ),
    "delivery.carrier": ModelDef(label="Shipping Methods", fields={"name": _char()}),
    "stock.warehouse": ModelDef(
        label="Warehouse",
        fields={"name": _char(), "code": _char(), "company_id": _one("res.company")},
    ),
    "stock.picking": ModelDef(
        label="Transfer",
        rights="rcwu",
        order="id desc",
        fields={
            "name": _char("Reference"),
            "state": _choice(
                "Status",
                ("draft", "Draft"),
                ("waiting", "Waiting Another Operation"),
                ("confirmed", "Waiting"),
                ("assigned", "Ready"),
                ("done", "Done"),
                ("cancel", "Cancelled"),
                compute="picking_state",
            ),
            "is_done": _flag(),
            "origin": _char("Source Document"),
            "sale_id": _one("sale.order"),
            "partner_id": _one("res.partner"),
            "picking_type_code": _char(default="outgoing"),
            "scheduled_date": _moment("Scheduled Date"),
            "date_done": _moment("Date of Transfer"),
            "carrier_id": _one("delivery.carrier"),
            "carrier_tracking_ref": _char("Tracking Reference"),
            "carrier_tracking_url": _char("Tracking URL"),
            "backorder_id": _one("stock.picking"),
            "backorder_ids": _children("stock.picking", "backorder_id"),
            "return_id": _one("stock.picking"),
            "move_ids": _children("stock.move", "picking_id"),
            "products_availability": _char(compute="availability_text"),
            "products_availability_state": _char(compute="availability_state"),
        },
    ),
    "stock.move": ModelDef(
        label="Stock Move",
        rights="rcw",
        fields={
            "picking_id": _one("stock.picking"),
            "product_id": _one("product.product"),
            "product_uom_qty": _float("Demand"),
            "quantity": _float("Quantity"),
            "picked": _flag("Picked"),
            "state": _char(default="assigned"),
            "sale_line_id": _one("sale.order.line"),
        },
    ),
    "sale.order": ModelDef(
        label="Sales Order",
        rights="rcw",
        groups=("Sales/Administrator",),
        order="date_order desc, id desc",
        fields={
            "name": _char("Order Reference"),
            "state": _choice(
                "Status",
                ("draft", "Quotation"),
                ("sent", "Quotation Sent"),
                ("sale", "Sales Order"),
                ("cancel", "Cancelled"),
            ),
            "locked": _flag("Locked"),
            "client_order_ref": _char("Customer Reference"),
            "origin": _char("Source Document"),
            "partner_id": _one("res.partner", "Customer", is_required=True),
            "partner_invoice_id": _one("res.partner", "Invoice Address"),
            "partner_shipping_id": _one("res.partner", "Delivery Address"),
            "pricelist_id": _one("product.pricelist", "Pricelist"),
            "currency_id": _one("res.currency", compute="order_currency"),
            "payment_term_id": _one("account.payment.term", "Payment Terms"),
            "fiscal_position_id": _one("account.fiscal.position", "Fiscal Position"),
            "warehouse_id": _one("stock.warehouse", "Warehouse"),
            "company_id": _one("res.company", "Company"),
            "user_id": _one("res.users", "Salesperson"),
            "carrier_id": _one("delivery.carrier", "Delivery Method"),
            "date_order": _moment("Order Date"),
            "commitment_date": _moment("Delivery Date"),
            "note": FieldDef(type="html", label="Terms and conditions"),
            "require_signature": _flag("Online signature", default=True),
            "require_payment": _flag("Online payment", default=True),
            "order_line": _children("sale.order.line", "order_id", "Order Lines"),
            "amount_untaxed": _money("Untaxed Amount", compute="order_untaxed"),
            "amount_tax": _money("Taxes", compute="order_tax"),
            "amount_total": _money("Total", compute="order_total"),
            "delivery_status": _choice(
                "Delivery Status",
                ("pending", "Not Delivered"),
                ("started", "Started"),
                ("partial", "Partially Delivered"),
                ("full", "Fully Delivered"),
                compute="delivery_status",
            ),
            "invoice_status": _choice(
                "Invoice Status",
                ("upselling", "Upselling Opportunity"),
                ("invoiced", "Fully Invoiced"),
                ("to invoice", "To Invoice"),
                ("no", "Nothing to Invoice"),
                compute="order_invoice_status",
            ),
            "picking_ids": _children("stock.picking", "sale_id", "Transfers"),
            "invoice_ids": _many("account.move", "Invoices", compute="order_invoices"),
            "duplicated_order_ids": _many("sale.order", compute="duplicated_orders"),
            "partner_credit_warning": FieldDef(type="text", compute="no_warning"),
        },
    ),
    "sale.order.line": ModelDef(
        label="Sales Order Line",
        rights="rcwu",
        order="order_id, sequence, id",
        fields={
            "order_id": _one("sale.order", "Order Reference"),
            "sequence": FieldDef(type="integer", label="Sequence", default=10),
            "product_id": _one("product.product", "Product"),
            "name": _text("Description"),
            "display_type": _char(),
            "product_uom_qty": _float("Quantity", digits=_QTY),
            "product_uom_id": _one("uom.uom", "Unit"),
            "price_unit": _float("Unit Price"),
            "discount": _float("Discount (%)", digits=_QTY),
            "tax_ids": _many("account.tax", "Taxes"),
            "price_subtotal": _money("Subtotal", compute="line_subtotal"),
            "price_tax": _float("Total Tax", compute="line_tax"),
            "price_total": _money("Total", compute="line_total"),
            "currency_id": _one("res.currency", compute="line_currency"),
            "is_delivery": _flag("Is a Delivery"),
            "qty_delivered": _float("Delivery Quantity", digits=_QTY, compute="line_delivered"),
            "qty_invoiced": _float("Invoiced Quantity", digits=_QTY, compute="line_invoiced"),
            "qty_to_invoice": _float("To Invoice", digits=_QTY, compute="line_to_invoice"),
            "invoice_status": _char(compute="line_invoice_status"),
            "move_ids": _children("stock.move", "sale_line_id"),
        },
    ),
    "account.move": ModelDef(
        label="Journal Entry",
        groups=("Accounting/Invoicing",),
        fields={
            "name": _char("Number"),
            "state": _choice(
                "Status", ("draft", "Draft"), ("posted", "Posted"), ("cancel", "Cancelled")
            ),
            "move_type": _char(default="out_invoice"),
            "payment_state": _char(default="not_paid"),
            "amount_untaxed": _money(compute="invoice_untaxed"),
            "amount_tax": _money(compute="invoice_tax"),
            "amount_total": _money(compute="invoice_total"),
            "amount_paid": _float(),
            "amount_residual": _money(compute="invoice_residual"),
            "currency_id": _one("res.currency"),
            "company_id": _one("res.company"),
            "partner_id": _one("res.partner"),
            "invoice_date": _day("Invoice/Bill Date"),
            "invoice_date_due": _day("Due Date"),
            "invoice_origin": _char("Origin"),
            "ref": _char("Reference"),
            "payment_reference": _char("Payment Reference"),
            "reversed_entry_id": _one("account.move"),
            "reversal_move_ids": _children("account.move", "reversed_entry_id"),
            "line_ids": _children("account.move.line", "move_id"),
        },
    ),
    "account.move.line": ModelDef(
        label="Journal Item",
        groups=("Accounting/Invoicing",),
        fields={
            "move_id": _one("account.move"),
            "display_type": _char(default="product"),
            "product_id": _one("product.product"),
            "quantity": _float(),
            "price_unit": _float(),
            "discount": _float(),
            "tax_ids": _many("account.tax"),
            "price_subtotal": _money(compute="line_subtotal"),
            "price_total": _money(compute="line_total"),
            "sale_line_ids": _many("sale.order.line"),
            "of_sale_line": FieldDef(type="integer"),
        },
    ),
    "mail.message": ModelDef(
        label="Message",
        rights="rcwu",
        fields={
            "model": _char("Related Document Model"),
            "res_id": FieldDef(type="integer", label="Related Document ID"),
            "body": FieldDef(type="html", label="Contents"),
            "date": _moment("Date"),
        },
    ),
    "ir.model.data": ModelDef(
        label="Model Data",
        rights="",
        groups=("Access Rights",),
        fields={
            "module": _char(),
            "name": _char(),
            "model": _char(),
            "res_id": FieldDef(type="integer"),
        },
    ),
    "decimal.precision": ModelDef(
        label="Decimal Precision",
        rights="",
        groups=("Role / Administrator",),
        fields={"name": _char(), "digits": FieldDef(type="integer")},
    ),
}

for _model in MODELS.values():
    _model.fields.update(
        {"id": FieldDef(type="integer", label="ID"), "display_name": _char(compute="display")}
    )
    for _name, _stamp in _STAMPS.items():
        _model.fields.setdefault(_name, _stamp)


def models_of(version: int) -> dict[str, ModelDef]:
    """The models under the field names of a version: `tax_id` and `product_uom` before 19."""
    if version >= 19:
        return MODELS
    line = MODELS["sale.order.line"]
    fields = dict(line.fields)
    for old, new in (("tax_id", "tax_ids"), ("product_uom", "product_uom_id")):
        fields[old] = replace(fields.pop(new), source=new)
    return {**MODELS, "sale.order.line": replace(line, fields=fields)}
