"""The gateway: sign-in, CSRF tokens, routing, errors in SAP's shape, `$batch`."""

import base64
import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote

from integrations.adapters.sap.sandbox import reading
from integrations.adapters.sap.sandbox.batches import Answered, Inner, answered, requests_in
from integrations.adapters.sap.sandbox.describing import described
from integrations.adapters.sap.sandbox.sales import Refused
from integrations.adapters.sap.sandbox.schema import Field
from integrations.adapters.sap.sandbox.schema_documents import SERVICES
from integrations.adapters.sap.sandbox.store import ROOT, Row, Store
from integrations.adapters.sap.sandbox.values import literal, written
from integrations.adapters.sap.sandbox.writing import Writing
from integrations.standin import Request, Response, StandIn, route

AVAILABILITY = "API_PRODUCT_AVAILY_INFO_BASIC"
SIMULATION = "API_SALES_ORDER_SIMULATION_SRV"
_CHANGED = "A_SalesOrder"  # what the sets that clients may change begin with
_LOGON_PAGE = (
    "<html><head><title>Logon Error Message</title></head><body>Logon failed</body></html>"
)


class SapStandIn(StandIn):
    """One client of one system. `company` holds its data and its staff.

    `user` and `password` sign in with Basic; the same pair is the OAuth client. Services
    are taken away with `without`, rights to them with `forbidden`.
    """

    vendor_dials = frozenset({"expire_token", "shrink_pages"})

    def __init__(
        self,
        *,
        user: str = "PORTAL",
        password: str = "portal-password",  # noqa: S107 of a stand-in on 127.0.0.1
        client: str = "100",
        server_page: int = 100,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.user, self.password, self.client = user, password, client
        self.server_page = server_page
        self.store = Store()
        self.company = Writing(self.store)
        self.without: set[str] = set()
        self.forbidden: set[str] = set()
        self._sessions: dict[str, str] = {}
        self._tokens: dict[str, float] = {}

    # -- sign-in

    def check(self, request: Request, route_name: str) -> Response | None:
        if route_name == "oauth.token":
            return None
        if not self._is_signed_in(request.headers.get("authorization", "")):
            # observed: an HTML page, not the gateway's error shape
            return Response(
                401,
                text=_LOGON_PAGE,
                headers={"WWW-Authenticate": f'Basic realm="SAP NetWeaver [{self.client}]"'},
            )
        asked = request.param("sap-client")
        if asked and asked != self.client:
            return Response(401, text=_LOGON_PAGE)
        service = _service_of(request)
        if service not in SERVICES or service in self.without:
            # SAP note "No service found for namespace": the service is not activated
            return _error(
                404,
                "/IWFND/MED/170",
                f"No service found for namespace '', name '{service}', version '0001'",
            )
        if service in self.forbidden:
            return _error(403, "/IWFND/CM_BEC/022", f"No authorization to access service {service}")
        if request.method != "GET":
            return self._check_token(request)
        return None

    def _is_signed_in(self, header: str) -> bool:
        scheme, _, value = header.partition(" ")
        if scheme == "Bearer":
            return self._tokens.get(value, 0) > time.monotonic()
        expected = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return scheme == "Basic" and value == expected

    def _check_token(self, request: Request) -> Response | None:
        """SAP help, "CSRF protection": the token counts only with its session's cookie."""
        session = _cookie(request.headers.get("cookie", ""), f"SAP_SESSIONID_S4H_{self.client}")
        token = request.headers.get("x-csrf-token", "")
        if token and self._sessions.get(session) == token:
            return None
        return Response(
            403,
            text="CSRF token validation failed",
            headers={"x-csrf-token": "Required", "Content-Type": "text/plain; charset=utf-8"},
        )

    def expire_tokens(self) -> None:
        """CSRF tokens with their sessions, and OAuth tokens: what a restart of SAP does."""
        self._sessions.clear()
        self._tokens.clear()

    @route("POST", "/oauth/token", "oauth.token")
    def a_token(self, request: Request) -> Response:
        """OAuth 2.0 client credentials (RFC 6749, 4.4), the client by Basic."""
        form = parse_qs(request.body.decode())
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Response(401, {"error": "invalid_client"})
        if form.get("grant_type") != ["client_credentials"]:
            return Response(400, {"error": "unsupported_grant_type"})
        token = secrets.token_urlsafe(24)
        self._tokens[token] = time.monotonic() + 3600
        return Response(200, {"access_token": token, "token_type": "bearer", "expires_in": 3600})

    # -- single calls; the names of methods are the order in which routes are tried

    @route("GET", f"{ROOT}/{{service}}/", "service")
    def b_service(self, request: Request) -> Response:
        kinds = SERVICES[_service_of(request)]
        headers = {}
        if request.headers.get("x-csrf-token", "").lower() == "fetch":
            session, token = secrets.token_hex(12), secrets.token_urlsafe(16)
            self._sessions[session] = token
            headers = {
                "x-csrf-token": token,
                "Set-Cookie": f"SAP_SESSIONID_S4H_{self.client}={session}; path=/; HttpOnly",
            }
        return Response(200, {"d": {"EntitySets": [kind.name for kind in kinds]}}, headers=headers)

    @route("GET", f"{ROOT}/{{service}}/$metadata", "metadata")
    def c_metadata(self, request: Request) -> Response:
        service = _service_of(request)
        kinds = [self.store.kinds[kind.name] for kind in SERVICES[service]]
        text = described(service, kinds, with_function=service == AVAILABILITY)
        return Response(200, text=text, headers={"Content-Type": "application/xml"})

    @route("POST", f"{ROOT}/{{service}}/$batch", "batch")
    def d_batch(self, request: Request) -> Response:
        try:
            inner = requests_in(request.headers.get("content-type", ""), request.body)
        except ValueError:
            return _error(400, "/IWBEP/CM_MGW_RT/022", "Malformed batch request")
        content_type, body = answered(self._in_batch(_service_of(request), inner))
        return Response(202, text=body, headers={"Content-Type": content_type})

    @route("POST", f"{ROOT}/API_SALES_ORDER_SRV/A_SalesOrder", "order.create")
    def e_create(self, request: Request) -> Response:
        return self._guarded(lambda: self._created("A_SalesOrder", request))

    @route("POST", f"{ROOT}/{SIMULATION}/A_SalesOrderSimulation", "order.simulate")
    def f_simulate(self, request: Request) -> Response:
        return self._guarded(
            lambda: Response(201, {"d": self.company.simulate(_body(request.body))})
        )

    @route("GET", f"{ROOT}/{{service}}/{{resource}}", "read")
    def g_read(self, request: Request) -> Response:
        return self._guarded(
            lambda: self._read(_service_of(request), _resource(request.path), request.params),
            writes=False,
        )

    @route("PATCH", f"{ROOT}/{{service}}/{{resource}}", "change")
    @route("DELETE", f"{ROOT}/{{service}}/{{resource}}", "change")
    @route("POST", f"{ROOT}/{{service}}/{{resource}}", "create")
    @route("POST", f"{ROOT}/{{service}}/{{resource}}/{{navigation}}", "create")
    def h_write(self, request: Request) -> Response:
        method = request.headers.get("x-http-method", request.method)
        path = request.path.split(f"/{_raw_service(request.path)}/", 1)[1]
        return self._guarded(
            lambda: self._write(method, unquote(path), request.headers, request.body)
        )

    # -- what they do

    def _guarded(self, work: Callable[[], Response], *, writes: bool = True) -> Response:
        """All of a call or nothing: one logical unit of work."""
        before = self.store.kept(_CHANGED) if writes else {}
        try:
            response = work()
        except Field as exc:
            response = _error(400, "/IWBEP/CM_MGW_RT/021", exc.message, target=exc.target)
        except Refused as exc:
            response = _error(400, exc.code, exc.message)
        except reading.NoSuchEntity:
            response = _error(404, "/IWBEP/CM_MGW_RT/020", "Resource not found")
        if response.status >= 400:
            self.store.rows.update(before)
        return response

    def _read(self, service: str, resource: str, params: list[tuple[str, str]]) -> Response:
        set_name, keys = reading.split(resource)
        if set_name == "DetermineAvailabilityAt" and service == AVAILABILITY:
            return self._availability(dict(params))
        if self.store.service_of.get(set_name) != service:
            raise Field(f'Invalid resource path "{service}.{set_name}"')
        if service == SIMULATION:
            # SAP's description of the service has POST as its only operation
            return _error(501, "/IWBEP/CM_MGW_RT/025", "Method GET_ENTITYSET not implemented")
        if keys is None:
            found = reading.collection(
                self.store, set_name, params, self.url, server_page=self.page_of(self.server_page)
            )
            return Response(200, {"d": found})
        row = reading.row_by_key(self.store, set_name, keys)
        return Response(200, {"d": reading.entity(self.store, set_name, row, params, self.url)})

    def _availability(self, params: Mapping[str, str]) -> Response:
        material, plant = literal(params["Material"]), literal(params["SupplyingPlant"])
        if self.company.material(material) is None:
            raise Refused("MM/305", f"Material {material} does not exist")
        literal(params["RequestedUTCDateTime"])
        free = self.company.on_hand(material, plant)
        if plant == self.company.plants[0]:
            free -= self.company.promised(material)
        record = {
            "AvailableQuantityInBaseUnit": format(free, "f"),
            "BaseUnit": self.company.sales_unit(material),
        }
        return Response(200, {"d": {"DetermineAvailabilityAt": record}})

    def _created(self, set_name: str, request: Request) -> Response:
        order = self.company.create_order(_body(request.body))
        return self._made(set_name, order)

    def _made(self, set_name: str, row: Row) -> Response:
        kind = self.store.kinds[set_name]
        body = {name: written(prop, row.get(name)) for name, prop in kind.props.items()}
        headers = {
            "Location": f"{self.url}{ROOT}/{self.store.service_of[set_name]}/"
            f"{self.store.address(set_name, row)}"
        }
        if kind.etag:
            headers["ETag"] = self.store.etag(set_name, row)
        return Response(201, {"d": body}, headers=headers)

    def _write(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        resource, _, navigation = path.partition("/")
        set_name, keys = reading.split(resource)
        if set_name not in self.store.kinds or not set_name.startswith("A_SalesOrder"):
            return _error(405, "/IWBEP/CM_MGW_RT/021", f'Entity "{set_name}" is not insertable')
        if keys is None:
            if (method, set_name) == ("POST", "A_SalesOrder"):
                return self._made(set_name, self.company.create_order(_body(body)))
            # items, texts and conditions are made below the order they belong to
            return _error(405, "/IWBEP/CM_MGW_RT/021", f'Entity "{set_name}" is not insertable')
        row = reading.row_by_key(self.store, set_name, keys)
        stale = self._stale(set_name, row, headers.get("if-match", ""), is_new=bool(navigation))
        if stale is not None:
            return stale
        if navigation:
            return self._made(*self.company.add_below(set_name, row, navigation, _body(body)))
        if method == "DELETE":
            self.company.delete_order(row)
        else:
            self.company.change(set_name, row, _body(body))
        return Response(204, text="")

    def _stale(self, set_name: str, row: Row, given: str, *, is_new: bool) -> Response | None:
        """SAP help, "Optimistic concurrency control": 428 without, 412 with an old ETag."""
        if is_new or not self.store.kinds[set_name].etag or given == "*":
            return None
        if not given:
            return _error(428, "SADL_ENTITY_RUNTIME/004", "Precondition Required")
        if given != self.store.etag(set_name, row):
            return _error(412, "/IWBEP/CM_MGW_RT/021", "Precondition Failed")
        return None

    # -- $batch

    def _in_batch(self, service: str, requests: list[Inner]) -> list[Answered]:
        found: list[Answered] = []
        at = 0
        while at < len(requests):
            change = requests[at].change
            if change is None:
                found.append(self._one(service, requests[at]))
                at += 1
                continue
            part = [one for one in requests[at:] if one.change == change]
            found += self._changeset(service, part)
            at += len(part)
        return found

    def _changeset(self, service: str, requests: list[Inner]) -> list[Answered]:
        """All or nothing; a refusal stands alone, outside of a changeset."""
        before = self.store.kept(_CHANGED)
        found = []
        for request in requests:
            answer = self._one(service, request)
            if answer.status >= 400:
                self.store.rows.update(before)
                answer.change = None
                return [answer]
            answer.change = request.change
            found.append(answer)
        return found

    def _one(self, service: str, request: Inner) -> Answered:
        path = unquote(request.path)
        if request.method == "GET":
            response = self._guarded(
                lambda: self._read(service, path, request.params), writes=False
            )
        else:
            response = self._guarded(
                lambda: self._write(request.method, path, request.headers, request.body)
            )
        text = "" if response.status == 204 else json.dumps(response.json)
        return Answered(response.status, dict(response.headers), text)


def _service_of(request: Request) -> str:
    """Without the version that a versioned service carries in its path."""
    return unquote(_raw_service(request.path)).partition(";")[0]


def _raw_service(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").partition("/")[0]


def _resource(path: str) -> str:
    return unquote(path.removeprefix(f"{ROOT}/").partition("/")[2])


def _body(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode() or "{}", parse_float=Decimal)
    except ValueError as exc:
        raise Field("Error while parsing the JSON payload") from exc
    if not isinstance(found, dict):
        raise Field("Error while parsing the JSON payload")
    return found


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def _error(status: int, code: str, message: str, *, target: str = "/#TRANSIENT#") -> Response:
    """The gateway's error shape (SAP Gateway, "Error response")."""
    detail = {
        "ContentID": "",
        "code": code,
        "message": message,
        "severity": "error",
        "target": target,
    }
    inner = {
        "transactionid": uuid.uuid4().hex.upper(),
        "timestamp": datetime.now(UTC).strftime("%Y%m%d%H%M%S"),
        "errordetails": [detail],
    }
    body = {"code": code, "message": {"lang": "en", "value": message}, "innererror": inner}
    return Response(status, {"error": body})
