"""How a products flow sells, from its settings."""

from integrations.flows.products.wanted import ShopTerms
from integrations.gateways.storefront import owns_list_prices
from integrations.models import Flow


def terms_of(flow: Flow) -> ShopTerms:
    """How this flow sells, from its settings and those of the storefront's connection."""
    channel = flow.target.setting("sales_channel_id")
    return ShopTerms(
        currency=str(flow.settings.get("currency", "")).upper(),
        sales_channel_ids=(channel,) if channel else (),
        shipping_profile_id=flow.target.setting("shipping_profile_id") or None,
        manage_inventory=flow.settings.get("manage_inventory") in (True, "true", "yes"),
        backorder={"always": True, "never": False}.get(flow.settings.get("backorder", "")),
        takes_categories=flow.settings.get("categories") != "no",
        leaves_prices=owns_list_prices(flow.target),
    )
