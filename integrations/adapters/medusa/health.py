"""What "test connection" tries, and what it says when something is missing. Reads only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from integrations.adapters.medusa.client import RIGHTS_HINT, Client
from integrations.adapters.medusa.currencies import (
    store_currencies,
    tax_inclusive_currencies,
    tax_inclusive_hint,
)
from integrations.errors import PortalError, Rejected, Unavailable
from integrations.records import Check, TestReport

PLUGIN = "erp-portal-medusa"
QUOTES_SINCE = (0, 4)  # the plugin's first version with all that the orders of quotes need
# What the portal reads and writes, in words, by the routes of Medusa's API.
AREAS = {"orders": "orders", "products": "products", "variants": "product-variants"}
LONG_AGO = "2000-01-01T00:00:00Z"
_INSTALL = "Install it in the Medusa project and restart; its README says how."

_LOCATION_FIELDS = "id,name,sales_channels.id"


class Health:
    """Implements TestsConnection over Medusa's Admin API."""

    _client: Client
    _settings: Mapping[str, str]

    def test(self) -> TestReport:
        store = self._try("Store and secret key", self._store_check)
        if not store.ok:  # every other check would fail for the same reason
            return TestReport(version="2", checks=(store,))
        rest = (
            self._try("Currencies", self._currency_check),
            self._try("Sales channel", self._channel_check),
            self._try("Stock location", self._location_check),
            self._try("Shipping profile", self._profile_check),
            self._try("Rights of the key", self._rights_check),
            self._try("Plugin", self._plugin_check),
            self._try("Orders of quotes", self._quotes_check),
        )
        return TestReport(version="2", checks=(store, *rest))

    def _try(self, name: str, check: Callable[[str], Check]) -> Check:
        try:
            return check(name)
        except PortalError as exc:
            return Check(name=name, ok=False, detail=exc.message, hint=exc.hint)

    # A secret key is no user: GET /admin/users/me answers 404 with a good one.
    def _store_check(self, name: str) -> Check:
        if self._client.has_publishable_key:
            return Check(
                name=name,
                ok=False,
                detail="The key that is entered is a publishable one (pk_…).",
                hint="Enter a secret API key (sk_…): Settings > Secret API keys in Medusa's admin.",
            )
        stores = self._rows("stores", "id,name")
        if not stores:
            return Check(name=name, ok=False, detail="The server has no store.")
        return Check(name=name, ok=True, detail=str(stores[0].get("name") or stores[0]["id"]))

    def _currency_check(self, name: str) -> Check:
        known = store_currencies(self._client)
        wanted = price_currencies(self._settings)
        missing = [one.upper() for one in wanted if one not in known]
        if missing:
            return Check(
                name=name,
                ok=False,
                detail=f"The store does not sell in {', '.join(missing)}.",
                hint="Add the currency in Medusa under Settings > Store, or change the setting.",
            )
        return self._tax_check(name, known=known, wanted=wanted)

    def _tax_check(self, name: str, *, known: Iterable[str], wanted: Sequence[str]) -> Check:
        """Prices are written net; the hint of a good check names where that would be wrong."""
        inclusive = tax_inclusive_currencies(self._client)
        wrong = [one.upper() for one in wanted if one in inclusive]
        if wrong:
            return Check(
                name=name,
                ok=False,
                detail=f"Prices in {', '.join(wrong)} include tax; the portal writes net prices.",
                hint=tax_inclusive_hint(wrong),
            )
        others = sorted(one.upper() for one in inclusive)
        return Check(
            name=name,
            ok=True,
            detail=", ".join(sorted(one.upper() for one in known)),
            hint=f"Products are not written in {', '.join(others)}: prices there include tax."
            if others
            else "",
        )

    def _channel_check(self, name: str) -> Check:
        wanted = self._settings.get("sales_channel_id", "")
        if not wanted:
            return _unset(name, "sales_channel_id", "New products would be in no channel.")
        return self._named(name, "sales-channels", "sales_channels", wanted)

    def _location_check(self, name: str) -> Check:
        wanted = self._settings.get("location_id", "")
        if not wanted:
            return Check(name=name, ok=True, detail="Not set: Medusa chooses it itself.")
        rows = self._rows("stock-locations", _LOCATION_FIELDS, key="stock_locations")
        location = next((row for row in rows if row["id"] == wanted), None)
        if location is None:
            return _unknown(name, wanted)
        channel = self._settings.get("sales_channel_id", "")
        linked = {one["id"] for one in location.get("sales_channels") or []}
        if channel and channel not in linked:
            return Check(
                name=name,
                ok=False,
                detail=f"{location.get('name')} is not linked to the sales channel.",
                hint="Link them in Medusa: Settings > Locations > the location > Sales channels.",
            )
        return Check(name=name, ok=True, detail=str(location.get("name") or wanted))

    def _profile_check(self, name: str) -> Check:
        wanted = self._settings.get("shipping_profile_id", "")
        if not wanted:
            return Check(name=name, ok=True, detail="Not set: products get none.")
        return self._named(name, "shipping-profiles", "shipping_profiles", wanted)

    def _rights_check(self, name: str) -> Check:
        """A key may do everything, unless the merchant gave it a role that may not."""
        forbidden = [words for words, path in AREAS.items() if not self._may_read(path)]
        if forbidden:
            return Check(
                name=name,
                ok=False,
                detail=f"The key may not read {', '.join(forbidden)}.",
                hint=RIGHTS_HINT,
            )
        return Check(name=name, ok=True, detail=f"It reads {', '.join(AREAS)}.")

    def _may_read(self, path: str) -> bool:
        try:
            self._client.get(f"/admin/{path}", [("fields", "id"), ("limit", "1")])
        except Rejected as exc:
            if exc.status != 403:
                raise
            return False
        return True

    def _has_plugin(self) -> bool:
        plugins = self._client.get("/admin/plugins").get("plugins") or []
        return any(plugin.get("name") == PLUGIN for plugin in plugins)

    def _quotes_check(self, name: str) -> Check:
        if not self._has_plugin():
            return Check(
                name=name,
                ok=False,
                detail=f"Accepted quotes cannot be ordered: the plugin {PLUGIN} is not installed.",
                hint=_INSTALL,
            )
        version = str(self._client.get("/admin/erp-portal/status").get("version") or "")
        if _numbers(version) < QUOTES_SINCE:
            needed = ".".join(str(one) for one in QUOTES_SINCE)
            return Check(
                name=name,
                ok=False,
                detail=f"{PLUGIN} {version} is too old for the orders of quotes; they need "
                f"{needed} or newer.",
                hint="Install the plugin of this release in the Medusa project, run "
                "`npx medusa db:migrate` and restart Medusa; its README says how.",
            )
        # Also that its table is there: a plugin without its migrations answers with an error.
        try:
            self._client.get("/admin/erp-portal/quote-orders/strays", [("before", LONG_AGO)])
        except Unavailable as exc:
            migrate = "Run `npx medusa db:migrate` in the Medusa project; else look into its log."
            return Check(name=name, ok=False, detail=exc.message, hint=migrate)
        return Check(name=name, ok=True, detail=f"{PLUGIN} {version} places them.")

    def _plugin_check(self, name: str) -> Check:
        if not self._has_plugin():
            return Check(
                name=name,
                ok=False,
                detail=f"The plugin {PLUGIN} is not installed; orders are found by polling only.",
                hint=_INSTALL,
            )
        status = self._client.get("/admin/erp-portal/status")
        if not status.get("configured"):
            return Check(
                name=name,
                ok=False,
                detail=str(status.get("problem") or "The plugin has no address to send to."),
                hint="Give the plugin this connection's webhook address and secret.",
            )
        return _deliveries(name, status)

    def _named(self, name: str, path: str, key: str, wanted: str) -> Check:
        rows = self._rows(path, "id,name", key=key)
        row = next((row for row in rows if row["id"] == wanted), None)
        if row is None:
            return _unknown(name, wanted)
        return Check(name=name, ok=True, detail=str(row.get("name") or wanted))

    def _rows(self, path: str, fields: str, *, key: str = "") -> list[dict[str, Any]]:
        return list(self._client.rows(f"/admin/{path}", key or path, [("fields", fields)]))


