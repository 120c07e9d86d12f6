"""The gateway behind its door: routing, reads, writes, `$batch`."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from integrations.adapters.sap.sandbox import reading
from integrations.adapters.sap.sandbox.batches import Answered, Inner, answered, requests_in
from integrations.adapters.sap.sandbox.describing import described
from integrations.adapters.sap.sandbox.entrance import (
    Entrance,
    error,
    message_header,
    of_service,
    raw_service,
    service_of,
)
from integrations.adapters.sap.sandbox.sales import Refused
from integrations.adapters.sap.sandbox.schema import Field, Nav
from integrations.adapters.sap.sandbox.schema_documents import SERVICES
from integrations.adapters.sap.sandbox.store import ROOT, Row
from integrations.adapters.sap.sandbox.values import literal
from integrations.standin import Request, Response, route

AVAILABILITY = "API_PRODUCT_AVAILY_INFO_BASIC"
SIMULATION = "API_SALES_ORDER_SIMULATION_SRV"
_CHANGED = "A_SalesOrder"  # what the sets that clients may change begin with


class SapStandIn(Entrance):
    """One client of one system. `company` holds its data and its staff.

    `user` and `password` sign in with Basic; the same pair is the OAuth client. Services
    are taken away with `without`, rights to them with `forbidden`.
    """

    # -- single calls; the names of methods are the order in which routes are tried

    @route("GET", f"{ROOT}/{{service}}/", "service")
    def b_service(self, request: Request) -> Response:
        kinds = SERVICES[service_of(request)]
        headers = {}
        if request.headers.get("x-csrf-token", "").lower() == "fetch":
            session, token = secrets.token_hex(12), secrets.token_urlsafe(16)
            self._sessions[session] = token
            headers = {
                "x-csrf-token": token,
            }
            if not self.drops_cookies:
                # two headers of one name, told apart by their case
                name = f"SAP_SESSIONID_S4H_{self.client}"
                headers["Set-Cookie"] = f"{name}={session}; path=/; HttpOnly"
                headers["set-cookie"] = f"sap-usercontext=sap-client={self.client}; path=/"
        found = Response(200, {"d": {"EntitySets": [kind.name for kind in kinds]}}, headers=headers)
        return of_service(found, service_of(request))

    @route("GET", f"{ROOT}/{{service}}/$metadata", "metadata")
    def c_metadata(self, request: Request) -> Response:
        service = service_of(request)
        kinds = [self.store.kinds[kind.name] for kind in SERVICES[service]]
        text = described(service, kinds, with_function=service == AVAILABILITY)
        return Response(200, text=text, headers={"Content-Type": "application/xml"})

    @route("POST", f"{ROOT}/{{service}}/$batch", "batch")
    def d_batch(self, request: Request) -> Response:
        try:
            inner = requests_in(request.headers.get("content-type", ""), request.body)
        except ValueError:
            return error(400, "/IWBEP/CM_MGW_RT/022", "Malformed batch request")
        content_type, body = answered(self._in_batch(service_of(request), inner))
        headers = {"Content-Type": content_type, "DataServiceVersion": "2.0"}
        return Response(202, text=body, headers=headers)

    @route("POST", f"{ROOT}/API_SALES_ORDER_SRV/A_SalesOrder", "order.create")
    def e_create(self, request: Request) -> Response:
        return self._guarded(
            lambda: self._created("A_SalesOrder", request), service="API_SALES_ORDER_SRV"
        )

    @route("POST", f"{ROOT}/{SIMULATION}/A_SalesOrderSimulation", "order.simulate")
    def f_simulate(self, request: Request) -> Response:
        return self._guarded(lambda: self._simulated(request), service=SIMULATION)

    @route("GET", f"{ROOT}/{{service}}/{{resource}}", "read")
    def g_read(self, request: Request) -> Response:
        return self._guarded(
            lambda: self._read(service_of(request), _resource(request.path), request.params),
            service=service_of(request),
            writes=False,
        )

    @route("PATCH", f"{ROOT}/{{service}}/{{resource}}", "change")
    @route("DELETE", f"{ROOT}/{{service}}/{{resource}}", "change")
    @route("POST", f"{ROOT}/{{service}}/{{resource}}", "create")
    @route("POST", f"{ROOT}/{{service}}/{{resource}}/{{navigation}}", "create")
    def h_write(self, request: Request) -> Response:
        method = request.headers.get("x-http-method", request.method)
        path = request.path.split(f"/{raw_service(request.path)}/", 1)[1]
        return self._guarded(
            lambda: self._write(method, unquote(path), request.headers, request.body),
            service=service_of(request),
        )

    # -- what they do

    def _guarded(
        self, work: Callable[[], Response], *, service: str, writes: bool = True
    ) -> Response:
        """All of a call or nothing: one logical unit of work."""
        before = self.store.kept(_CHANGED) if writes else {}
        try:
            response = work()
        except Field as exc:
            response = error(400, "/IWBEP/CM_MGW_RT/021", exc.message, target=exc.target)
        except Refused as exc:
            response = error(400, exc.code, exc.message)
        except reading.NoSuchEntity:
            response = error(404, "/IWBEP/CM_MGW_RT/020", "Resource not found")
        if response.status >= 400:
            self.store.rows.update(before)
        return of_service(response, service)

    def _read(self, service: str, resource: str, params: list[tuple[str, str]]) -> Response:
        set_name, keys = reading.split(resource)
        if set_name == "DetermineAvailabilityAt" and service == AVAILABILITY:
            return self._availability(dict(params))
        if self.store.service_of.get(set_name) != service:
            words = f'Invalid resource path "{service}.{set_name}"'
            return error(404, "/IWBEP/CM_MGW_RT/020", words)
        if service == SIMULATION:
            # SAP's description of the service has POST as its only operation
            return error(501, "/IWBEP/CM_MGW_RT/025", "Method GET_ENTITYSET not implemented")
        if not self.store.kinds[set_name].addressable:
            words = f'Entity set "{set_name}" is not addressable'
            return error(405, "/IWBEP/CM_MGW_RT/021", words)
        if keys is None:
            found = reading.collection(
                self.store, set_name, params, self.url, server_page=self.page_of(self.server_page)
            )
            return Response(200, {"d": found})
        row = reading.row_by_key(self.store, set_name, keys)
        shown = reading.entity(self.store, set_name, row, params, self.url)
        return Response(200, {"d": shown}, headers=self._etag_header(set_name, row))

    def _etag_header(self, set_name: str, row: Row) -> dict[str, str]:
        if not self.store.kinds[set_name].etag:
            return {}
        return {"ETag": self.store.etag(set_name, row)}

    def _availability(self, params: Mapping[str, str]) -> Response:
        material, plant = literal(params["Material"]), literal(params["SupplyingPlant"])
        if self.company.material(material) is None:
            raise Refused("MM/305", f"Material {material} does not exist")
        literal(params["RequestedUTCDateTime"])
        free = self.company.on_hand(material, plant)
        if plant == self.company.plants[0]:
            free -= self.company.promised(material)
        record = {
            "__metadata": {"type": f"{AVAILABILITY}.AvailabilityRecord"},
            "AvailableQuantityInBaseUnit": format(free, "f"),
            "BaseUnit": self.company.sales_unit(material),
        }
        return Response(200, {"d": {"DetermineAvailabilityAt": record}})

    def _simulated(self, request: Request) -> Response:
        found = self.company.simulate(_body(request.body), self.url)
        headers = {"Location": f"{self.url}{ROOT}/{SIMULATION}/A_SalesOrderSimulation('')"}
        return Response(201, {"d": found}, headers=headers)

    def _created(self, set_name: str, request: Request) -> Response:
        body = _body(request.body)
        row = self.company.create_order(body)
        made = self._made(set_name, row, body)
        remark = self.company.remark_on(row)
        return replace(made, headers={**made.headers, **message_header(remark)}) if remark else made

    def _made(self, set_name: str, row: Row, body: Mapping[str, Any]) -> Response:
        """What was made, with the navigations that the deep insert filled (observed)."""
        given = [*_filled(body, self.store.kinds[set_name].navs)]
        shown = self.store.shown(set_name, row, [], given, self.url)
        address = f"{self.store.service_of[set_name]}/{self.store.address(set_name, row)}"
        headers = {
            "Location": f"{self.url}{ROOT}/{address}",
            **self._etag_header(set_name, row),
        }
        return Response(201, {"d": shown}, headers=headers)

    def _write(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        resource, _, navigation = path.partition("/")
        set_name, keys = reading.split(resource)
        if set_name not in self.store.kinds or not set_name.startswith("A_SalesOrder"):
            return error(405, "/IWBEP/CM_MGW_RT/021", f'Entity "{set_name}" is not insertable')
        if keys is None:
            if (method, set_name) == ("POST", "A_SalesOrder"):
                given = _body(body)
                return self._made(set_name, self.company.create_order(given), given)
            # items, texts and conditions are made below the order they belong to
            return error(405, "/IWBEP/CM_MGW_RT/021", f'Entity "{set_name}" is not insertable')
        row = reading.row_by_key(self.store, set_name, keys)
        stale = self._stale(set_name, row, headers.get("if-match", ""), is_new=bool(navigation))
        if stale is not None:
            return stale
        if navigation:
            given = _body(body)
            return self._made(*self.company.add_below(set_name, row, navigation, given), given)
        if method == "DELETE":
            self.company.delete_order(row)
            return Response(204, text="")
        self.company.change(set_name, row, _body(body))
        return Response(204, text="", headers=self._etag_header(set_name, row))

    def _stale(self, set_name: str, row: Row, given: str, *, is_new: bool) -> Response | None:
        """SAP help, "Optimistic concurrency control": 428 without, 412 with an old ETag."""
        if is_new or not self.store.kinds[set_name].etag or given == "*":
            return None
        if not given:
            return error(428, "SADL_ENTITY_RUNTIME/004", "Precondition Required")
        if given != self.store.etag(set_name, row):
            return error(412, "/IWBEP/CM_MGW_RT/021", "Precondition Failed")
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
                lambda: self._read(service, path, request.params), service=service, writes=False
            )
        else:
            response = self._guarded(
                lambda: self._write(request.method, path, request.headers, request.body),
                service=service,
            )
        text = "" if response.status == 204 else json.dumps(response.json)
        return Answered(
            response.status, dict(response.headers), text, content_id=request.content_id
        )


def _filled(body: Mapping[str, Any], navs: Mapping[str, Nav]) -> Iterator[str]:
    """Paths of navigations that a body names, as $expand has them."""
    for name in navs:
        if name in body:
            yield name
            inner = body[name]
            rows = inner.get("results", []) if isinstance(inner, Mapping) else inner
            below = {key for row in rows for key in row if key.startswith("to_")}
            yield from (f"{name}/{key}" for key in sorted(below))
    if "to_Item" in body:
        yield "to_Item/to_ScheduleLine"  # which SAP makes itself


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
