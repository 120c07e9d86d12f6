"""Records over REST: sales orders, deposits, customers; what a body may name."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox import sales
from integrations.adapters.netsuite.sandbox.faults import Refusal, invalid_value, nonexistent
from integrations.adapters.netsuite.sandbox.schema import READ_ONLY, Fields
from integrations.adapters.netsuite.sandbox.store import Row, Store, Transaction
from integrations.adapters.netsuite.sandbox.views import customer_view, order_view
from integrations.standin import Request, Response, StandIn, route

RECORD = "/services/rest/record/v1"


class Records(StandIn):
    """The routes of single records."""

    store: Store
    sales: sales.SalesOrders
    schemas: dict[str, Fields]

    @route("POST", f"{RECORD}/salesOrder", "create:salesOrder")
    def _create_order(self, request: Request) -> Response:
        def create() -> Response:
            body = self._checked(request, "salesOrder")
            with self.store.all_or_nothing():
                made = self.sales.create(body)
            return _made(self.url, "salesOrder", made.id)

        return refused(create)

    @route("GET", f"{RECORD}/salesOrder/{{key}}", "read:salesOrder")
    def _read_order(self, request: Request) -> Response:
        def read() -> Response:
            one = self._transaction(request.path_values["key"], "SalesOrd")
            is_expanded = request.param("expandSubResources") == "true"
            return Response(200, order_view(self.store, one, is_expanded=is_expanded))

        return refused(read)

    @route("PATCH", f"{RECORD}/salesOrder/{{key}}", "change:salesOrder")
    def _change_order(self, request: Request) -> Response:
        def change() -> Response:
            body = self._checked(request, "salesOrder")
            replaces = "item" in request.param("replace").split(",")
            with self.store.all_or_nothing():
                one = self._transaction(request.path_values["key"], "SalesOrd")
                self.sales.change(one, body, replaces=replaces)
            return _made(self.url, "salesOrder", one.id)

        return refused(change)

    @route("PUT", f"{RECORD}/salesOrder/{{key}}", "upsert:salesOrder")
    def _upsert_order(self, request: Request) -> Response:
        """Creates or changes; lines without a key are appended to those that are there."""

        def upsert() -> Response:
            key = request.path_values["key"]
            if not key.startswith("eid:"):
                raise Refusal("INVALID_REQUEST", "PUT needs an external id.")
            body = {**self._checked(request, "salesOrder"), "externalId": key[4:]}
            replaces = "item" in request.param("replace").split(",")
            with self.store.all_or_nothing():
                one = self.store.by_external_id(key[4:])
                if one is None:
                    one = self.sales.create(body)
                else:
                    self.sales.change(one, body, replaces=replaces)
            return _made(self.url, "salesOrder", one.id)

        return refused(upsert)

    @route("POST", f"{RECORD}/customerDeposit", "create:customerDeposit")
    def _create_deposit(self, request: Request) -> Response:
        def create() -> Response:
            body = self._checked(request, "customerDeposit")
            with self.store.all_or_nothing():
                made = self._deposit(body)
            return _made(self.url, "customerDeposit", made.id)

        return refused(create)

    @route("GET", f"{RECORD}/customerDeposit/{{key}}", "read:customerDeposit")
    def _read_deposit(self, request: Request) -> Response:
        def read() -> Response:
            one = self._transaction(request.path_values["key"], "CustDep")
            view = {"id": str(one.id), "externalId": one.externalid, "payment": one.total}
            return Response(200, view)

        return refused(read)

    @route("GET", f"{RECORD}/customer/{{key}}", "read:customer")
    def _read_customer(self, request: Request) -> Response:
        def read() -> Response:
            key = request.path_values["key"]
            row = self.store.table("customer").get(int(key)) if key.isdigit() else None
            if row is None:
                raise nonexistent()
            view = customer_view(self.store, row)
            shown = self.schemas["customer"]
            return Response(200, {name: value for name, value in view.items() if name in shown})

        return refused(read)

    @route("GET", f"{RECORD}/contact/{{key}}", "read:contact")
    def _read_contact(self, request: Request) -> Response:
        key = request.path_values["key"]
        row = self.store.table("contact").get(int(key)) if key.isdigit() else None
        if row is None:
            return nonexistent().response()
        company = {"id": str(row["company"])}
        return Response(200, {"id": key, "entityId": row["entityid"], "company": company})

    # -- what they share

    def _transaction(self, key: str, kind: str) -> Transaction:
        found = (
            self.store.by_external_id(key[4:])
            if key.startswith("eid:")
            else self.store.transactions.get(int(key) if key.isdigit() else 0)
        )
        if found is None or found.type != kind:
            raise nonexistent()
        return found

    def _deposit(self, body: Mapping[str, Any]) -> Transaction:
        if body.get("externalId"):
            code = self.sales.duplicate_code
            sales.check_external_id(self.store, str(body["externalId"]), code=code)
        order = self.store.transactions.get(int(sales.reference(body.get("salesOrder")) or 0))
        if order is None:
            raise invalid_value(sales.reference(body.get("salesOrder")), "salesOrder")
        amount = sales.number(body.get("payment"), "payment")
        if amount <= 0:
            raise invalid_value(amount, "payment")
        now = self.store.now()
        made = Transaction(
            id=self.store.new_id(),
            type="CustDep",
            tranid=f"DEP{self.store.last_id:05d}",
            entity=order.entity,
            currency=order.currency,
            status="A",
            created=now,
            modified=now,
            trandate=str(body.get("tranDate") or now[:10]),
            externalid=str(body.get("externalId") or ""),
            header={"memo": body.get("memo"), "order": order.id},
            total=Decimal(amount),
        )
        self.store.transactions[made.id] = made
        return made

    def _checked(self, request: Request, kind: str) -> Row:
        """The body without unknown names, or refused for them, as the header asks."""
        try:
            body = request.json()
        except ValueError as exc:
            raise Refusal("INVALID_CONTENT", "The request body is not JSON.") from exc
        if not isinstance(body, dict):
            raise Refusal("INVALID_CONTENT", "The request body must be an object.")
        is_strict = request.headers.get("x-netsuite-propertynamevalidation", "").lower() == "error"
        clean = self._known(body, self.schemas[kind], "", is_strict)
        for name in ("shippingAddress", "billingAddress"):
            if name in clean:
                clean[name] = self._known(clean[name], self.schemas["address"], name, is_strict)
        if "item" in clean:
            fields = self.schemas["salesOrder-itemElement"]
            lines = clean["item"].get("items") or []
            clean["item"] = {
                "items": [
                    self._known(line, fields, f"item.items[{place}]", is_strict)
                    for place, line in enumerate(lines)
                ]
            }
        return clean

    def _known(self, body: Row, fields: Mapping[str, Any], path: str, is_strict: bool) -> Row:
        unknown = [name for name in body if name not in fields]
        if unknown and is_strict:
            # REST guide: X-NetSuite-PropertyNameValidation; the default only warns
            raise Refusal(
                "INVALID_CONTENT",
                f"Unknown reference or field: {unknown[0]}.",
                path=f"{path}.{unknown[0]}".lstrip("."),
            )
        skipped = {*unknown, *(READ_ONLY if not path else ())}
        return {name: value for name, value in body.items() if name not in skipped}


def _made(url: str, kind: str, new_id: int) -> Response:
    """204 without a body; the id is in the address alone."""
    place = f"{url}{RECORD}/{kind}/{new_id}"
    return Response(204, text="", headers={"Location": place})


def refused(work: Callable[[], Response]) -> Response:
    try:
        return work()
    except Refusal as refusal:
        return refusal.response()
