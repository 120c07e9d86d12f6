"""The currencies a Medusa store sells in, and in which of them a price includes the tax."""

from collections.abc import Sequence

from integrations.adapters.medusa.client import Client


def store_currencies(client: Client) -> frozenset[str]:
    """Lower case, as Medusa has them."""
    stores = client.rows(
        "/admin/stores", "stores", [("fields", "id,supported_currencies.currency_code")]
    )
    return frozenset(
        currency["currency_code"].lower()
        for store in stores
        for currency in store.get("supported_currencies") or []
    )


def tax_inclusive_currencies(client: Client) -> frozenset[str]:
    """The currencies, lower case, whose prices Medusa takes to include the tax.

    Regions have such a preference too; it counts only for prices of one region, and the
    portal writes none.
    """
    fields = [("fields", "id,attribute,value,is_tax_inclusive")]
    rows = client.rows("/admin/price-preferences", "price_preferences", fields)
    return frozenset(
        str(row["value"]).lower()
        for row in rows
        if row["attribute"] == "currency_code" and row["is_tax_inclusive"]
    )


def tax_inclusive_hint(currencies: Sequence[str]) -> str:
    """What to do about prices that are net here and gross there."""
    return (
        f"Switch tax-inclusive pricing off for {', '.join(currencies)} in Medusa under "
        "Settings > Store, or leave products in it to Medusa."
    )
