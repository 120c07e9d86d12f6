"""The stand-in server: routes, checks that come before a route, the account's request pool."""

import threading
from typing import ClassVar
from zoneinfo import ZoneInfo

from integrations.adapters.netsuite.sandbox import sales
from integrations.adapters.netsuite.sandbox.company import Company
from integrations.adapters.netsuite.sandbox.faults import Refusal
from integrations.adapters.netsuite.sandbox.records import RECORD, Records, refused
from integrations.adapters.netsuite.sandbox.schema import change_schema, schemas
from integrations.adapters.netsuite.sandbox.signin import TOKEN_LIFE_S, NotLetIn, SignIn
from integrations.adapters.netsuite.sandbox.staff import Staff
from integrations.adapters.netsuite.sandbox.store import Store
from integrations.adapters.netsuite.sandbox.suiteql import Tables
from integrations.standin import OF_FIELDS, Request, Response, route

BASE = "/services/rest"
TOKEN = f"{BASE}/auth/oauth2/v1/token"
LINE_FIELD = "custcol_portal_line_ref"
_TABLE = "SuiteQL "


class NetSuiteStandIn(Records, Company, Staff):
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

    vendor_dials = frozenset({"expire_token", *OF_FIELDS})
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{entity}.{name}": (entity, name)
        for entity, name in (
            ("SuiteQL item", "itemid"),
            ("SuiteQL pricing", "unitprice"),
            ("salesOrder", "otherRefNum"),
        )
    }

    def change_field(self, entity: str, name: str, how: str) -> None:
        """A column of SuiteQL has no type that anybody is told."""
        if not entity.startswith(_TABLE):
            change_schema(self.schemas[entity], name, how)
        elif how == "drop_field":
            self.tables.gone.add((_table_of(entity), name))
        elif how == "rename_field":
            self.tables.renamed[_table_of(entity), name] = f"{name}_2"

    def put_field_back(self, entity: str, name: str) -> None:
        if not entity.startswith(_TABLE):
            self.schemas[entity].pop(f"{name}_2", None)
            self.schemas[entity][name] = schemas()[entity][name]
            return
        self.tables.gone.discard((_table_of(entity), name))
        self.tables.renamed.pop((_table_of(entity), name), None)

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
        return refused(lambda: self._query(request))

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

    # -- about the account

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

    # -- the schema

    def _line_fields(self) -> list[str]:
        known = self.schemas["salesOrder-itemElement"]
        return [name for name in known if name.startswith("custcol")]


def _table_of(entity: str) -> str:
    return entity.removeprefix(_TABLE).lower()
