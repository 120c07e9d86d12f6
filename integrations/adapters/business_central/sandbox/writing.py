"""Writes: inserts, changes, deletes, and the actions of the companion extension."""

from collections.abc import Callable
from typing import Any

from integrations.adapters.business_central.sandbox.bodies import checked
from integrations.adapters.business_central.sandbox.company import Company
from integrations.adapters.business_central.sandbox.faults import (
    BcFault,
    bad_request,
    no_segment,
)
from integrations.adapters.business_central.sandbox.queries import shown
from integrations.adapters.business_central.sandbox.schema import Page
from integrations.adapters.business_central.sandbox.store import Row
from integrations.standin import Request, Response


class Writing(Company):
    refusals: list[BcFault]  # what an extension's own checks refuse next
    _rows: Callable[[str, str, Any], list[Row]]
    _row: Callable[[str, str], Row]
    pages: dict[str, Page]  # as they are since the last upgrade

    def _shown(self, row: Row, name: str, options: dict[str, str]) -> Row:
        return shown(row, name, options, self._rows, self.pages)

    def _create(self, request: Request, name: str, fixed: Row) -> Response:
        body = checked(name, _json(request), self.pages)
        if self.refusals:
            raise self.refusals.pop(0)
        if name == "salesOrders":
            row = self.add_order(body)
        elif name == "salesOrderLines":
            order = self.store.tables["salesOrders"][fixed["documentId"]]
            row = self.add_line(order, body)
            self.recount(order)
        elif name == "customerPayments":
            row = self._add_payment(body, fixed)
        elif name == "subscriptions":
            row = self.subscribe(body)
        else:
            raise BcFault("BadRequest_MethodNotAllowed", f"{name} takes no inserts.", 405)
        options = {"$expand": "salesOrderLines"} if name == "salesOrders" else {}
        return Response(201, self._shown(row, name, {**dict(request.params), **options}))

    def _add_payment(self, body: Row, fixed: Row) -> Row:
        customer = self.store.get("customers", body.get("customerId", ""))
        if customer is None:
            raise BcFault(
                "Application_DialogException",
                'The "customerId" does not match to a Customer.',
            )
        number = self.store.new_number("PAY", 1)
        defaults = {"documentNumber": number, "customerNumber": customer["number"]}
        return self.store.insert("customerPayments", **defaults, **fixed, **body)

    def _patch(self, request: Request, name: str, row: Row) -> Response:
        body = checked(name, _json(request), self.pages)
        if name == "salesOrders":
            if "salesOrderLines" in body:
                raise bad_request("Deep updates are not supported.")
            self.change_header(row, body)
        elif name == "salesOrderLines":
            self.change_line(self.store.tables["salesOrders"][row["documentId"]], row, body)
        elif name == "subscriptions":
            self.renew(row, body)
        else:
            raise BcFault("BadRequest_MethodNotAllowed", f"{name} takes no changes.", 405)
        return Response(200, self._shown(row, name, {}))

    def _delete(self, name: str, row: Row) -> None:
        if name == "salesOrders":
            self.remove_order(row)
        elif name == "salesOrderLines":
            self.remove_line(self.store.tables["salesOrders"][row["documentId"]], row)
        elif name == "subscriptions":
            self.store.delete(name, row)
        else:
            raise BcFault("BadRequest_MethodNotAllowed", f"{name} takes no deletes.", 405)

    def _act(self, request: Request, name: str, row: Row, action: str) -> Response:
        if request.method != "POST" or name != "portalOrders":
            raise no_segment(action)
        order = self._row("salesOrders", row["id"])
        if action == "release":
            self.release(order)
        elif action == "reopen":
            self.reopen(order)
        else:
            raise no_segment(action)
        return Response(204, text="")


def _json(request: Request) -> Any:
    try:
        return request.json()
    except ValueError as exc:
        raise bad_request("The body is not JSON.") from exc
