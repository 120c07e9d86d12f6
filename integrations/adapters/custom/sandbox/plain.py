"""The plain ERP, "Ledgerline": JSON as one would wish for, OAuth, pages, ISO times.

Its own manual, in short: every error is {"error": {"code", "message"}} with a fitting status;
money is a text with its decimals; an external reference is unique for ever; a change of
anything that belongs to an order changes the order's updated_at.
"""

import secrets
from typing import ClassVar
from urllib.parse import parse_qs

from integrations.adapters.custom.sandbox.books import Books, Refused
from integrations.adapters.custom.sandbox.plain_answers import STATUSES, refusal
from integrations.adapters.custom.sandbox.plain_catalog import PlainCatalog
from integrations.adapters.custom.sandbox.plain_orders import PlainOrders
from integrations.adapters.custom.sandbox.staff import Staff
from integrations.adapters.custom.sandbox.upgraded import Upgraded
from integrations.standin import OF_FIELDS, Request, Response, StandIn, route

CLIENT_ID, CLIENT_SECRET = "portal", "plain-client-secret"  # noqa: S105 of a stand-in


class PlainErp(Upgraded, PlainCatalog, PlainOrders, Staff, StandIn):
    """Start it, fill it by the verbs of Staff, talk to it at `url`."""

    def __init__(self, *, port: int = 0, client_secret: str = CLIENT_SECRET) -> None:
        super().__init__(port=port)
        self.books = Books(rounds="total", price_digits=6)
        self.client_secret = client_secret
        self.tokens: set[str] = set()
        self.fields_changed: dict[tuple[str, str], str] = {}
        self.forbidden: set[str] = set()
        self.is_closed = False

    vendor_dials = frozenset({"expire_token", "shrink_pages", *OF_FIELDS})
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{entity}.{name}": (entity, name)
        for entity, name in (
            ("products", "name"),
            ("prices", "amount"),
            ("orders", "external_reference"),
        )
    }

    def close_period(self) -> None:
        """From now on accounting takes no order."""
        self.is_closed = True

    def expire_tokens(self) -> None:
        """All of them, as when the ERP restarts."""
        self.tokens.clear()

    def most_rows(self) -> int:
        return self.page_of(100)

    @route("POST", "/oauth/token", "token")
    def give_token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return Response(400, {"error": "unsupported_grant_type"})
        given = (form.get("client_id"), form.get("client_secret"))
        if given != (CLIENT_ID, self.client_secret):
            return Response(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(18)
        self.tokens.add(token)
        return Response(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    @route("GET", "/api/v1/company", "company")
    def company(self, request: Request) -> Response:
        return Response(
            200, {"name": "Nordlicht Elektro GmbH", "version": "5.2", "user": CLIENT_ID}
        )

    # -- for all routes

    def check(self, request: Request, route_name: str) -> Response | None:
        if route_name == "token":
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return refusal(401, "unauthorized", "The token is unknown or has expired")
        if route_name in self.forbidden:
            return refusal(403, "not_allowed", "The user has no right to do this")
        is_json = "json" in request.headers.get("content-type", "")
        if request.method in {"POST", "PUT"} and request.body and not is_json:
            return refusal(415, "not_json", "Send application/json")
        return None

    def answer(self, request: Request) -> tuple[Response | None, str]:
        try:
            return super().answer(request)
        except Refused as exc:
            status = STATUSES.get(exc.code, 422)
            response = refusal(status, exc.code, exc.message)
            return self._keep(request, "refused", response, "", False), ""

    def unknown_route(self, request: Request) -> Response:
        return refusal(404, "no_such_endpoint", f"{request.method} {request.path}")
