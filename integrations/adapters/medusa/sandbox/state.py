"""What a stand-in holds, and the door: credentials, body sizes, unknown addresses."""

import base64
import binascii

from integrations.adapters.medusa.sandbox.catalogue import Catalogue
from integrations.adapters.medusa.sandbox.checkout import Checkout
from integrations.adapters.medusa.sandbox.customers import Customers
from integrations.adapters.medusa.sandbox.hooks import Hooks
from integrations.adapters.medusa.sandbox.price_lists import PriceLists
from integrations.adapters.medusa.sandbox.refusals import (
    HTML_404,
    KILOBYTE,
    Json,
    unauthorized,
)
from integrations.adapters.medusa.sandbox.shop import Shop
from integrations.standin import OF_CALLBACKS, Request, Response, StandIn

BATCH_ROUTES = frozenset(
    {
        "products.batch",
        "products.options",
        "inventory_items.levels_batch",
        "price_lists.prices_batch",
        "variants.batch",
        "quote_orders.place",
    }
)
BEARER_HINT = (
    "A secret API key was passed as a Bearer token. Secret API keys must be sent using HTTP "
    "Basic authentication instead (Authorization: Basic <secret-api-key>)."
)


class State(StandIn):
    """The base of every part of the API."""

    vendor_dials = frozenset(OF_CALLBACKS)

    def __init__(self, *, port: int = 0, shop: Shop | None = None) -> None:
        super().__init__(port=port)
        self.shop = shop or Shop()
        self.catalogue = Catalogue()
        self.customers = Customers()
        self.price_lists = PriceLists(self.catalogue)
        self.checkout = Checkout(self.shop, self.catalogue, self.customers, self.price_lists)
        self.hooks = Hooks(dials=self.dials)

    def emit(self, type: str, **data: str) -> None:
        """What the plugin sends on: ids only."""
        self.hooks.emit(type, data)

    def unknown_route(self, request: Request) -> Response:
        text = HTML_404.format(method=request.method, path=request.path)
        return Response(404, text=text)

    def check(self, request: Request, route_name: str) -> Response | None:
        limit = (2000 if route_name in BATCH_ROUTES else 100) * KILOBYTE
        if len(request.body) > limit:
            body: Json = {"message": "request entity too large", "type": "unknown_error"}
            return Response(413, body)
        if request.path.startswith("/admin/"):
            refused = self._check_admin(request.headers.get("authorization", ""))
            return refused or self._check_role(request.path)
        if request.path.startswith("/store/"):
            return self._check_store(request.headers.get("x-publishable-api-key", ""))
        return None

    def _check_admin(self, authorization: str) -> Response | None:
        scheme, _, credential = authorization.partition(" ")
        if scheme == "Bearer" and credential.startswith("sk_"):
            return unauthorized(BEARER_HINT)
        if scheme == "Basic" and self.shop.secret_key in (credential, _user_of(credential)):
            return None
        return unauthorized()

    def _check_role(self, path: str) -> Response | None:
        """What a role without these rights meets where roles are in use."""
        area = path.split("/")[2]
        if area not in self.shop.forbidden:
            return None
        message = f"Insufficient permissions. Required policies: {area}:read"
        return Response(403, {"type": "forbidden", "message": message})

    def _check_store(self, key: str) -> Response | None:
        if key == self.shop.publishable_key:
            return None
        message = (
            "A valid publishable key is required to proceed with the request"
            if key
            else "Publishable API key required in the request header: x-publishable-api-key. "
            "You can manage your keys in settings in the dashboard."
        )
        return Response(400, {"type": "not_allowed", "message": message})


def _user_of(credential: str) -> str:
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
