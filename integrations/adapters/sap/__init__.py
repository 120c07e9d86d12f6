"""SAP S/4HANA (cloud and on-premise) as the ERP, over its OData V2 services."""

from integrations.adapters import AdapterSpec, Field
from integrations.adapters.expiry import expiry_field
from integrations.adapters.own_products import product_fields

SPEC = AdapterSpec(
    kind="sap",
    role="erp",
    title="SAP S/4HANA",
    adapter="integrations.adapters.sap.adapter.open_adapter",
    sandbox="integrations.adapters.sap.sandbox.SapStandIn",
    check_settings="integrations.adapters.sap.settings.read_settings",
    settings=(
        Field(
            name="auth",
            label="Sign-in",
            default="basic",
            choices=("basic", "oauth"),
            help="basic: communication or technical user. oauth: client credentials.",
        ),
        Field(
            name="user",
            label="User, or OAuth client id",
            required=True,
            help="The inbound communication user, or the id of the OAuth client.",
        ),
        Field(
            name="token_url",
            label="OAuth token URL",
            help="Needed for oauth only. Example: https://tenant.authentication.example/oauth/token",
        ),
        Field(
            name="client",
            label="SAP client",
            help="Three digits, on-premise and private cloud only. Example: 100",
        ),
        Field(name="language", label="Language of texts", default="EN", help="Two letters: EN"),
        Field(
            name="sales_organization",
            label="Sales organization",
            required=True,
            help="As in the sales area. Example: 1010",
        ),
        Field(
            name="distribution_channel",
            label="Distribution channel",
            required=True,
            help="As in the sales area. Example: 10",
        ),
        Field(name="division", label="Division", default="00", help="As in the sales area."),
        Field(name="order_type", label="Sales order type", default="OR", help="Example: OR, TA"),
        Field(
            name="draft_block",
            label="Delivery block of unconfirmed orders",
            required=True,
            help="A key of your own customizing: an order keeps it until its total is checked.",
        ),
        Field(
            name="rejection_reason",
            label="Rejection reason of cancelled lines",
            required=True,
            help="A key of your customizing. Example: 00",
        ),
        Field(
            name="reference",
            label="Where our reference goes",
            default="customer_reference",
            choices=("customer_reference", "related_object"),
            help="related_object leaves the customer reference to the buyer's order number.",
        ),
        Field(
            name="related_object_type",
            label="Type of the related object",
            help="Needed for related_object: a type that your customizing knows.",
        ),
        Field(
            name="price_condition_type",
            label="Condition type of prices on orders",
            default="PPR0",
            help="It must allow manual entry, and no discount may follow it by itself.",
        ),
        Field(
            name="list_condition_types",
            label="Condition types of price records",
            default="PPR0",
            help="Read as prices of the catalogue. Example: PPR0, PR00",
        ),
        Field(
            name="cost_condition_type",
            label="Condition type of the cost",
            default="VPRS",
            help="Read from the simulation where the user may see it.",
        ),
        Field(
            name="currencies",
            label="Currencies",
            default="EUR",
            help="In which orders may be placed; the first is that of the list. Example: EUR, USD",
        ),
        Field(
            name="tax_free_class",
            label="Tax class without tax",
            default="0",
            help="The product tax classification of a line without tax (the rounding line).",
        ),
        Field(
            name="plants",
            label="Plants",
            required=True,
            help="Whose stock is sold. Example: 1010, 1020",
        ),
        Field(
            name="atp_rule",
            label="ATP checking rule",
            help="Asks what can still be promised, per plant. Example: A. Empty: stock alone.",
        ),
        Field(
            name="sellable_statuses",
            label="Sales statuses that may be sold",
            help="Besides the empty one, which always may. Example: Z1, Z2",
        ),
        Field(
            name="credit_segment",
            label="Credit segment",
            help="Whose credit limit counts. Example: 1000. Empty: limits are not read.",
        ),
        Field(
            name="payment_terms",
            label="Payment terms",
            help="Key, days and name. Example: 0001=0 At once, 0004=30 Net 30",
        ),
        Field(
            name="text_id",
            label="Text type of notes",
            default="TX01",
            help="Header text for notes, payments and cancellations.",
        ),
        Field(
            name="item_text_id",
            label="Text type of lines",
            default="0001",
            help="Item text for configurations and for what is longer than 40 characters.",
        ),
        *product_fields(
            "Material",
            rounding="A service whose price may be negative",
            shipping="A service",
            free_text="A material",
        ),
        Field(
            name="tracking_number",
            label="Where the tracking number is",
            default="bill_of_lading",
            choices=("bill_of_lading", "handling_unit"),
            help="handling_unit: the external numbers of what was packed, the SSCC for most.",
        ),
        Field(
            name="carrier_function",
            label="Partner function of the carrier",
            help="On deliveries. Example: CR. Empty: shipments name no carrier.",
        ),
        Field(
            name="tracking_url",
            label="Tracking page",
            help="Takes {number}, the tracking number. Example: https://track.example/{number}",
        ),
        Field(
            name="production",
            label="Production orders",
            default="none",
            choices=("none", "read"),
            help="read: an order whose items are being made for it says so. Needs "
            "API_PRODUCTION_ORDER_2_SRV.",
        ),
        Field(
            name="payment_mode",
            label="Captured payments",
            default="note",
            choices=("note", "none"),
            help="note: written into the text of the order. none: SAP is not told.",
        ),
        Field(
            name="settle_s",
            label="Seconds until a lost order shows",
            default="60",
            help="How long SAP's update may lag behind its answer.",
        ),
        expiry_field(
            "credentials_expire_on",
            "Credentials expire on",
            help="Of the password or the client secret, where it ends by itself.",
        ),
    ),
    secrets=(
        Field(
            name="password",
            label="Password, or OAuth client secret",
            required=True,
            help="Of the communication user or of the OAuth client.",
        ),
        Field(
            name="api_key",
            label="Gateway API key",
            help="Sent as the header APIKey where a gateway in front of SAP asks for one.",
        ),
    ),
)
