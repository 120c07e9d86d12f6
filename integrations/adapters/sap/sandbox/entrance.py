"""The gateway's door: who may come in, with which session and token, and how it says no."""

import base64
import json
import secrets
import time
import uuid
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs, unquote

from integrations.adapters.sap.sandbox.schema_documents import SERVICES
from integrations.adapters.sap.sandbox.store import ROOT, Store
from integrations.adapters.sap.sandbox.writing import Writing
from integrations.standin import OF_FIELDS, Request, Response, StandIn, route

_LOGON_PAGE = "<html><head><title>Logon Error Message</title></head><body>{words}</body></html>"


class Entrance(StandIn):
    """Sign-in, sessions and services of `SapStandIn`."""

    vendor_dials = frozenset({"expire_token", "shrink_pages", *OF_FIELDS})
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{entity}.{name}": (entity, name)
        for entity, name in (
            ("A_Product", "ProductGroup"),
            ("A_SlsPrcgConditionRecord", "ConditionRateValue"),
            ("A_SalesOrder", "PurchaseOrderByCustomer"),
        )
    }

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
        self.drops_cookies = False  # as a proxy that lets none through
        # what the page for a refused sign-in says; most systems keep to this
        self.logon_words = "Logon failed"
        self.is_user_usable = True  # false: locked, or the password has expired
        self._sessions: dict[str, str] = {}
        self._tokens: dict[str, float] = {}

    def change_field(self, entity: str, name: str, how: str) -> None:
        self.store.change_field(entity, name, how)

    def put_field_back(self, entity: str, name: str) -> None:
        self.store.change_field(entity, name, "")

    # -- sign-in

    def check(self, request: Request, route_name: str) -> Response | None:
        if route_name == "oauth.token":
            return None
        if not self._is_signed_in(request.headers.get("authorization", "")):
            # observed: an HTML page, not the gateway's error shape
            return Response(
                401,
                text=self._logon_page(),
                headers={"WWW-Authenticate": f'Basic realm="SAP NetWeaver [{self.client}]"'},
            )
        asked = request.param("sap-client")
        if asked and asked != self.client:
            return Response(401, text=self._logon_page())
        service = service_of(request)
        if service not in SERVICES or service in self.without:
            # SAP note "No service found for namespace": the service is not activated
            return of_service(
                error(
                    404,
                    "/IWFND/MED/170",
                    f"No service found for namespace '', name '{service}', version '0001'",
                ),
                service,
            )
        if service in self.forbidden:
            words = f"No authorization to access service {service}"
            return of_service(error(403, "/IWFND/CM_BEC/022", words), service)
        if request.method != "GET":
            return self._check_token(request)
        return None

    def _logon_page(self) -> str:
        return _LOGON_PAGE.format(words=self.logon_words)

    def _is_signed_in(self, header: str) -> bool:
        if not self.is_user_usable:
            return False
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


def service_of(request: Request) -> str:
    """Without the version that a versioned service carries in its path."""
    return unquote(raw_service(request.path)).partition(";")[0]


def raw_service(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").partition("/")[0]


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def error(status: int, code: str, message: str, *, target: str = "/#TRANSIENT#") -> Response:
    """The gateway's error shape (SAP Gateway, "Error response"); `of_service` names the service."""
    detail = {
        "ContentID": "",
        "code": code,
        "message": message,
        "propertyref": "",
        "severity": "error",
        "transition": False,
        "target": target,
    }
    inner = {
        "application": {
            "component_id": "SD-SLS",
            "service_namespace": "/SAP/",
            "service_id": "",
            "service_version": "0001",
        },
        "transactionid": uuid.uuid4().hex.upper(),
        "timestamp": f"{time.time():.3f}",
        "errordetails": [detail],
    }
    body = {"code": code, "message": {"lang": "en", "value": message}, "innererror": inner}
    return Response(status, {"error": body})


def of_service(response: Response, service: str) -> Response:
    """With what every answer of a service carries."""
    if response.status >= 400 and isinstance(response.json, dict):
        response.json["error"]["innererror"]["application"]["service_id"] = service
    return replace(response, headers={"DataServiceVersion": "2.0", **response.headers})


def message_header(words: str) -> dict[str, str]:
    """Observed: a warning comes with the good answer, in a header."""
    told = {"code": "ZLAB/007", "message": words, "details": [], "severity": "success"}
    return {"sap-message": json.dumps({**told, "target": "/#TRANSIENT#"})}
