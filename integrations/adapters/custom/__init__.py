"""Any ERP with a REST API: what its calls look like is said by a mapping, without code."""

from integrations.adapters import AdapterSpec, Field
from integrations.adapters.expiry import expiry_field
from integrations.adapters.own_products import product_fields

SPEC = AdapterSpec(
    kind="custom",
    role="erp",
    title="Custom ERP (REST API)",
    adapter="integrations.adapters.custom.adapter.open_adapter",
    sandbox="integrations.adapters.custom.sandbox.PlainErp",
    check_settings="integrations.adapters.custom.adapter.check_settings",
    settings=(
        Field(
            name="mapping",
            label="Mapping",
            required=True,
            lines=24,
            help="What the calls of this ERP look like, as YAML: see docs/erps/custom.md. "
            "manage.py check_mapping FILE checks one before it is entered. No credentials.",
        ),
        *product_fields(
            "Product",
            rounding="A product without tax and stock",
            shipping="A service, or a product without stock",
            free_text="A product",
        ),
        expiry_field(
            "credentials_expire_on",
            "Credentials expire on",
            help="Of the key, token or secret, where it ends by itself.",
        ),
    ),
    secrets=(
        Field(name="username", label="User name", help="For auth of kind basic."),
        Field(name="password", label="Password", help="For auth of kind basic."),
        Field(name="token", label="Token", help="For auth of kind bearer."),
        Field(name="api_key", label="API key", help="For auth of kind api_key."),
        Field(name="client_id", label="Client id", help="For auth by OAuth."),
        Field(name="client_secret", label="Client secret", help="For auth by OAuth."),
    ),
)
