"""Oracle NetSuite as the ERP, over SuiteTalk REST and SuiteQL."""

from integrations.adapters import AdapterSpec, Field
from integrations.adapters.expiry import expiry_field
from integrations.adapters.own_products import product_fields

SPEC = AdapterSpec(
    kind="netsuite",
    role="erp",
    title="Oracle NetSuite",
    adapter="integrations.adapters.netsuite.adapter.open_adapter",
    sandbox="integrations.adapters.netsuite.sandbox.NetSuiteStandIn",
    check_settings="integrations.adapters.netsuite.settings.read_settings",
    check_secrets="integrations.adapters.netsuite.keys.check_secrets",
    pool="integrations.adapters.netsuite.settings.pool",
    slots=2,  # of the 5 of a small account, which all its integrations share
    settings=(
        Field(
            name="account_id",
            label="Account id",
            required=True,
            help="As in Setup > Company > Company Information, like 1234567 or 1234567_SB1.",
        ),
        Field(
            name="auth",
            label="Sign-in",
            default="oauth2",
            choices=("oauth2", "tba"),
            help="oauth2: client credentials with a certificate. tba: token-based, ends in 2027.",
        ),
        Field(
            name="certificate_id",
            label="Certificate id",
            help="For oauth2: from Setup > Integration > OAuth 2.0 Client Credentials (M2M) Setup.",
        ),
        expiry_field(
            "certificate_expires_on",
            "Certificate expires on",
            help="NetSuite tells it on its page only; two years at most.",
        ),
        Field(
            name="time_zone",
            label="Time zone of the role's user",
            required=True,
            help="As in Home > Set Preferences of that user, like America/Los_Angeles.",
        ),
        Field(
            name="line_field",
            label="Field of our line id",
            default="custcol_portal_line_ref",
            help="A transaction column field of type free-form text, applied to sales.",
        ),
        Field(
            name="tax_mode",
            label="Tax of a line",
            default="line_code",
            choices=("line_code", "engine"),
            help="line_code: each line names its tax code. engine: NetSuite decides by itself.",
        ),
        Field(
            name="tax_rounding",
            label="Tax rounding level",
            default="line",
            choices=("line", "total"),
            help="As in the nexus preferences: line = tax detail line, total = transaction.",
        ),
        Field(
            name="location_id",
            label="Location id",
            help="Orders ship from here; empty: as NetSuite decides.",
        ),
        Field(
            name="stock_locations",
            label="Locations whose stock is sold",
            help="Ids, separated by commas; empty: all.",
        ),
        Field(
            name="base_price_level",
            label="Id of the base price level",
            default="1",
            help="Its prices are the list prices.",
        ),
        Field(
            name="matrix_options",
            label="Fields of matrix options",
            help="How variants differ. Example: Size=custitem_size, Colour=custitem_colour",
        ),
        *product_fields(
            "Item id",
            rounding="An other charge or service item for sale without tax",
            shipping="A service item",
            free_text="An item for sale",
        ),
        Field(
            name="payment_mode",
            label="Captured payments",
            default="note",
            choices=("note", "deposit", "none"),
            help="note: a line in the order's memo. deposit: a customer deposit on the order.",
        ),
        Field(
            name="deposit_account_id",
            label="Account of customer deposits",
            help="Empty: undeposited funds.",
        ),
    ),
    secrets=(
        Field(
            name="client_id",
            label="Client id (consumer key)",
            required=True,
            help="Of the integration record; shown once when it is made.",
        ),
        Field(
            name="private_key",
            label="Private key of the certificate",
            help="For oauth2: the whole PEM text, RSA of 3072 or 4096 bits, or EC P-256 to P-521.",
        ),
        Field(name="client_secret", label="Consumer secret", help="For tba only."),
        Field(name="token_id", label="Token id", help="For tba only."),
        Field(name="token_secret", label="Token secret", help="For tba only."),
    ),
)
