"""Admin API: what a connector reads at set-up. Unknown filters are refused here."""

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown
from integrations.adapters.medusa.sandbox.refusals import Json, endpoint
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request


class SettingsApi(State):
    @endpoint("GET", "/admin/stores", "stores.list")
    def list_stores(self, request: Request) -> Json:
        return _answer(request, self.shop.stores(), "stores")

    @endpoint("GET", "/admin/regions", "regions.list")
    def list_regions(self, request: Request) -> Json:
        return _answer(request, self.shop.regions(), "regions", limit=20)

    @endpoint("GET", "/admin/sales-channels", "sales_channels.list")
    def list_sales_channels(self, request: Request) -> Json:
        return _answer(request, self.shop.sales_channels(), "sales_channels", limit=20)

    @endpoint("GET", "/admin/stock-locations", "stock_locations.list")
    def list_stock_locations(self, request: Request) -> Json:
        rows = self.shop.stock_locations()
        return _answer(request, rows, "stock_locations", limit=20, lazy=("sales_channels",))

    @endpoint("GET", "/admin/shipping-profiles", "shipping_profiles.list")
    def list_shipping_profiles(self, request: Request) -> Json:
        return _answer(request, self.shop.shipping_profiles(), "shipping_profiles", limit=20)

    @endpoint("GET", "/admin/shipping-options", "shipping_options.list")
    def list_shipping_options(self, request: Request) -> Json:
        return _answer(request, self.shop.admin_shipping_options(), "shipping_options", limit=20)

    @endpoint("GET", "/admin/tax-regions", "tax_regions.list")
    def list_tax_regions(self, request: Request) -> Json:
        return _answer(request, self.shop.tax_regions(), "tax_regions", limit=20)

    @endpoint("GET", "/admin/price-preferences", "price_preferences.list")
    def list_price_preferences(self, request: Request) -> Json:
        refuse_unknown(request, ("attribute", "value"))
        names = ("id", "attribute", "value")
        rows = filtered(request, self.shop.price_preferences(), names)
        fields, columns = request.param("fields"), list(rows[0]) if rows else []
        return paged(
            request,
            rows,
            "price_preferences",
            lambda row: project(row, fields, default=columns, has_ids=False),
        )

    @endpoint("GET", "/admin/plugins", "plugins.list")
    def list_plugins(self, request: Request) -> Json:
        return {"plugins": [{"name": name} for name in self.shop.plugins]}

    @endpoint("GET", "/admin/erp-portal/status", "plugin.status")
    def plugin_status(self, request: Request) -> Json:
        is_set = bool(self.hooks.url and self.hooks.secret)
        return {
            "version": self.shop.plugin_version,
            "enabled": True,
            "configured": is_set,
            "problem": None if is_set else "No address or no secret is set.",
            **self.hooks.summary(),
        }

    @endpoint("GET", "/admin/feature-flags", "feature_flags.list")
    def list_feature_flags(self, request: Request) -> Json:
        return {"feature_flags": {"rbac": False, "translation": False}}

    @endpoint("GET", "/store/regions", "store.regions")
    def list_store_regions(self, request: Request) -> Json:
        return _answer(request, self.shop.regions(), "regions")

    @endpoint("GET", "/store/payment-providers", "store.payment_providers")
    def list_payment_providers(self, request: Request) -> Json:
        rows = [{"id": "pp_system_default", "is_enabled": True}]
        return paged(request, rows, "payment_providers", dict, limit=20)

    @endpoint("GET", "/store/shipping-options", "store.shipping_options")
    def list_store_shipping_options(self, request: Request) -> Json:
        currency = self.checkout.cart(request.param("cart_id")).currency
        return {"shipping_options": self.shop.shipping_options(currency)}


def _answer(
    request: Request,
    rows: list[Json],
    key: str,
    *,
    limit: int = 50,
    lazy: tuple[str, ...] = (),
) -> Json:
    refuse_unknown(request, ("name", "cart_id", "region_id", "type"))
    found = filtered(request, rows, ("id", "name"))
    columns = [name for name in (rows[0] if rows else ()) if name not in lazy]
    fields = request.param("fields")
    return paged(
        request,
        found,
        key,
        lambda row: project(row, fields, default=columns, has_ids=False),
        limit=limit,
    )
