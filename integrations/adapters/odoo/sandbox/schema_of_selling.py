"""Models and fields of prices, payment terms and credit; part of `schema.py`."""

from integrations.adapters.odoo.sandbox.fields import (
    FieldDef,
    ModelDef,
    char,
    children,
    choice,
    flag,
    moment,
    money,
    number,
    one,
)

# What is stored is the partner's own limit, or nothing: then the company's default is shown.
CREDIT_FIELDS = {
    "credit_limit": number("Credit Limit", compute="credit_limit_of", group="accounting"),
    "use_partner_credit_limit": flag("Partner Limit", compute="has_own_limit"),
    "credit": money("Total Receivable", compute="receivable", group="accounting"),
    "credit_to_invoice": money(
        "Credit To Invoice", compute="credit_to_invoice", group="accounting"
    ),
}
SALE_WARN = FieldDef(
    type="selection",
    label="Sales Warnings",
    selection=(
        ("no-message", "No Message"),
        ("warning", "Warning"),
        ("block", "Blocking Message"),
    ),
    default="no-message",
)

PRICE_MODELS = {
    "product.pricelist": ModelDef(
        label="Pricelist",
        fields={
            "name": char("Pricelist Name"),
            "active": flag(default=True),
            "currency_id": one("res.currency"),
            "company_id": one("res.company"),
            "item_ids": children("product.pricelist.item", "pricelist_id"),
        },
    ),
    "product.pricelist.item": ModelDef(
        label="Pricelist Rule",
        order="applied_on, min_quantity desc, categ_id desc, id desc",
        fields={
            "pricelist_id": one("product.pricelist"),
            "currency_id": one("res.currency", compute="order_currency"),
            "applied_on": choice(
                "Apply On",
                ("3_global", "All Products"),
                ("2_product_category", "Product Category"),
                ("1_product", "Product"),
                ("0_product_variant", "Product Variant"),
            ),
            "product_id": one("product.product"),
            "product_tmpl_id": one("product.template"),
            "categ_id": one("product.category"),
            "compute_price": choice(
                "Price Type",
                ("fixed", "Fixed Price"),
                ("percentage", "Discount"),
                ("formula", "Formula"),
            ),
            "fixed_price": number("Fixed Price"),
            "percent_price": number("Percentage Price"),
            "min_quantity": number("Min. Quantity"),
            "date_start": moment("Start Date"),
            "date_end": moment("End Date"),
            "base": choice(
                "Based on",
                ("list_price", "Sales Price"),
                ("standard_price", "Cost"),
                ("pricelist", "Other Pricelist"),
            ),
            "base_pricelist_id": one("product.pricelist", "Other Pricelist"),
            "price_discount": number("Price Discount"),
            "price_surcharge": number("Extra Fee"),
            "price_round": number("Price Rounding"),
            "price_min_margin": number("Min. Price Margin"),
            "price_max_margin": number("Max. Price Margin"),
        },
    ),
    "account.payment.term": ModelDef(
        label="Payment Terms",
        fields={
            "name": char("Payment Terms"),
            "active": flag(default=True),
            "company_id": one("res.company"),
            "due_days": FieldDef(type="integer", default=0),
            "line_ids": children("account.payment.term.line", "payment_id"),
        },
    ),
    "account.payment.term.line": ModelDef(
        label="Payment Terms Line",
        fields={
            "payment_id": one("account.payment.term"),
            "value": choice("Value", ("percent", "Percent"), ("fixed", "Fixed")),
            "value_amount": number("Due"),
            "delay_type": char("Delay Type", default="days_after"),
            "nb_days": FieldDef(type="integer", label="Days", default=0),
        },
    ),
}
