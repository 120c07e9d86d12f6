"""The stand-in as a server: /json/2 and /jsonrpc over one store, as a real Odoo answers."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from integrations.adapters.odoo.sandbox import portal_pages
from integrations.adapters.odoo.sandbox.calls import Call, User, checked_context
from integrations.adapters.odoo.sandbox.company import Company
from integrations.adapters.odoo.sandbox.faults import (
    OdooFault,
    missing,
    no_database,
    not_found,
    type_error,
    unauthorized,
    value_error,
)
from integrations.adapters.odoo.sandbox.methods import ON_MODEL, bound, find_method
from integrations.adapters.odoo.sandbox.searching import TIME_FORMAT
from integrations.standin import OF_CALLBACKS, OF_FIELDS, Request, Response, StandIn, route

_NO_DATABASE_PAGE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected "
    "and the requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the "
    "hostname, <a href=/web/login>login</a> and try again.</p>\n\n<!-- Alternatively, use the "
    "X-Odoo-Database header. -->\n"
)
_NOT_FOUND_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
)
_WRONG_TYPE_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>415 Unsupported Media Type</title>\n"
    "<h1>Unsupported Media Type</h1>\n<p>Request inferred type is compatible with [&#39;http&#39;] "
    "but the route is not.<br><br>Please verify the Content-Type request header and try "
    "again.</p>\n"
)
_NO_KEY = "User not authenticated, use an API Key with a Bearer Authorization header."
# What an upgrade might make of a field of this type.
_RETYPED = {
    "char": "text",
    "text": "html",
    "html": "text",
    "float": "monetary",
    "monetary": "float",
    "boolean": "selection",
    "selection": "char",
    "datetime": "date",
    "date": "datetime",
}
_DID_YOU_MEAN = "Did you mean POST /json/2/<model>/<method>?"


class OdooStandIn(StandIn, Company):
    """An Odoo in memory: `OdooStandIn(api_key=…)`, then `with`, or start() and stop().

    Two users sign in: the service user (key `api_key`, or login and key over /jsonrpc) and
    the administrator (key `staff_key`). Before 19 there is no /json/2 and no /web/version.
    """

    vendor_dials = frozenset({*OF_FIELDS, *OF_CALLBACKS})
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{model}.{name}": (model, name)
        for model, name in (
            ("product.product", "default_code"),
            ("product.pricelist.item", "fixed_price"),
            ("sale.order", "client_order_ref"),
        )
    }

    def __init__(
        self,
        *,
        port: int = 0,
        version: int = 19,
        database: str = "odoo",
        api_key: str = "odoo-service-key",
        login: str = "portal",
        staff_key: str = "odoo-staff-key",
    ) -> None:
        StandIn.__init__(self, port=port)
        Company.__init__(self, version=version)
        self.guard = self.lock
        self.database = database
        self.is_database_up = True
        self.webhook_url = ""
        self.release = ""  # as Odoo's cloud names its own: "saas~18.2+e"; empty: "19.0"
        service = User(id=self.service_uid, login=login)
        staff = User(id=self.staff_uid, login="admin", is_admin=True)
        self.keys: dict[str, User] = {api_key: service, staff_key: staff}
        self._commits = 0
        self._written_xids: dict[str, int] = {}
        self._arrived = threading.local()

    def change_field(self, entity: str, name: str, how: str) -> None:
        usual = self.store.whole[entity].fields[name]
        if how == "retype_field":
            self.retype_field(entity, name, type=_RETYPED[usual.type])
            return
        self.drop_field(entity, name)
        if how == "rename_field":
            renamed = replace(usual, source=usual.source or name)
            self.store.define(entity, f"x_{name}", renamed)

    def put_field_back(self, entity: str, name: str) -> None:
        self.store.define(entity, f"x_{name}", None)
        self.store.define(entity, name, self.store.whole[entity].fields[name])

    def sign_in_as(self, key: str, *, uid: int, login: str, **values: Any) -> None:
        """Lets a key act for a user; `values` as of `User` (rights, is_admin …)."""
        self.keys[key] = User(id=uid, login=login, **values)

    def expire_key(self, key: str) -> None:
        """An expired key is answered like a wrong one."""
        self.keys.pop(key, None)

    # -- transactions as callers see them

    def answer(self, request: Request) -> tuple[Response | None, str]:
        # A call sees the database as it was when it arrived: of two loads of one external id
        # that run at the same time, the second to write is refused.
        with self.lock:
            self._arrived.at = self._commits
        return super().answer(request)

    def _is_taken(self, xid: str) -> bool:
        return self._written_xids.get(xid, 0) > getattr(self._arrived, "at", self._commits)

    def _find(self, request: Request) -> Any:
        """Names the route after the model method, so that dials and log can tell them apart."""
        found = super()._find(request)
        if found is None:
            return None
        matched, full = found
        name = _method_name(full) if matched.name in {"json2", "jsonrpc"} else ""
        return (replace(matched, name=name) if name else matched), full

    def unknown_route(self, request: Request) -> Response:
        if request.path.startswith("/json/2") and self.store.version >= 19:
            return _fault_response(not_found(_DID_YOU_MEAN))
        return Response(404, text=_NOT_FOUND_PAGE)

    # -- routes

    @route("GET", "/web/version", "version")
    @route("GET", "/json/version", "version")
    def _version(self, request: Request) -> Response:
        if self.store.version < 19:
            return Response(404, text=_NOT_FOUND_PAGE)
        return Response(200, {"version_info": self._version_info, "version": self._version_text})

    @property
    def _version_text(self) -> str:
        return self.release or f"{self.store.version}.0"

    @property
    def _version_info(self) -> list[Any]:
        # the cloud's own releases have a text where the number is due: ["saas~18", 2, …]
        major = self.release.partition(".")[0] or self.store.version
        return [major, 0, 0, "final", 0, ""]

    @route("GET", "/web/health", "health")
    def _health(self, request: Request) -> Response:
        if request.param("db_server_status") != "1":
            return Response(200, {"status": "pass"})
        if self.is_database_up:
            return Response(200, {"status": "pass", "db_server_status": True})
        return Response(500, {"status": "fail", "db_server_status": False})

    @route("GET", "/json/2/{model}/{method}", "json2-other-verb")
    @route("PUT", "/json/2/{model}/{method}", "json2-other-verb")
    def _other_verb(self, request: Request) -> Response:
        return self.unknown_route(request)

    @route("POST", "/json/2/{model}/{method}/", "json2")
    @route("POST", "/json/2/{model}/{method}", "json2")
    def _json2(self, request: Request) -> Response:
        if self.store.version < 19:
            return Response(404, text=_NOT_FOUND_PAGE)
        if "application/json" not in request.headers.get("content-type", ""):
            return Response(415, text=_WRONG_TYPE_PAGE)
        database = request.headers.get("x-odoo-database", self.database)
        if not self.is_database_up or database != self.database:
            return Response(404, text=_NO_DATABASE_PAGE)
        try:
            user = self._by_bearer(request)
            result = self._call_json2(request, user)
        except OdooFault as fault:
            return _fault_response(fault)
        return Response(200, result)

    @route("GET", "/jsonrpc", "jsonrpc")
    @route("POST", "/jsonrpc", "jsonrpc")
    def _jsonrpc(self, request: Request) -> Response:
        if "application/json" not in request.headers.get("content-type", ""):
            return Response(415, text=_WRONG_TYPE_PAGE)
        try:
            body = request.json()
        except ValueError:
            return Response(400, text="Invalid JSON data")
        if not isinstance(body, dict):
            return Response(400, text="Invalid JSON-RPC data")
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": body.get("id")}
        try:
            result = self._call_service(body.get("params") or {})
        except OdooFault as fault:
            told = {"code": 0, "message": "Odoo Server Error", "data": fault.body(over_rpc=True)}
            return Response(200, {**answer, "error": told})
        # a method that returns nothing sends no result at all
        return Response(200, answer if result is None else {**answer, "result": result})

    @route("GET", "/my/invoices/{invoice}", "invoice-page")
    def _invoice_page(self, request: Request) -> Response:
        database = request.headers.get("x-odoo-database", self.database)
        if not self.is_database_up or database != self.database:
            return Response(404, text=_NO_DATABASE_PAGE)
        return portal_pages.page(self.store, request)

    # -- /json/2

    def _by_bearer(self, request: Request) -> User:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise unauthorized(_NO_KEY)
        user = self.keys.get(key.strip())
        if user is None:
            raise unauthorized("Invalid apikey")
        return user

    def _call_json2(self, request: Request, user: User) -> Any:
        try:
            body = json.loads(request.body or b"null") if request.body else None
            body = request.json() if body is not None else None
        except ValueError as exc:
            raise OdooFault(
                "werkzeug.exceptions.BadRequest", f"could not parse the body as json: {exc}"
            ) from None
        # an empty body, null or a list count as no arguments
        named = dict(body) if isinstance(body, dict) else {}
        ids = named.pop("ids", [])
        context = named.pop("context", {})
        model, method = request.path_values["model"], request.path_values["method"]
        return self._call(
            user, model, method, ids=_as_list(ids), context=context, args=[], named=named
        )

    # -- /jsonrpc

    def _call_service(self, params: dict[str, Any]) -> Any:
        if not {"service", "method", "args"} <= set(params):
            raise type_error(
                "JSONRPC.jsonrpc() missing 3 required positional arguments: 'service', 'method', "
                "and 'args'"
            )
        service, method, args = params["service"], params["method"], params["args"]
        if (service, method) == ("common", "version"):
            return {
                "server_version": self._version_text,
                "server_version_info": self._version_info,
                "server_serie": self._version_text,
                "protocol_version": 1,
            }
        if service not in {"common", "object"}:
            raise OdooFault("builtins.KeyError", str(service))
        if service == "object" and len(args) < 5:
            raise value_error(f"not enough values to unpack (expected at least 5, got {len(args)})")
        self._refuse_database(args[0])
        if (service, method) in {("common", "authenticate"), ("common", "login")}:
            user = self.keys.get(args[2])
            return user.id if user is not None and user.login == args[1] else False
        return self._execute(args)

    def _refuse_database(self, name: str) -> None:
        reach = 'connection to server at "db.example", port 5432 failed'
        if not self.is_database_up:
            raise no_database(
                f"{reach}: Connection refused\n\tIs the server running on that host and accepting "
                "TCP/IP connections?\n"
            )
        if name != self.database:
            raise no_database(f'{reach}: FATAL:  database "{name}" does not exist\n')

    def _execute(self, args: list[Any]) -> Any:
        _, uid, key, model, method = args[:5]
        placed = args[5] if len(args) > 5 else []
        named = dict(args[6]) if len(args) > 6 else {}
        if not self.store.exists("res.users", uid):
            raise missing("res.users", uid, uid)
        user = self.keys.get(key)
        if user is None or user.id != uid:
            raise OdooFault("odoo.exceptions.AccessDenied", "Access Denied")
        context = named.pop("context", {})
        ids: list[Any] = []
        if method not in ON_MODEL:
            ids, placed = (_as_list(placed[0]), placed[1:]) if placed else ([], [])
        result = self._call(user, model, method, ids=ids, context=context, args=placed, named=named)
        is_single = method == "create" and placed and isinstance(placed[0], dict)
        return result[0] if is_single else result

    # -- both

    def _call(
        self,
        user: User,
        model: str,
        method: str,
        *,
        ids: list[Any],
        context: Any,
        args: list[Any],
        named: dict[str, Any],
    ) -> Any:
        function = find_method(self.store, model, method)
        call = Call(
            store=self.store,
            user=user,
            model=model,
            ids=ids,
            context=checked_context(user, context),
            is_taken=self._is_taken,
        )
        self.store.uid = user.id
        before = self._order_states()
        with self.store.transaction():
            result = bound(function, call, args, named)
        if method == "load" and result["ids"]:
            columns, data = named.get("fields") or args[0], named.get("data") or args[1]
            self._note_written(columns, data)
        self._notify(before)
        return result

    def _note_written(self, columns: list[str], data: list[list[str]]) -> None:
        self._commits += 1
        for row in data:
            for column, cell in zip(columns, row, strict=False):
                if cell and column in {"id", "order_line/id"}:
                    self._written_xids[cell] = self._commits

    # -- the automation rule with a webhook action

    def _order_states(self) -> dict[int, Any]:
        if not self.webhook_url:
            return {}
        return {
            order["id"]: order["write_date"] for order in self.store.table("sale.order").values()
        }

    def _notify(self, before: dict[int, Any]) -> None:
        if not self.webhook_url:
            return
        for order_id, stamp in self._order_states().items():
            state = self.store.get("sale.order", order_id)["state"]
            if before.get(order_id) != stamp and state != "draft":
                body = json.dumps(self._hook_payload(order_id)).encode()
                self.callbacks.send(partial(_post_soon, self.webhook_url, body))

    def _hook_payload(self, order_id: int) -> dict[str, Any]:
        order = self.order(order_id)
        names = ("client_order_ref", "delivery_status", "invoice_status", "name", "state")
        return {
            "_action": "portal webhook(#509)",
            "_id": order_id,
            "_model": "sale.order",
            **{name: order[name] for name in names},
            "id": order_id,
            "write_date": datetime.now(UTC).strftime(TIME_FORMAT),
        }

    def work(self, verb: Callable[[], Any]) -> Any:
        """Runs a verb of staff as one transaction."""
        with self.lock:
            self.store.uid = self.staff_uid
            before = self._order_states()
            with self.store.transaction():
                result = verb()
            self._notify(before)
            return result

    # -- control over HTTP, for a stand-in in a process of its own

    def control(self, request: Request) -> Response:
        """Beside the dials: POST /_standin/do/<verb> with the verb's arguments as JSON, GET
        /_standin/orders, POST /_standin/database {"is_up": …}, POST /_standin/webhook {"url": …}.
        """
        if request.path == "/_standin/orders":
            with self.lock:
                return Response(200, {"orders": self.orders()})
        if request.path == "/_standin/database":
            self.is_database_up = bool(request.json()["is_up"])
            return Response(200, {"ok": True})
        if request.path == "/_standin/webhook":
            self.webhook_url = str(request.json()["url"])
            return Response(200, {"ok": True})
        if request.path.startswith("/_standin/do/"):
            return self._do(request)
        return super().control(request)

    def _do(self, request: Request) -> Response:
        verb = request.path.rsplit("/", 1)[1]
        if verb not in self.verbs:
            return Response(404, {"message": f"unknown verb; known: {', '.join(self.verbs)}"})
        try:
            result = getattr(self, verb)(**(request.json() if request.body else {}))
        except OdooFault as fault:
            return Response(422, {"message": fault.message})
        except (TypeError, ValueError) as exc:
            return Response(400, {"message": str(exc)})
        return Response(200, {"result": result})


def _method_name(request: Request) -> str:
    if request.path_values:
        return f"{request.path_values['model']}.{request.path_values['method']}"
    try:
        params = request.json()["params"]
        if params["method"] != "execute_kw":
            return f"{params['service']}.{params['method']}"
        return f"{params['args'][3]}.{params['args'][4]}"
    except (ValueError, TypeError, KeyError, IndexError):
        return ""


def _as_list(ids: Any) -> list[Any]:
    return ids if isinstance(ids, list) else [ids]


def _fault_response(fault: OdooFault) -> Response:
    return Response(fault.status, fault.body())


def _post_soon(url: str, body: bytes) -> None:
    threading.Thread(target=_post_once, args=(url, body)).start()


def _post_once(url: str, body: bytes) -> None:
    """As Odoo does: one second, no second try, no signature."""
    request = urllib.request.Request(  # noqa: S310 - the address is a test's own
        url, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=1):  # noqa: S310
            pass
    except (urllib.error.URLError, OSError):
        return
