"""The stand-in server: routes, checks that come before a route, the account's request pool."""

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.netsuite.sandbox import sales
from integrations.adapters.netsuite.sandbox.company import Company
from integrations.adapters.netsuite.sandbox.faults import Refusal, invalid_value, nonexistent
from integrations.adapters.netsuite.sandbox.schema import READ_ONLY, schemas
from integrations.adapters.netsuite.sandbox.signin import TOKEN_LIFE_S, NotLetIn, SignIn
from integrations.adapters.netsuite.sandbox.staff import Staff
from integrations.adapters.netsuite.sandbox.store import Row, Store, Transaction
from integrations.adapters.netsuite.sandbox.suiteql import Tables
from integrations.adapters.netsuite.sandbox.views import customer_view, order_view
from integrations.standin import Request, Response, StandIn, route

BASE = "/services/rest"
TOKEN = f"{BASE}/auth/oauth2/v1/token"
RECORD = f"{BASE}/record/v1"
LINE_FIELD = "custcol_portal_line_ref"


class NetSuiteStandIn(StandIn, Company, Staff):
    """`pool` is how many requests the account takes at once, of all its integrations.

    Times are those of the account's zone. `is_administrator` says whether the role may ask for
    the governance limits.
    """

    def __init__(
        self, *, port: int = 0, time_zone: str = "America/Los_Angeles", pool: int = 5
    ) -> None:
        super().__init__(port=port)
        self.store = Store(zone=ZoneInfo(time_zone))
        self.sales = sales.SalesOrders(self.store)
        self.signin = SignIn()
        self.schemas = schemas()
        self.tables = Tables(self.store, self._line_fields)
        self.pool, self.is_administrator = pool, False
        self.forbidden: set[str] = set()
        self.guard = self.lock
        self._running, self._counting = 0, threading.Lock()
        self.most_at_once = 0
        self.add_column_field(LINE_FIELD)
        self.store.table("pricelevel")[1] = {"id": 1, "name": "Base Price"}

    # -- set up by an administrator

    def add_column_field(self, name: str) -> None:
        self.schemas["salesOrder-itemElement"][name] = {"type": "string", "maxLength": 300}

    def map_certificate(self, certificate_id: str, *, client_id: str, public_key: str) -> None:
        self.signin.certificates[certificate_id] = (client_id, public_key)

    def refresh_sandbox(self) -> None:
        """Clears the mapping of certificates, and with it every token."""
        self.signin.certificates.clear()
        self.signin.tokens.clear()

    def expire_tokens(self) -> None:
        self.signin.tokens.clear()

    # -- before a route

    vendor_dials = frozenset({"expire_token"})

    def answer(self, request: Request) -> tuple[Response | None, str]:
        """More requests at once than the pool holds are refused and not worked on."""
        with self._counting:
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            is_full = self._running > self.pool
        try:
            if is_full:
                refused = Refusal(
                    "CONCURRENCY_LIMIT_EXCEEDED",
                    "Concurrent request limit exceeded. Request blocked.",
                    status=429,
                ).response()
                return self._keep(request, "throttled", refused, "", False), ""
            response, fault = super().answer(request)
            # an answer without a body is cut before its end only in its head
            is_cut = fault == "truncate" and response is not None and response.status == 204
            return (None if is_cut else response), fault
        finally:
            with self._counting:
                self._running -= 1

    def check(self, request: Request, route_name: str) -> Response | None:
        if route_name == "token":
            return None
        if not self.signin.lets_in(request, f"{self.url}{request.path}"):
            return Refusal(
                "INVALID_LOGIN",
                "Invalid login attempt. For more details, see the Login Audit Trail in the "
                "NetSuite UI at Setup > Users/Roles > User Management > View Login Audit Trail.",
                status=401,
            ).response()
        if route_name in self.forbidden:
            return Refusal(
                "INSUFFICIENT_PERMISSION",
                "Your current role does not have permission to perform this action.",
                status=403,
            ).response()
        return None

    def unknown_route(self, request: Request) -> Response:
        return Refusal("NOT_FOUND", "The requested resource was not found.", status=404).response()

    # -- sign-in

    @route("POST", TOKEN, "token")
    def _token(self, request: Request) -> Response:
        try:
            token = self.signin.give_token(request, audience=f"{self.url}{TOKEN}")
        except NotLetIn as exc:
            return Response(400, {"error": str(exc)})
        return Response(
            200,
            {"access_token": token, "expires_in": str(TOKEN_LIFE_S), "token_type": "bearer"},
        )

    # -- SuiteQL

    @route("POST", f"{BASE}/query/v1/suiteql", "suiteql")
    def _suiteql(self, request: Request) -> Response:
        return _refused(lambda: self._query(request))

    def _query(self, request: Request) -> Response:
        if "transient" not in request.headers.get("prefer", ""):
            raise Refusal("INVALID_HEADER", "Required header 'Prefer' with value 'transient'.")
        limit, offset = int(request.param("limit", "1000")), int(request.param("offset", "0"))
        # REST guide: limit 1 to 1000, offset divisible by it
        if not 1 <= limit <= 1000 or offset % limit:
            raise Refusal("INVALID_PARAMETER", "Invalid query parameter: limit or offset.")
        body = request.json()
        found = self.tables.ask(str(body["q"]), [str(one) for one in body.get("params") or ()])
        rows = found[offset : offset + limit]
        return Response(
            200,
            {
                "links": [],
                "count": len(rows),
                "hasMore": offset + limit < len(found),
                "items": rows,
                "offset": offset,
                "totalResults": len(found),
            },
        )

    # -- records

    @route("GET", f"{RECORD}/metadata-catalog", "metadata")
    def _metadata(self, request: Request) -> Response:
        kinds = request.param("select").split(",")
        found = {
            name: {"type": "object", "properties": fields}
            for name, fields in self.schemas.items()
            if name.partition("-")[0] in kinds
        }
        return Response(200, {"openapi": "3.0.1", "components": {"schemas": found}})

    @route("GET", f"{BASE}/system/v1/governanceLimits", "limits")
    def _limits(self, request: Request) -> Response:
        if not self.is_administrator:
            return Refusal(
                "INSUFFICIENT_PERMISSION", "Administrator role is required.", status=403
            ).response()
        return Response(
            200,
            {"accountConcurrencyLimit": self.pool, "accountUnallocatedConcurrencyLimit": self.pool},
        )

    @route("POST", f"{RECORD}/salesOrder", "create:salesOrder")
    def _create_order(self, request: Request) -> Response:
        def create() -> Response:
            body = self._checked(request, "salesOrder")
            with self.store.all_or_nothing():
                made = self.sales.create(body)
            return _made(self.url, "salesOrder", made.id)

        return _refused(create)

    @route("GET", f"{RECORD}/salesOrder/{{key}}", "read:salesOrder")
    def _read_order(self, request: Request) -> Response:
        def read() -> Response:
            one = self._transaction(request.path_values["key"], "SalesOrd")
            is_expanded = request.param("expandSubResources") == "true"
            return Response(200, order_view(self.store, one, is_expanded=is_expanded))

        return _refused(read)

    @route("PATCH", f"{RECORD}/salesOrder/{{key}}", "change:salesOrder")
    def _change_order(self, request: Request) -> Response:
        def change() -> Response:
            body = self._checked(request, "salesOrder")
            replaces = "item" in request.param("replace").split(",")
            with self.store.all_or_nothing():
                one = self._transaction(request.path_values["key"], "SalesOrd")
                self.sales.change(one, body, replaces=replaces)
            return _made(self.url, "salesOrder", one.id)

        return _refused(change)

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

        return _refused(upsert)

    @route("POST", f"{RECORD}/customerDeposit", "create:customerDeposit")
    def _create_deposit(self, request: Request) -> Response:
        def create() -> Response:
            body = self._checked(request, "customerDeposit")
            with self.store.all_or_nothing():
                made = self._deposit(body)
            return _made(self.url, "customerDeposit", made.id)

        return _refused(create)

    @route("GET", f"{RECORD}/customerDeposit/{{key}}", "read:customerDeposit")
    def _read_deposit(self, request: Request) -> Response:
        def read() -> Response:
            one = self._transaction(request.path_values["key"], "CustDep")
            view = {"id": str(one.id), "externalId": one.externalid, "payment": one.total}
            return Response(200, view)

        return _refused(read)

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

        return _refused(read)

    @route("GET", f"{RECORD}/contact/{{key}}", "read:contact")
    def _read_contact(self, request: Request) -> Response:
        key = request.path_values["key"]
        row = self.store.table("contact").get(int(key)) if key.isdigit() else None
        if row is None:
            return nonexistent().response()
        company = {"id": str(row["company"])}
        return Response(200, {"id": key, "entityId": row["entityid"], "company": company})

    # -- what they share

    def _line_fields(self) -> list[str]:
        known = self.schemas["salesOrder-itemElement"]
        return [name for name in known if name.startswith("custcol")]

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


def _refused(work: Any) -> Response:
    try:
        response: Response = work()
    except Refusal as refusal:
        return refusal.response()
    return response
