"""Where the odd ERP's orders stand, each kind of paper in a list of its own; and payments."""

from typing import Any

from integrations.adapters.custom.sandbox.books import Bill, Books, Movement, Order, changed_between
from integrations.adapters.custom.sandbox.odd_answers import (
    body_of,
    cents,
    clock,
    comma,
    day,
    from_cents,
    from_clock,
    good,
    slice_of,
)
from integrations.standin import Request, Response, route

_SEARCH = "fremdnr nummern geaendert_ab geaendert_bis erfasst_ab erfasst_bis anzahl weiter"


def _numbers(request: Request) -> list[str]:
    return request.param("auftraege").split(",")


class OddTracking:
    books: Books

    def header_row(self, order: Order) -> dict[str, Any]:
        raise NotImplementedError

    def line_row(self, order: Order, line: Any) -> dict[str, Any]:
        raise NotImplementedError

    def _order(self, request: Request) -> Order:
        raise NotImplementedError

    @route("POST", "/ws/suche/auftrag", "search_orders")
    def search_orders(self, request: Request) -> Response:
        """`fremdnr` finds what contains it: manual, "Suche"."""
        body = body_of(request, _SEARCH)
        start, end = (from_clock(body[name]) for name in ("geaendert_ab", "geaendert_bis"))
        rows = changed_between(list(self.books.orders.values()), start, end)
        start, end = (from_clock(body[name]) for name in ("erfasst_ab", "erfasst_bis"))
        rows = changed_between(rows, start, end, lambda one: one.created_at)
        if body["fremdnr"]:
            rows = [one for one in rows if str(body["fremdnr"]) in one.our_ref]
        if body["nummern"] is not None:
            rows = [one for one in rows if one.ref in body["nummern"]]
        return good(**slice_of([self.header_row(one) for one in rows], body))

    @route("POST", "/ws/suche/position", "search_lines")
    def search_lines(self, request: Request) -> Response:
        body = body_of(request, "nummern anzahl weiter")
        orders = [one for one in self.books.orders.values() if one.ref in body["nummern"]]
        rows = [self.line_row(order, line) for order in orders for line in order.lines]
        return good(**slice_of(rows, body))

    @route("GET", "/ws/lieferscheine", "deliveries")
    def list_deliveries(self, request: Request) -> Response:
        return good(liste=[_paper(one) for one in self._moved("deliveries", request)])

    @route("GET", "/ws/ruecksendungen", "returns")
    def list_returns(self, request: Request) -> Response:
        return good(liste=[_paper(one) for one in self._moved("returns", request)])

    @route("GET", "/ws/rechnungen", "bills")
    def list_bills(self, request: Request) -> Response:
        bills = [one for ref in _numbers(request) for one in self.books.bills_of(ref)]
        return good(liste=[self._bill(one) for one in bills])

    def _moved(self, kind: str, request: Request) -> list[Movement]:
        return [one for ref in _numbers(request) for one in self.books.moved(kind, ref)]

    def _bill(self, one: Bill) -> dict[str, Any]:
        currency = self.books.order(one.order).currency
        status = 9 if one.is_credited else (2 if one.open == 0 else 0)
        return {
            "belegnr": int(one.ref),
            "auftragsnr": int(one.order),
            "art": "G" if one.kind == "credit_note" else "R",
            "datum": day(one.on),
            "brutto": cents(one.gross, currency),
            "offen": cents(one.open, currency),
            "zahlstatus": status,
        }

    # -- payments

    @route("GET", "/ws/auftrag/{nr}/zahlungen", "payments")
    def list_payments(self, request: Request) -> Response:
        return good(liste=self._order(request).payments or None)

    @route("POST", "/ws/auftrag/{nr}/zahlungen", "record_payment")
    def record_payment(self, request: Request) -> Response:
        order = self._order(request)
        body = body_of(request, "kennung betrag weg datum art")
        from_cents(body["betrag"], order.currency)
        ref = self.books.number("payment", 1)
        order.payments.append({"nr": int(ref), **body})
        location = f"/ws/auftrag/{order.ref}/zahlungen/{ref}"
        return Response(201, text="", headers={"Location": location})


def _paper(one: Movement) -> dict[str, Any]:
    return {
        "nr": int(one.ref),
        "auftragsnr": int(one.order),
        "zeit": clock(one.at),
        "sendungsnr": one.tracking,
        "positionen": [{"pos": int(ref), "menge": comma(count)} for ref, count in one.lines],
    }
