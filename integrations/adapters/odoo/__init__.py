"""Odoo 17 to 19 as the ERP: products out of it, orders into it, their progress back."""

from integrations.adapters import AdapterSpec, Field
from integrations.adapters.expiry import expiry_field
from integrations.adapters.own_products import product_fields

SPEC = AdapterSpec(
    kind="odoo",
    role="erp",
    title="Odoo",
    adapter="integrations.adapters.odoo.adapter.open_adapter",
    sandbox="integrations.adapters.odoo.sandbox.OdooStandIn",
    callbacks="integrations.adapters.odoo.callbacks",
    check_settings="integrations.adapters.odoo.settings.read_settings",
    settings=(
        Field(
            name="database",
            label="Database",
            required=True,
            help="As in the database selector; on Odoo Online the part before .odoo.com.",
        ),
        Field(
            name="protocol",
            label="Protocol",
            default="auto",
            choices=("auto", "json2", "jsonrpc"),
            help="auto: /json/2 on 19 and later, /jsonrpc before.",
        ),
        Field(
            name="login",
            label="Login of the service user",
            help="Needed for /jsonrpc only (17 and 18).",
        ),
        Field(
            name="company_id",
            label="Company id",
            help="Needed when the service user belongs to several companies.",
        ),
        Field(
            name="warehouse_id",
            label="Warehouse id",
            help="Orders ship from here; empty: the default warehouse of the user or company.",
        ),
        Field(
            name="pricelists",
            label="Pricelist per currency",
            required=True,
            help="An order takes its currency from its pricelist. Example: EUR=6, USD=4",
        ),
        *product_fields(
            "Product id",
            rounding="A service product without taxes",
            shipping="A service product",
            free_text="A product, also goods",
        ),
        Field(
            name="payment_mode",
            label="Captured payments",
            default="note",
            choices=("note", "none"),
            help="note: written into the log of the order. none: Odoo is not told.",
        ),
        Field(
            name="tax_rounding",
            label="Tax rounding",
            default="detect",
            choices=("detect", "line", "total"),
            help="detect: as the company is set up in Odoo.",
        ),
        Field(
            name="countries_field",
            label="Field of allowed countries",
            help="A field of companies of your own, such as x_countries: countries, or a text like "
            "DE, AT. Empty: they are kept here by hand.",
        ),
        Field(
            name="licences_field",
            label="Field of licences",
            help="A text field of companies of your own, such as x_licences: name | number | last "
            "day, one a line. Empty: they are kept here by hand.",
        ),
        expiry_field(
            "api_key_expires_on",
            "API key expires on",
            help="Odoo does not tell, and an expired key looks like a wrong one.",
        ),
    ),
    secrets=(
        Field(
            name="api_key",
            label="API key of the service user",
            required=True,
            help="Made in Odoo: user preferences, account security.",
        ),
    ),
)
