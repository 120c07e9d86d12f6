"""A remote that keeps every order it is sent, doubles included: the truth of what happened."""

from integrations.standin import Request, Response, StandIn, route


class OrderServer(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, object]] = []
        self.refuses_credentials = False
        self.moments: list[tuple[str, str, int]] = []  # begun or ended, key, place in its key

    def check(self, request: Request, route_name: str) -> Response | None:
        return Response(401, {"message": "Unauthorized"}) if self.refuses_credentials else None

    @route("POST", "/orders", "create")
    def create(self, request: Request) -> Response:
        order = request.json()
        with self.lock:
            self.orders.append(order)
        return Response(201, {"ref": f"SO-{order['number']}"})

    @route("GET", "/orders/{number}", "find")
    def find(self, request: Request) -> Response:
        number = request.path_values["number"]
        known = any(order["number"] == number for order in self.orders)
        return Response(200, {"ref": f"SO-{number}"} if known else {})

    @route("POST", "/moments", "moment")
    def note(self, request: Request) -> Response:
        moment = request.json()
        self.moments.append((moment["what"], moment["number"], moment["seq"]))
        return Response(200, {})

    def numbers(self) -> list[object]:
        return sorted(str(order["number"]) for order in self.orders)
