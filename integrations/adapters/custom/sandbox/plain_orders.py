"""The plain ERP's orders: header and lines in one call, and everything about them in one row."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox import selling
from integrations.adapters.custom.sandbox.books import (
    Bill,
    Books,
    Line,
    Movement,
    Order,
    Refused,
    changed_between,
    now,
)
from integrations.adapters.custom.sandbox.plain_answers import (
    body_of,
    checked,
    instant,
    money_in,
    paged,
    told,
)
from integrations.adapters.custom.sandbox.staff import due_on
from integrations.standin import Request, Response, paper, route

_LINE = {
    "external_reference": str,
    "variant_id": str,
    "quantity": Decimal,
    "unit_price": str,
    "tax_codes": list,
}
_ORDER = {"external_reference": str, "customer_id": str, "currency": str, "lines": list}
_MORE = {
    "ordered_at": str, "po_number": str, "note": str, "ship_to": dict, "bill_to": dict,
    "payment_term_id": str,
}  # fmt: skip


class PlainOrders:
    books: Books
    is_closed: bool

    def most_rows(self) -> int:
        raise NotImplementedError

    def shown_row(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    @route("GET", "/api/v1/orders", "orders")
    def list_orders(self, request: Request) -> Response:
        """By external_reference, by ids (separated by commas), by updated_from and _to."""
        start, end = (instant(request.param(name)) for name in ("updated_from", "updated_to"))
        rows = changed_between(list(self.books.orders.values()), start, end)
        reference, ids = request.param("external_reference"), request.param("ids")
        if reference:
            rows = [one for one in rows if one.our_ref == reference]
        if ids:
            rows = [one for one in rows if one.ref in ids.split(",")]
        return Response(
            200, paged([self._order(one) for one in rows], request, most=self.most_rows())
        )

    @route("GET", "/api/v1/orders/{ref}", "order")
    def show_order(self, request: Request) -> Response:
        return Response(200, self._order(self.books.order(request.path_values["ref"])))

    @route("POST", "/api/v1/orders", "create_order")
    def create_order(self, request: Request) -> Response:
        body = body_of(request, _ORDER, _MORE)
        if self.is_closed:
            raise Refused("period_closed", "The period of this date is closed")
        if any(one.our_ref == body["external_reference"] for one in self.books.orders.values()):
            # manual, "References": unique for ever, also when the order is cancelled
            raise Refused("duplicate_reference", f"{body['external_reference']} is taken")
        if self.books.firm(body["customer_id"]).currency != body["currency"]:
            raise Refused("wrong_currency", f"The customer does not buy in {body['currency']}")
        term = self.books.term_of(body.get("payment_term_id"), body["customer_id"])
        lines = [self._line_in(one) for one in body["lines"]]
        for line in lines:
            selling.check_line(self.books, line)
        order = selling.add_order(
            self.books,
            self.books.number("order", 1001),
            body["external_reference"],
            body["customer_id"],
            body["currency"],
        )
        selling.set_lines(self.books, order, lines)
        order.extra = {name: body.get(name) for name in _MORE}
        order.term = term
        return Response(201, self._order(order))

    @route("PUT", "/api/v1/orders/{ref}", "change_order")
    def change_order(self, request: Request) -> Response:
        order = self.books.order(request.path_values["ref"])
        body = body_of(request, {"lines": list}, _MORE)
        selling.refuse_changes(order)
        selling.set_lines(self.books, order, [self._line_in(one) for one in body["lines"]])
        order.extra |= {name: body[name] for name in _MORE if name in body}
        return Response(200, self._order(order))

    @route("POST", "/api/v1/orders/{ref}/confirm", "confirm_order")
    def confirm_order(self, request: Request) -> Response:
        order = self.books.order(request.path_values["ref"])
        selling.confirm(self.books, order)
        return Response(200, self._order(order))

    @route("POST", "/api/v1/orders/{ref}/cancel", "cancel_order")
    def cancel_order(self, request: Request) -> Response:
        order = self.books.order(request.path_values["ref"])
        body_of(request, {"reason": str}, {})
        selling.cancel(self.books, order)
        return Response(200, self._order(order))

    @route("GET", "/api/v1/invoices/{ref}", "invoice")
    def show_invoice(self, request: Request) -> Response:
        bill = self._issued(request.path_values["ref"])
        return Response(200, {"id": bill.ref, "number": _bill_number(bill)})

    @route("GET", "/api/v1/invoices/{ref}/pdf", "invoice_pdf")
    def print_invoice(self, request: Request) -> Response:
        bill = self._issued(request.path_values["ref"])
        page = paper.pdf([f"Invoice {_bill_number(bill)}", f"Total {bill.gross}"])
        return Response(200, content=page, headers={"Content-Type": "application/pdf"})

    def _issued(self, ref: str) -> Bill:
        if ref not in self.books.bills:
            raise Refused("unknown_order", f"There is no invoice {ref}")
        return self.books.bills[ref]

    @route("GET", "/api/v1/orders/{ref}/payments", "payments")
    def list_payments(self, request: Request) -> Response:
        return Response(200, {"data": self.books.order(request.path_values["ref"]).payments})

    @route("POST", "/api/v1/orders/{ref}/payments", "record_payment")
    def record_payment(self, request: Request) -> Response:
        order = self.books.order(request.path_values["ref"])
        fields = {
            "external_reference": str, "amount": str, "currency": str, "method": str,
            "paid_at": str,
        }  # fmt: skip
        body = body_of(request, fields, {})
        money_in(body["amount"], "amount")
        row = {"id": self.books.number("payment", 1), **body}
        order.payments.append(row)
        order.changed_at = now()
        return Response(201, row)

    # -- rows

    def _line_in(self, body: Any) -> Line:
        more = {"text": str, "discount_percent": Decimal}
        checked(body, _LINE, more)
        return Line(
            ref=self.books.number("line", 1),
            our_ref=body["external_reference"],
            goods=body["variant_id"],
            text=body.get("text", ""),
            quantity=Decimal(body["quantity"]),
            price=money_in(body["unit_price"], "unit_price"),
            discount=Decimal(body.get("discount_percent", 0)),
            taxes=tuple(body["tax_codes"]),
        )

    def _order(self, order: Order) -> dict[str, Any]:
        sums = selling.sums(self.books, order)
        row = {
            "id": order.ref,
            "number": f"SO-{order.ref}",
            "external_reference": order.our_ref,
            "customer_id": order.firm,
            "status": selling.stage(self.books, order),
            "currency": order.currency,
            "payment_term_id": order.term or self.books.firm(order.firm).term,
            "totals": {"net": str(sums.net), "tax": str(sums.tax), "gross": str(sums.gross)},
            "lines": [self._line(one) for one in order.lines],
            "shipments": self._moved("deliveries", order),
            "returns": self._moved("returns", order),
            "invoices": self._bills(order),
            "created_at": told(order.created_at),
            "updated_at": told(order.changed_at),
        }
        return self.shown_row("orders", row)

    def _line(self, line: Line) -> dict[str, Any]:
        row = {
            "id": line.ref,
            "external_reference": line.our_ref,
            "variant_id": line.goods,
            "text": line.text,
            "quantity": line.quantity,
            "unit_price": str(line.price),
            "discount_percent": line.discount,
            "shipped": line.shipped,
            "invoiced": line.invoiced,
        }
        return self.shown_row("orders.lines", row)

    def _moved(self, kind: str, order: Order) -> list[dict[str, Any]]:
        return [_movement(one) for one in self.books.moved(kind, order.ref)]

    def _bills(self, order: Order) -> list[dict[str, Any]]:
        return [
            {
                "id": one.ref,
                "number": _bill_number(one),
                "type": one.kind,
                "date": one.on.isoformat(),
                "due": str(due_on(one)),
                "gross": str(one.gross),
                "open": str(one.open),
                "credited": one.is_credited,
                "status": _paid(one.is_credited, one.open, one.gross),
            }
            for one in self.books.bills_of(order.ref)
        ]


def _bill_number(one: Bill) -> str:
    return f"{'CN' if one.kind == 'credit_note' else 'IN'}-{one.ref}"


def _movement(one: Movement) -> dict[str, Any]:
    return {
        "id": one.ref,
        "at": told(one.at),
        "carrier": "Parcel service" if one.tracking else None,
        "tracking_number": one.tracking or None,
        "tracking_url": f"https://track.example/{one.tracking}" if one.tracking else None,
        "eta": told(one.at + timedelta(days=1)),
        "items": [{"line_id": ref, "quantity": quantity} for ref, quantity in one.lines],
    }


def _paid(is_credited: bool, open: Decimal, gross: Decimal) -> str:
    if is_credited:
        return "reversed"
    if not open:
        return "paid"
    return "partial" if open < gross else "open"
