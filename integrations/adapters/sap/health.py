""" "Test connection" and the fields in use: each service is asked for its own description."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.expiry import expiry_check
from integrations.adapters.probing import Probe, tried
from integrations.adapters.sap.fields import (
    AVAILABILITY,
    CREDIT,
    ENTITIES,
    ORDER,
    ORDERS,
    PRODUCTION,
    RETURNS,
    SERVICES,
    UsedEntity,
)
from integrations.adapters.sap.metadata import ServiceShape
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.rounding import Rounding
from integrations.adapters.sap.sales_areas import SalesAreas
from integrations.errors import NeedsOperator, Rejected
from integrations.records import Check, TestReport, UsedField

# Communication scenarios of the cloud, for the hint; SAP may rename them.
_SCENARIOS = {
    "API_SALES_ORDER_SRV": "SAP_COM_0109",
    "API_SALES_ORDER_SIMULATION_SRV": "SAP_COM_0109",
    "API_OUTBOUND_DELIVERY_SRV;v=0002": "SAP_COM_0106",
    "API_MATERIAL_STOCK_SRV": "SAP_COM_0164",
    "API_BUSINESS_PARTNER": "SAP_COM_0008",
    "API_PRODUCT_SRV": "SAP_COM_0009",
}
# Without these something is degraded and the rest works.
_OPTIONAL = {
    RETURNS: "Returns are not shown without it.",
    CREDIT: "Credit limits are not known without it.",
    PRODUCTION: "What is being made for an order is not known without it.",
    AVAILABILITY: "Stock is told as it lies there, without what is promised to others.",
}
_RELATED = ("SDDocumentRelatedObjectType", "SDDocRelatedObjectSystem")


class Health(Rounding, SalesAreas):
    """Implements `TestsConnection` and `DescribesFields`. Reads only."""

    def test(self) -> TestReport:
        """Stops after the first check where SAP cannot be reached or signed in to."""
        checks = [tried(Probe("signed_in", self._signed_in), title="SAP")]
        if checks[0].ok:
            checks += [tried(probe, title="SAP") for probe in self._probes()]
        return TestReport(version="S/4HANA, OData V2" if checks[0].ok else "", checks=tuple(checks))

    def used_fields(self) -> Sequence[UsedField]:
        """One call per service. Fields of a service that is not set up have no type."""
        shapes = {service: self._shape_or_none(service) for service in SERVICES}
        return [
            UsedField(
                entity=f"{entity.service.partition(';')[0]}/{entity.set}",
                name=name,
                type=_told(entity, name, shapes[entity.service]),
                needed_by=entity.ports,
            )
            for entity in ENTITIES
            for name in entity.fields
        ]

    def _shape_or_none(self, service: str) -> ServiceShape | None:
        try:
            return self.client.shape(service)
        except (NeedsOperator, Rejected):
            return None

    # -- the probes

    def _signed_in(self) -> Check:
        self.client.shape(ORDERS)
        return Check(name="signed_in", ok=True, detail=f"Signed in as {self.settings.user}.")

    def _probes(self) -> Iterable[Probe]:
        yield Probe("clock", self._clock)
        yield Probe("session", self._session)
        for service in self._services_in_use():
            yield Probe(f"service:{service}", partial(self._service, service))
        if self.settings.atp_rule:
            yield Probe(f"service:{AVAILABILITY}", partial(self._service, AVAILABILITY))
        yield Probe("sales_area", self._sales_area)
        for kind in ("rounding", "shipping", "free_text"):
            if kind != "free_text" or self.settings.free_text_product_ref:
                yield Probe(f"{kind}_product", partial(self._own_product, kind))
        yield Probe("limits", self._limits)
        yield Probe("credentials", self._credentials)

    def _services_in_use(self) -> Iterable[str]:
        unused = set() if self.settings.reads_production else {PRODUCTION}
        return (service for service in SERVICES if service not in unused)

    def _clock(self) -> Check:
        reply = self.client.call("GET", ORDERS, "", writes=False)
        return compare_clocks(reply.headers.get("date", ""), now=datetime.now(UTC), title="SAP")

    def _session(self) -> Check:
        """Writing needs a token that comes with a session cookie, which proxies may drop."""
        token = self.client.fetch_token(ORDERS)
        if not token:
            return Check(
                name="session",
                ok=False,
                detail="SAP gave no CSRF token.",
                hint="Let the proxy pass the header x-csrf-token and all cookies.",
            )
        one = Query(path=ORDER.set, select=("SalesOrder",), top=1)
        self.client.read_many(ORDERS, [one, one])  # a POST that only reads
        return Check(name="session", ok=True, detail="SAP gives out CSRF tokens and takes them.")

    def _service(self, service: str) -> Check:
        name = f"service:{service}"
        try:
            shape = self.client.shape(service)
        except NeedsOperator as exc:
            return self._missing_service(service, exc.message)
        missing = [
            f"{entity.set}/{field}"
            for entity in ENTITIES
            if entity.service == service
            for field in _missing(entity, shape)
        ]
        if self.settings.uses_related_object is False:
            missing = [one for one in missing if not one.endswith(_RELATED)]
        return Check(
            name=name,
            ok=not missing,
            detail=f"Missing: {', '.join(missing)}." if missing else "",
            hint="This release of SAP is older than the portal needs." if missing else "",
        )

    def _missing_service(self, service: str, words: str) -> Check:
        scenario = _SCENARIOS.get(service)
        named = f" ({scenario} in the cloud)" if scenario else ""
        return Check(
            name=f"service:{service}",
            ok=service in _OPTIONAL,
            detail=f"{words} {_OPTIONAL.get(service, '')}".strip(),
            hint=f"Add {service.partition(';')[0]} to the communication arrangement{named}, or "
            "activate it and give the user its role.",
        )

    def _sales_area(self) -> Check:
        is_used = self.is_sales_area_used()
        return Check(
            name="sales_area",
            ok=is_used,
            detail=f"Sales area {self.settings.sales_area}.",
            hint=""
            if is_used
            else "No customer has this sales area: check sales organization, distribution "
            "channel and division of the connection.",
        )

    def _own_product(self, kind: str) -> Check:
        name, ref = f"{kind}_product", self.settings.product_ref_for(kind)
        if not ref:
            what = "a cent or more apart" if kind == "rounding" else "with freight"
            return Check(
                name=name,
                ok=True,
                detail="Not set.",
                hint=f"An order that comes out {what} waits for a person: enter "
                f"'{kind}_product_ref', the material of a service.",
            )
        material = self.materials([ref]).get(ref)
        why = material.not_sold if material else "does not exist in SAP"
        is_sold = not why
        return Check(
            name=name,
            ok=is_sold,
            detail=ref if is_sold else f"{ref} {why}.",
            hint="" if is_sold else f"Extend the material to {self.settings.sales_area} in SAP.",
        )

    def _credentials(self) -> Check:
        return expiry_check(
            "credentials",
            self.settings.credentials_expire_on,
            today=datetime.now(UTC).date(),
            unknown="SAP does not tell whether they end: enter 'credentials_expire_on' if they do.",
            renew="Have a new password or client secret set in SAP, and enter it here.",
        )

    def _limits(self) -> Check:
        return Check(
            name="limits",
            ok=True,
            detail="SAP announces no limit of calls. The portal makes one write at a time per "
            "connection and waits where SAP says so (429, 503).",
            hint="Set the rate of the connection to what your SAP team allows, for a start 5 "
            "calls per second.",
        )


def _told(entity: UsedEntity, name: str, shape: ServiceShape | None) -> str:
    there = shape.entities.get(entity.set) if shape else None
    prop = there.properties.get(name) if there else None
    return prop.told() if prop else ""


def _missing(entity: UsedEntity, shape: ServiceShape) -> list[str]:
    there = shape.entities.get(entity.set)
    if there is None:
        return [entity.set]
    names = [*entity.fields, *entity.navigations]
    return [one for one in names if one not in there.properties and one not in there.navigations]
