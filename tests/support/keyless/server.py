"""The stand-in: plain JSON, every order kept, doubles included. Its own log is the truth.

    POST /orders                     a draft; nothing looks at the reference
    GET  /orders?our_ref=…           orders under a reference
    GET  /orders?from=…&to=…&after=  created in a window, a page of them, oldest first
    GET  /orders/{ref}               one order
    PUT  /orders/{ref}               other lines
    POST /orders/{ref}/confirm       (422 when cancelled)
    POST /orders/{ref}/cancel        (422 when goods left)

What the ERP's own people do: `touch`, `deliver`.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.standin import Request, Response, StandIn, route

PAGE = 2  # small, so that paging is exercised
CENT = Decimal("0.01")
Json = dict[str, Any]


class KeylessErp(StandIn):
    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.orders: dict[str, Json] = {}

    # -- what its people do

    def touch(self, ref: str, *, note: str = "packed by hand") -> None:
        """Somebody edits the order."""
        with self.lock:
            self.orders[ref]["edited_by"] = note

    def deliver(self, ref: str) -> None:
        with self.lock:
            self.orders[ref]["is_delivered"] = True

    def under(self, our_ref: str) -> list[Json]:
        """What it really holds under a reference, oldest first."""
        with self.lock:
            return [dict(one) for one in self.orders.values() if one["our_ref"] == our_ref]

    def living(self, our_ref: str) -> list[Json]:
        return [one for one in self.under(our_ref) if one["state"] != "cancelled"]

    # -- what it is asked

    @route("POST", "/orders", "orders.create")
    def create(self, request: Request) -> Response:
        wanted = request.json()
        ref = str(len(self.orders) + 1)
        self.orders[ref] = {
            "ref": ref,
            "number": f"K-{1000 + int(ref)}",
            "our_ref": wanted["our_ref"],
            "currency": wanted["currency"],
            "created_at": datetime.now(UTC).isoformat(),
            "state": "draft",
            "edited_by": "",
            "is_delivered": False,
            **_priced(wanted["lines"]),
        }
        return Response(201, self.orders[ref])

    @route("GET", "/orders", "orders.list")
    def list_orders(self, request: Request) -> Response:
        our_ref = request.param("our_ref")
        if our_ref:
            return Response(200, {"orders": self.under(our_ref)})
        after, since, until = (request.param(name) for name in ("after", "from", "to"))
        found = [
            one
            for one in self.orders.values()
            if int(one["ref"]) > int(after or 0) and since <= one["created_at"] <= until
        ]
        rows = found[:PAGE]
        more = rows[-1]["ref"] if len(found) > PAGE else None
        return Response(200, {"orders": rows, "after": more})

    @route("GET", "/orders/{ref}", "orders.read")
    def read(self, request: Request) -> Response:
        found = self.orders.get(request.path_values["ref"])
        return Response(200, found) if found else Response(404, {"message": "no such order"})

    @route("PUT", "/orders/{ref}", "orders.change")
    def change(self, request: Request) -> Response:
        order = self.orders[request.path_values["ref"]]
        order |= _priced(request.json()["lines"])
        return Response(200, order)

    @route("POST", "/orders/{ref}/confirm", "orders.confirm")
    def confirm(self, request: Request) -> Response:
        order = self.orders[request.path_values["ref"]]
        if order["state"] == "cancelled":
            return Response(422, {"message": f"{order['number']} is cancelled."})
        order["state"] = "confirmed"
        return Response(200, order)

    @route("POST", "/orders/{ref}/cancel", "orders.cancel")
    def cancel(self, request: Request) -> Response:
        order = self.orders[request.path_values["ref"]]
        if order["is_delivered"]:
            return Response(422, {"message": f"Goods of {order['number']} have left."})
        order["state"] = "cancelled"
        return Response(200, order)


def _priced(lines: list[Json]) -> Json:
    """Lines with totals: net and tax of a line are rounded half-up to cents."""
    net = tax = Decimal(0)
    kept = []
    for line in lines:
        share = 1 - Decimal(line["discount_percent"]) / 100
        whole = Decimal(line["quantity"]) * Decimal(line["net_unit_price"]) * share
        line_net = whole.quantize(CENT, ROUND_HALF_UP)
        rate = sum((Decimal(one) for one in line["tax_rates"]), Decimal(0))
        line_tax = (line_net * rate / 100).quantize(CENT, ROUND_HALF_UP)
        net, tax = net + line_net, tax + line_tax
        kept.append({**line, "net_total": str(line_net)})
    return {"lines": kept, "net": str(net), "tax": str(tax), "gross": str(net + tax)}