def price_currencies(settings: Mapping[str, str]) -> list[str]:
    """The currencies of the setting `price_currencies`, lower case, as Medusa has them."""
    return settings.get("price_currencies", "").lower().replace(",", " ").split()


def _numbers(version: str) -> tuple[int, ...]:
    """`0.10.1` as numbers; empty for what is no version, which is older than any."""
    parts = version.split("-")[0].split(".")
    return tuple(int(part) for part in parts) if all(map(str.isdigit, parts)) else ()


def _deliveries(name: str, status: Mapping[str, Any]) -> Check:
    """How the plugin's events arrive, from what it tells of itself."""
    sends = f"{PLUGIN} {status.get('version', '')} sends."
    waiting = int(status.get("pending") or 0)
    if not waiting:
        return Check(name=name, ok=True, detail=sends)
    waits = f"{waiting} event(s) wait since {status.get('oldest_pending_at')}"
    error = status.get("last_error")
    if not error:
        return Check(name=name, ok=True, detail=f"{sends} {waits}.")
    return Check(
        name=name,
        ok=False,
        detail=f"{waits}; the last attempt: {error}",
        hint="Compare the plugin's address and secret with this connection's; it repeats them.",
    )


def _unset(name: str, setting: str, consequence: str) -> Check:
    return Check(
        name=name,
        ok=False,
        detail=f"The setting {setting} is empty. {consequence}",
        hint="Enter the id as Medusa's admin shows it.",
    )


def _unknown(name: str, wanted: str) -> Check:
    return Check(
        name=name,
        ok=False,
        detail=f"Medusa has no {wanted}.",
        hint="Copy the id from Medusa's admin; ids differ from server to server.",
    )
