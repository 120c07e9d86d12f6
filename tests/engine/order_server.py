"""A remote that keeps every order it is sent, doubles included: the truth of what happened."""

from integrations.standin import Request, Response, StandIn, route


class OrderServer(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, object]] = []
        self.refuses_credentials = False
        self.bookings: list[tuple[str, str]] = []  # number, what
        self.refuses: set[str] = set()  # what it never books
        self.forgets: set[str] = set()  # what it says it booked, and did not
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

    @route("POST", "/bookings", "book")
    def book(self, request: Request) -> Response:
        number, what = request.json()["number"], request.json()["what"]
        if what in self.refuses:
            return Response(422, {"message": f"no {what} to be had"})
        if what not in self.forgets and (number, what) not in self.bookings:
            self.bookings.append((number, what))
        return Response(201, {"what": what})

    @route("DELETE", "/bookings/{number}/{what}", "unbook")
    def unbook(self, request: Request) -> Response:
        booked = (request.path_values["number"], request.path_values["what"])
        if booked not in self.bookings:
            return Response(404, {"message": "no such booking"})
        self.bookings.remove(booked)
        return Response(200, {})

    @route("POST", "/moments", "moment")
    def note(self, request: Request) -> Response:
        moment = request.json()
        self.moments.append((moment["what"], moment["number"], moment["seq"]))
        return Response(200, {})

    def numbers(self) -> list[object]:
        return sorted(str(order["number"]) for order in self.orders)

    def undoings(self) -> list[tuple[str, int | None]]:
        """What it was asked to take back, oldest first, and its answers; repetitions included."""
        with self.lock:
            asked = [entry for entry in self.log if entry.route == "unbook"]
        return [(entry.path.rsplit("/", 1)[1], entry.status) for entry in asked]
