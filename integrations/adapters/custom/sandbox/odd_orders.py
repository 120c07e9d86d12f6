"""The odd ERP's orders: a header first, then line by line."""

from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox import selling
from integrations.adapters.custom.sandbox.books import Books, Line, Order, Refused, now
from integrations.adapters.custom.sandbox.odd_answers import (
    STAGES,
    body_of,
    cents,
    clock,
    comma,
    from_cents,
    from_comma,
    good,
)
from integrations.standin import Request, Response, route

_HEADER = "fremdnr kunde waehrung bestellt soll_positionen bestellnr notiz lieferung zahlungsziel"
_LINE = "fremdpos artikelnr text menge preis rabatt steuer"


class OddOrders:
    books: Books
    is_closed: bool

    def shown_row(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def _order(self, request: Request) -> Order:
        return self.books.order(request.path_values["nr"])

    @route("POST", "/ws/auftrag", "create_header")
    def create_header(self, request: Request) -> Response:
        """The new number stands in the Location header and nowhere else."""
        body = body_of(request, _HEADER)
        if self.is_closed:
            raise Refused("period_closed", "Die Periode ist abgeschlossen")
        firm = self.books.firm(str(body["kunde"]))
        if firm.currency != body["waehrung"]:
            raise Refused("wrong_currency", f"Der Kunde kauft nicht in {body['waehrung']}")
        term = self.books.term_of(body["zahlungsziel"], firm.ref)
        ref = self.books.number("order", 400001)
        order = selling.add_order(
            self.books, ref, str(body["fremdnr"] or ""), firm.ref, str(body["waehrung"])
        )
        order.extra, order.term = body, term
        return Response(201, {"ergebnis": "OK"}, headers={"Location": f"/ws/auftrag/{ref}"})

    @route("GET", "/ws/auftrag/{nr}", "header")
    def show_header(self, request: Request) -> Response:
        return good(auftrag=self.header_row(self._order(request)))

    @route("PUT", "/ws/auftrag/{nr}", "change_header")
    def change_header(self, request: Request) -> Response:
        order = self._order(request)
        body = body_of(request, "soll_positionen lieferung notiz")
        selling.refuse_changes(order)
        order.extra |= {name: value for name, value in body.items() if value is not None}
        order.changed_at = now()
        return good()

    @route("DELETE", "/ws/auftrag/{nr}", "delete_order")
    def delete_order(self, request: Request) -> Response:
        order = self._order(request)
        if order.state != "draft":
            raise Refused("not_draft", "Nur erfasste Auftraege koennen geloescht werden")
        del self.books.orders[order.ref]
        return good()

    @route("POST", "/ws/auftrag/{nr}/freigabe", "release")
    def release(self, request: Request) -> Response:
        selling.confirm(self.books, self._order(request))
        return good()

    @route("POST", "/ws/auftrag/{nr}/storno", "storno")
    def storno(self, request: Request) -> Response:
        order = self._order(request)
        body_of(request, "grund")
        selling.cancel(self.books, order)
        return good()

    # -- lines

    @route("GET", "/ws/auftrag/{nr}/positionen", "lines")
    def list_lines(self, request: Request) -> Response:
        order = self._order(request)
        return good(positionen=[self.line_row(order, one) for one in order.lines])

    @route("POST", "/ws/auftrag/{nr}/positionen", "add_line")
    def add_line(self, request: Request) -> Response:
        """Takes the same line twice without a word."""
        order = self._order(request)
        line = self._line_in(body_of(request, _LINE), order)
        order.lines.append(line)
        order.changed_at = now()
        location = f"/ws/auftrag/{order.ref}/positionen/{line.ref}"
        return Response(201, {"ergebnis": "OK"}, headers={"Location": location})

    @route("PUT", "/ws/auftrag/{nr}/positionen/{pos}", "change_line")
    def change_line(self, request: Request) -> Response:
        order = self._order(request)
        before = self._line(order, request.path_values["pos"])
        line = self._line_in(body_of(request, _LINE), order)
        line.ref, line.shipped, line.invoiced = before.ref, before.shipped, before.invoiced
        order.lines[order.lines.index(before)] = line
        order.changed_at = now()
        return good()

    @route("DELETE", "/ws/auftrag/{nr}/positionen/{pos}", "remove_line")
    def remove_line(self, request: Request) -> Response:
        order = self._order(request)
        order.lines.remove(self._line(order, request.path_values["pos"]))
        order.changed_at = now()
        return good()

    def _line(self, order: Order, ref: str) -> Line:
        selling.refuse_changes(order)
        for line in order.lines:
            if line.ref == ref:
                return line
        raise Refused("unknown_order", f"Position {ref} gibt es nicht")

    def _line_in(self, body: dict[str, Any], order: Order) -> Line:
        selling.refuse_changes(order)
        line = Line(
            ref=self.books.number("line", 1),
            our_ref=str(body["fremdpos"] or ""),
            goods=str(body["artikelnr"]),
            text=str(body["text"] or ""),
            quantity=from_comma(body["menge"]),
            price=from_cents(body["preis"], order.currency),
            discount=from_comma(body["rabatt"] or "0,000"),
            taxes=tuple(filter(None, [body["steuer"]])),
        )
        return selling.check_line(self.books, line)

    # -- rows

    def header_row(self, order: Order) -> dict[str, Any]:
        sums = selling.sums(self.books, order)
        row = {
            "auftragsnr": int(order.ref),
            "fremdnr": order.our_ref,
            "kunde": int(order.firm),
            "status": STAGES[selling.stage(self.books, order)],
            "waehrung": order.currency,
            "soll_positionen": order.extra.get("soll_positionen"),
            "zahlungsziel": int(order.term or self.books.firm(order.firm).term),
            "netto": cents(sums.net, order.currency),
            "steuer": cents(sums.tax, order.currency),
            "brutto": cents(sums.gross, order.currency),
            "bearbeitet": 1 if order.is_touched else 0,
            "erfasst": clock(order.created_at),
            "geaendert": clock(order.changed_at),
        }
        return self.shown_row("orders", row)

    def line_row(self, order: Order, line: Line) -> dict[str, Any]:
        row = {
            "auftragsnr": int(order.ref),
            "pos": int(line.ref),
            "fremdpos": line.our_ref,
            "artikelnr": line.goods,
            "text": line.text,
            "menge": comma(line.quantity),
            "preis": cents(line.price, order.currency),
            "rabatt": comma(line.discount),
            "geliefert": comma(line.shipped),
            "berechnet": comma(line.invoiced),
            "me": "ST",
            "gewicht": comma(Decimal(0)),
        }
        return self.shown_row("orders.lines", row)
