"""Medusa v2: the storefront. Only the registry entry lives here; code is imported when used."""

from integrations.adapters import AdapterSpec, Field

SPEC = AdapterSpec(
    kind="medusa",
    role="storefront",
    title="Medusa",
    adapter="integrations.adapters.medusa.adapter.open_adapter",
    callbacks="integrations.adapters.medusa.callbacks",
    check_secrets="integrations.adapters.medusa.callbacks.check_secrets",
    sandbox="integrations.adapters.medusa.sandbox.MedusaStandIn",
    settings=(
        Field(
            name="sales_channel_id",
            label="Sales channel",
            help="Id (sc_…) of the channel in which new products are sold. Later it is yours: "
            "updates leave the channels of a product alone.",
        ),
        Field(
            name="shipping_profile_id",
            label="Shipping profile",
            help="Id (sp_…) for products that are created; empty: Medusa's own default.",
        ),
        Field(
            name="location_id",
            label="Stock location",
            help="Id (sloc_…) that fulfilments are booked from; empty: Medusa decides.",
        ),
        Field(
            name="price_currencies",
            label="Price currencies",
            help="Currencies you sell in, for example: eur, usd. The connection test checks that "
            "the store has them and that their prices are net; nothing else depends on it.",
        ),
    ),
    secrets=(
        Field(
            name="secret_key",
            label="Secret API key",
            required=True,
            help="sk_…, from Settings > Secret API keys in Medusa's admin.",
        ),
        Field(
            name="hook_secret",
            label="Webhook secret",
            help="whsec_…, as set in the plugin. While rotating: both, separated by a comma.",
        ),
    ),
)
