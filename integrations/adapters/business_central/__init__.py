"""Microsoft Dynamics 365 Business Central (online, API v2.0) as the ERP."""

from integrations.adapters import AdapterSpec, Field
from integrations.adapters.expiry import expiry_field
from integrations.adapters.own_products import product_fields

COMPANY = "Which company, as the admin center of Business Central names it"
SIGN_IN = "Sign-in, from the app registration in Microsoft Entra"
ORDERS = "How orders are entered"
EXTENSION = "Companion extension; leave empty if it is not installed"
PATIENCE = "Times; the defaults fit Business Central online"

SPEC = AdapterSpec(
    kind="business_central",
    role="erp",
    title="Dynamics 365 Business Central",
    adapter="integrations.adapters.business_central.adapter.open_adapter",
    sandbox="integrations.adapters.business_central.sandbox.BusinessCentralStandIn",
    callbacks="integrations.adapters.business_central.callbacks",
    check_settings="integrations.adapters.business_central.settings.read_settings",
    settings=(
        Field(
            name="tenant_id",
            group=SIGN_IN,
            label="Tenant id",
            required=True,
            help="Directory (tenant) id of Microsoft Entra, or a domain of it.",
        ),
        Field(
            name="environment",
            group=COMPANY,
            label="Environment",
            required=True,
            default="Production",
            help="As in the admin center of Business Central: Production, Sandbox …",
        ),
        Field(
            name="company_id",
            group=COMPANY,
            label="Company id",
            required=True,
            help="The id, not the name; “test connection” lists the companies with their ids.",
        ),
        Field(
            name="client_id",
            group=SIGN_IN,
            label="Client id",
            required=True,
            help="Application (client) id of the app registration in Microsoft Entra.",
        ),
        expiry_field(
            "client_secret_expires_on",
            "Client secret expires on",
            help="As Entra shows it; an expired secret looks like a wrong one.",
            group=SIGN_IN,
        ),
        Field(
            name="token_url",
            group=SIGN_IN,
            label="Sign-in address",
            default="https://login.microsoftonline.com",
            help="Another one for national clouds and test servers.",
        ),
        Field(
            name="location_id",
            group=ORDERS,
            label="Location id",
            help="Orders ship from here; empty: as Business Central decides.",
        ),
        *product_fields(
            "Item or account",
            rounding="An item number, or account:6910 for a G/L account",
            shipping="An item number, or account:6810",
            free_text="An item or account",
            group=ORDERS,
        ),
        Field(
            name="untaxed_code",
            group=ORDERS,
            label="VAT product posting group of lines without tax",
            help="Empty: the group of the item or account.",
        ),
        Field(
            name="unit_price_digits",
            group=ORDERS,
            label="Digits of a unit price",
            default="5",
            help="As the unit-amount rounding precision is set up: 0.00001 is 5.",
        ),
        Field(
            name="extension_api",
            group=EXTENSION,
            label="API of the companion extension",
            help="publisher/group/version of its API pages, as in contoso/portal/v1.0. Empty: "
            "not installed; the manual lists what is missing then.",
        ),
        Field(
            name="extension_pages",
            group=EXTENSION,
            label="Pages of the companion extension",
            default="orders, prices, stock, customers, shipments",
            help="Which of its pages are installed.",
        ),
        Field(
            name="payment_journal_id",
            group=ORDERS,
            label="Id of the customer payment journal",
            help="Captured payments are entered there for accounting to post. Empty: not told.",
        ),
        Field(
            name="lost_answer_wait_s",
            group=PATIENCE,
            label="Wait after a lost answer, in seconds",
            default="600",
            help="Business Central may still be at work that long after it gave no answer.",
        ),
        Field(
            name="write_timeout_s",
            group=PATIENCE,
            label="Longest wait for a write, in seconds",
            default="120",
        ),
        Field(
            name="reread_minutes",
            group=PATIENCE,
            label="Read open orders again every … minutes",
            default="30",
            help="An edited line does not always mark its order as changed. 0: never.",
        ),
    ),
    secrets=(
        Field(
            name="client_secret",
            label="Client secret",
            required=True,
            help="The value, not the id, of a secret of the app registration.",
        ),
    ),
)
