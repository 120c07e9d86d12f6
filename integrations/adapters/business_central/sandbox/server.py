"""The stand-in as a server: sign-in, API v2.0 and the pages of the companion extension."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from integrations.adapters.business_central.sandbox.faults import (
    BcFault,
    bad_request,
    changed,
    no_segment,
    not_found,
)
from integrations.adapters.business_central.sandbox.queries import etag_of, filtered
from integrations.adapters.business_central.sandbox.schema import PAGES, metadata
from integrations.adapters.business_central.sandbox.store import Row
from integrations.adapters.business_central.sandbox.writing import Writing
from integrations.standin import OF_CALLBACKS, OF_FIELDS, Request, Response, StandIn, paper, route

SCOPE = "https://api.businesscentral.dynamics.com/.default"
_API = "/v2.0/{tenant}/{environment}/api"
_STANDARD = f"{_API}/v2.0"
_OWN = f"{_API}/{{publisher}}/{{group}}/{{version}}"
_KEYED = re.compile(r"(\w+)(?:\('?([^()']*)'?\))?")
_MOST = 20000  # rows on a page
PRINTED = {"salesInvoices": "Invoice", "salesCreditMemos": "Credit memo"}


def every_verb(path: str) -> Callable[[Any], Any]:
    def mark(handler: Any) -> Any:
        for verb in ("GET", "POST", "PATCH", "DELETE"):
            handler = route(verb, path, "api")(handler)
        return handler

    return mark


class BusinessCentralStandIn(StandIn, Writing):
    """One environment with one company: `with BusinessCentralStandIn() as erp: …`.

    `extension` is where the companion extension serves its pages; empty: not installed.
    """

    vendor_dials: ClassVar[frozenset[str]] = frozenset(
        {"expire_token", "shrink_pages", *OF_FIELDS, *OF_CALLBACKS}
    )
    fields: ClassVar[dict[str, tuple[str, str]]] = {
        f"{entity}.{name}": (entity, name)
        for entity, name in (
            ("salesOrder", "externalDocumentNumber"),
            ("customer", "blocked"),
            ("portalStockLevel", "reservedQuantity"),
        )
    }

    def __init__(
        self,
        *,
        port: int = 0,
        client_id: str = "11111111-2222-3333-4444-555555555555",
        client_secret: str = "bc-client-secret",  # noqa: S107 - of a stand-in on 127.0.0.1
        extension: str = "contoso/portal/v1.0",
        local_currency: str = "EUR",
    ) -> None:
        StandIn.__init__(self, port=port)
        Writing.__init__(self, local_currency=local_currency)
        self.guard = self.lock
        self.tenant, self.environment = "contoso.test", "Production"
        self.client_id, self.client_secret = client_id, client_secret
        self.extension = extension
        self.is_app_enabled = True
        self.is_secret_expired = False
        self.denied: set[str] = set()  # entity sets that no permission set of the app has
        self.pages = dict(PAGES)
        self.largest_page = _MOST
        self.tokens_live_s = 3599
        self.refusals: list[BcFault] = []  # what an extension's own checks refuse next
        self._tokens: set[str] = set()

    def expire_tokens(self) -> None:
        self._tokens.clear()

    def change_field(self, entity: str, name: str, how: str) -> None:
        page = _page_of(entity)
        self.pages[page] = self.pages[page].changed(name, how)

    def put_field_back(self, entity: str, name: str) -> None:
        """With every other field of that page."""
        page = _page_of(entity)
        self.pages[page] = PAGES[page]

    # -- sign-in

    @route("POST", "/{tenant}/oauth2/v2.0/token", "token")
    def _token(self, request: Request) -> Response:
        form = dict(parse_qsl(request.body.decode()))
        if request.path_values["tenant"] != self.tenant:
            return _refused("invalid_request", "AADSTS90002: Tenant was not found.", 400)
        if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
            return _refused("invalid_scope", "AADSTS70011: The scope is not valid.", 400)
        if form.get("client_id") != self.client_id:
            return _refused("unauthorized_client", "AADSTS700016: Application not found.", 400)
        if form.get("client_secret") != self.client_secret:
            return _refused("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if self.is_secret_expired:
            # the words of Entra's list of error codes
            words = "AADSTS7000222: The provided client secret keys for app are expired."
            return _refused("invalid_client", words)
        token = uuid.uuid4().hex
        self._tokens.add(token)
        return Response(
            200,
            {"token_type": "Bearer", "expires_in": self.tokens_live_s, "access_token": token},
        )

    def check(self, request: Request, route_name: str) -> Response | None:
        if route_name == "token":
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens or not self.is_app_enabled:
            words = "The server has rejected the client credentials."
            return _fault(BcFault("Authentication_InvalidCredentials", words, 401))
        values = request.path_values
        if (values["tenant"], values["environment"]) != (self.tenant, self.environment):
            return _fault(BcFault("NoEnvironment", "Environment does not exist.", 404))
        return None

    # -- routing

    def _find(self, request: Request) -> Any:
        """Names the route after the page and the verb, so that dials and log tell them apart."""
        found = super()._find(request)
        if found is None or found[0].name != "api":
            return found
        matched, full = found
        steps = [full.path_values[name] for name in ("a", "b") if name in full.path_values]
        name = (steps or [full.path.rpartition("/")[2]])[-1]
        name = name.removeprefix("Microsoft.NAV.").partition("(")[0]
        return replace(matched, name=f"{name}.{request.method.lower()}"), full

    def unknown_route(self, request: Request) -> Response:
        return _fault(no_segment(request.path.rpartition("/")[2]))

    @every_verb(f"{_STANDARD}/{{a}}")
    @every_verb(f"{_STANDARD}/companies({{company}})/{{a}}")
    @every_verb(f"{_STANDARD}/companies({{company}})/{{a}}/{{b}}")
    @every_verb(f"{_STANDARD}/companies({{company}})/{{a}}/{{b}}/{{c}}")
    @every_verb(f"{_OWN}/$metadata")
    @every_verb(f"{_OWN}/companies({{company}})/{{a}}")
    @every_verb(f"{_OWN}/companies({{company}})/{{a}}/{{b}}")
    def _api(self, request: Request) -> Response:
        try:
            if request.method == "GET":
                return self._dispatch(request)
            with self.store.transaction():
                return self._dispatch(request)
        except BcFault as fault:
            return _fault(fault)

    def _dispatch(self, request: Request) -> Response:
        values = request.path_values
        is_own = "publisher" in values
        if is_own and self.extension != "/".join(
            values[name] for name in ("publisher", "group", "version")
        ):
            raise no_segment(values["group"])
        first = values.get("a", "$metadata")
        if first == "$metadata":
            return Response(
                200,
                text=metadata(self.pages, is_own=is_own),
                headers={"Content-Type": "application/xml"},
            )
        if "company" in values and values["company"].lower() != self.company_id:
            raise BcFault("Internal_CompanyNotFound", "The company does not exist.", 404)
        name, key = self._segment(first, is_own=is_own)
        if "b" in values:
            return self._below(request, name, key, values["b"])
        return self._serve(request, name, key)

    def _segment(self, text: str, *, is_own: bool) -> tuple[str, str]:
        found = _KEYED.fullmatch(text)
        name = found[1] if found else text
        if found is None or name not in PAGES or PAGES[name].is_own != is_own:
            raise no_segment(name)
        if name in self.denied:
            raise BcFault(
                "Authorization_RequestDenied",
                f"Sorry, the current permissions prevented the action. (TableData {name})",
                403,
            )
        return name, found[2] or ""

    # -- one page

    def _serve(self, request: Request, name: str, key: str) -> Response:
        if request.method == "POST":
            if key:
                raise BcFault("BadRequest_MethodNotAllowed", "Post to the collection.", 405)
            return self._create(request, name, {})
        if request.method == "GET":
            return self._one(request, name, key) if key else self._page(request, name, {})
        row = self._row(name, key)
        self._refuse_stale(request, row)
        if request.method == "DELETE":
            self._delete(name, row)
            return Response(204, text="")
        return self._patch(request, name, row)

    def _below(self, request: Request, name: str, key: str, step: str) -> Response:
        row = self._row(name, key)
        if step == "pdfDocument" and name in PRINTED and request.method == "GET":
            return self._printed(request, name, row)
        if step.startswith("Microsoft.NAV."):
            return self._act(request, name, row, step.removeprefix("Microsoft.NAV."))
        if step not in PAGES[name].parts:
            raise no_segment(step)
        target, theirs, ours = PAGES[name].parts[step]
        if request.method == "POST":
            return self._create(request, target, {theirs: row[ours]})
        return self._page(request, target, {theirs: row[ours]})

    def _printed(self, request: Request, name: str, row: Row) -> Response:
        """Microsoft Learn, "Get pdfDocument": a link to its content, and that content."""
        if request.path_values.get("c") == "pdfDocumentContent":
            lines = [f"{PRINTED[name]} {row['number']}", f"Total {row['totalAmountIncludingTax']}"]
            return Response(
                200, content=paper.pdf(lines), headers={"Content-Type": "application/pdf"}
            )
        link = f"{self.url}{request.path}/pdfDocumentContent"
        shown_row = {"id": row["id"], "pdfDocumentContent@odata.mediaReadLink": link}
        return Response(200, shown_row)

    def _one(self, request: Request, name: str, key: str) -> Response:
        row = self.worked_out(name, self._row(name, key))
        return Response(200, self._shown(row, name, dict(request.params)))

    def _page(self, request: Request, name: str, fixed: Row) -> Response:
        """Paging by the server: `$skip` is ignored, the next link leads on (Microsoft Learn:
        "OData server-driven paging")."""
        options = dict(request.params)
        if name in {"salesOrderLines", "customerPayments"} and not fixed:
            raise bad_request("You must specify an Id or a Document Id to get the lines.")
        rows = [self.worked_out(name, row) for row in self._rows(name, "", None)]
        rows = [row for row in rows if all(row[field] == value for field, value in fixed.items())]
        rows = filtered(rows, options.get("$filter", ""), self.pages[name])
        start = int(options.pop("$skiptoken", "0"))
        if "$top" in options:
            rows = rows[: int(options["$top"])]
        size = self.page_of(min(self.largest_page, _asked_size(request)))
        body: Row = {
            "@odata.context": f"{self.url}{request.path}/$metadata",
            "value": [self._shown(row, name, options) for row in rows[start : start + size]],
        }
        if start + size < len(rows):
            query = urlencode({**options, "$skiptoken": str(start + size)})
            body["@odata.nextLink"] = f"{self.url}{request.path}?{query}"
        return Response(200, body)

    def _rows(self, name: str, field: str, value: Any) -> list[Row]:
        return self.store.find(name, field, value) if field else self.store.rows(name)

    def _row(self, name: str, key: str) -> Row:
        row = self.store.get(name, key)
        if row is None:
            raise not_found(PAGES[name].entity)
        return row

    def _refuse_stale(self, request: Request, row: Row) -> None:
        """If-Match is wanted for every change: the tag as read, or a star."""
        tag = request.headers.get("if-match", "")
        if not tag:
            raise BcFault("BadRequest_InvalidToken", "The If-Match header is missing.")
        if tag not in {"*", etag_of(row)}:
            raise changed()


def _page_of(entity: str) -> str:
    return next(name for name, page in PAGES.items() if page.entity == entity)


def _asked_size(request: Request) -> int:
    found = re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("prefer", ""))
    return int(found[1]) if found else _MOST


def _fault(fault: BcFault) -> Response:
    return Response(fault.status, fault.body())


def _refused(code: str, words: str, status: int = 401) -> Response:
    return Response(status, {"error": code, "error_description": words})
