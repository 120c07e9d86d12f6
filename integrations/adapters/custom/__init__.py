"""Any ERP with a REST API: what its calls look like is said by a mapping, without code."""

from integrations.adapters import AdapterSpec, Field

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
        Field(
            name="rounding_product_ref",
            label="Product of the rounding line",
            help="A product without tax and stock; settles a cent of difference in an order.",
        ),
        Field(
            name="shipping_product_ref",
            label="Product of the shipping line",
            help="Used where a shipping method has no product of its own.",
        ),
        Field(
            name="free_text_product_ref",
            label="Product of free-text lines",
            help="Its line says what was agreed. Empty: quotes with such lines are not approved.",
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
