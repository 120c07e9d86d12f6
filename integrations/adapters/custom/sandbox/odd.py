"""The odd ERP, "Altwerk": grown over twenty years, and does everything otherwise.

Searches are POSTs; errors are a 200; money is cents; states are numbers; times are local,
without an offset; a new id stands only in the Location header; header and lines are separate
calls; a reference may be given twice; "come again" names a date.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar

from integrations.adapters.custom.sandbox.books import Books, Refused
from integrations.adapters.custom.sandbox.odd_answers import bad, good
from integrations.adapters.custom.sandbox.odd_catalog import OddCatalog
from integrations.adapters.custom.sandbox.odd_orders import OddOrders
from integrations.adapters.custom.sandbox.odd_tracking import OddTracking
from integrations.adapters.custom.sandbox.staff import Staff
from integrations.adapters.custom.sandbox.upgraded import Upgraded
from integrations.standin import OF_FIELDS, Request, Response, StandIn, route

API_KEY = "altwerk-schluessel-1"


class OddErp(Upgraded, OddCatalog, OddOrders, OddTracking, Staff, StandIn):
    """Start it, fill it by the verbs of Staff, talk to it at `url`."""

    def __init__(self, *, port: int = 0, api_key: str = API_KEY) -> None:
        super().__init__(port=port)
        self.books = Books(rounds="line", price_digits=2)
        self.api_key = api_key
        self.is_closed = False
        self.fields_changed: dict[tuple[str, str], str] = {}
        self.forbidden: set[str] = set()

    vendor_dials = frozenset(OF_FIELDS)
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{entity}.{name}": (entity, name)
        for entity, name in (
            ("products", "bezeichnung"),
            ("prices", "preis"),
            ("orders", "fremdnr"),
        )
    }

    def close_period(self) -> None:
        """From now on accounting takes no order."""
        self.is_closed = True

    @route("GET", "/ws/status", "status")
    def status(self, request: Request) -> Response:
        return good(mandant="Nordlicht Elektro GmbH", version="7.03b")

    def check(self, request: Request, route_name: str) -> Response | None:
        if request.headers.get("x-schluessel") != self.api_key:
            return bad("bad_key", "Schluessel unbekannt oder abgelaufen")
        if route_name in self.forbidden:
            return bad("no_right", "Keine Berechtigung")
        return None

    def answer(self, request: Request) -> tuple[Response | None, str]:
        try:
            response, fault = super().answer(request)
        except Refused as exc:
            refused = bad(exc.code, exc.message)
            return self._keep(request, "refused", refused, "", False), ""
        if response is not None and "Retry-After" in response.headers:
            response = _dated(response)
        return response, fault

    def unknown_route(self, request: Request) -> Response:
        return bad("bad_request", f"{request.method} {request.path} gibt es nicht")


def _dated(response: Response) -> Response:
    """Its proxy answers 503, and names the moment instead of the seconds."""
    waits = timedelta(seconds=int(response.headers["Retry-After"]))
    moment = datetime.now(UTC) + waits
    headers = {"Retry-After": format_datetime(moment, usegmt=True)}
    return replace(response, status=503, headers=headers)
