"""Payment terms of the ERP, regions and ways of shipping of the storefront: a local copy.

Nobody waits for a remote while editing: a job copies the lists now and then, and a button at
once. Where a list was never copied or is empty, anything may be typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.engine import beat, clock
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.gateways import open_erp, open_storefront
from integrations.models import Connection, Flow
from integrations.ports import QuotesPrices
from integrations.records import PaymentTerm
from quotes.models import ChoiceList, Quote, Rfq, Version
from quotes.services.counterparts import trading_flow

COPY_CHOICES = "copy_choices"
EVERY_S = 60.0
OLD = timedelta(hours=4)
Kind = ChoiceList.Kind
CALLED = {
    Kind.TERMS: "payment terms",
    Kind.REGIONS: "regions",
    Kind.SHIPPING: "ways of shipping",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One row. `detail` helps a person; a region has a currency and countries."""

    ref: str
    name: str
    detail: str = ""
    currency: str = ""
    countries: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One list: whose it is, its rows, and when it was copied; None when it never was."""

    kind: str
    owner: str
    rows: tuple[Choice, ...] = ()
    as_of: datetime | None = None

    def named(self, ref: str) -> Choice | None:
        return next((row for row in self.rows if row.ref == ref), None)


Lists = dict[str, Offered]


def offered() -> Lists:
    """The three lists as they were copied; none of them without an orders flow."""
    try:
        flow = trading_flow()
    except NeedsOperator:
        return {}
    owners = {
        Kind.TERMS: flow.target,
        Kind.REGIONS: flow.source,
        Kind.SHIPPING: flow.source,
    }
    copies = ChoiceList.objects.filter(connection__in=[flow.source, flow.target])
    known = {(copy.connection_id, copy.kind): copy for copy in copies}
    return {
        kind: _offered(kind, owner, known.get((owner.pk, kind))) for kind, owner in owners.items()
    }


def settle_terms(version: Version, lists: Lists) -> None:
    """Gives the terms the ERP's name and ref where one of them names a row of its list."""
    terms = lists.get(Kind.TERMS)
    if terms is None or not terms.rows:
        return
    ref, name = version.terms_ref, version.terms_name
    by_name = (row for row in terms.rows if not ref and row.name == name)
    found = terms.named(ref) or next(by_name, None)
    if found is not None:
        version.terms_ref, version.terms_name = found.ref, found.name


def complaints(version: Version, lists: Lists) -> list[str]:
    """What the version names that is not on its owner's list, in words for sales."""
    named = {
        Kind.TERMS: (version.terms_ref, version.terms_name or version.terms_ref),
        Kind.REGIONS: (version.region_ref, version.region_ref),
        Kind.SHIPPING: (version.shipping_ref, version.shipping_ref),
    }
    found = [
        _unknown(lists[kind], shown)
        for kind, (ref, shown) in named.items()
        if shown and kind in lists and lists[kind].rows and lists[kind].named(ref) is None
    ]
    return found + _region_complaints(version, lists)


def refresh(flow: Flow | None = None) -> None:
    """Asks both systems for their lists now. Raises what their adapters raise."""
    flow = flow or trading_flow()
    copy_terms(flow.target)
    copy_shipping(flow.source)


def copy_terms(erp: Connection) -> int:
    """Replaces the copy of the ERP's terms; how many. An ERP that offers none has an empty list."""
    try:
        with open_erp(erp, QuotesPrices) as opened:
            terms: Sequence[PaymentTerm] = opened.payment_terms()
    except NeedsOperator as refusal:
        if refusal.reason != "ability_missing":
            raise
        terms = ()
    return _keep(
        erp, Kind.TERMS, [Choice(ref=one.ref, name=one.name, detail=_days(one)) for one in terms]
    )


def copy_shipping(shop: Connection) -> int:
    """Replaces the copies of the storefront's regions and ways of shipping; how many rows."""
    with open_storefront(shop) as opened:
        regions, options = opened.regions(), opened.shipping_options()
    rows = [
        Choice(
            ref=one.ref,
            name=one.name,
            detail=one.currency,
            currency=one.currency,
            countries=one.countries,
        )
        for one in regions
    ]
    ways = [Choice(ref=one.ref, name=one.name, detail=one.zone) for one in options]
    return _keep(shop, Kind.REGIONS, rows) + _keep(shop, Kind.SHIPPING, ways)


def start_copying() -> int:
    """Starts a copy for the flow that quotes trade through, if it runs and a list is old; how many.

    None as long as nobody asked for a quote or made one.
    """
    flow = Flow.objects.filter(kind=Flow.Kind.ORDERS).exclude(mode=Flow.Mode.OFF).first()
    is_used = Rfq.objects.exists() or Quote.objects.exists()
    if flow is None or not is_used or _are_fresh(flow):
        return 0
    start_job(
        COPY_CHOICES,
        key=f"choices:{flow.pk}",
        payload={"flow": flow.pk},
        resources={"erp": flow.target.resource_id, "storefront": flow.source.resource_id},
        actor="beat",
        dedupe_key=f"choices:{flow.pk}",
    )
    return 1


def _are_fresh(flow: Flow) -> bool:
    copies = ChoiceList.objects.filter(
        connection__in=[flow.source_id, flow.target_id], as_of__gt=clock.now() - OLD
    )
    return set(copies.values_list("kind", flat=True)) == set(Kind.values)


def register_all() -> None:
    """Makes the job known and has the beat start it. Safe to repeat."""
    steps = [
        StepSpec("terms", _terms_step, on="erp"),
        StepSpec("shipping", _shipping_step, on="storefront"),
    ]
    register(JobKind(COPY_CHOICES, steps, lane="batch"))
    beat.register("quote_choices", EVERY_S, start_copying)


def _terms_step(ctx: StepContext) -> dict[str, Any]:
    return {"rows": copy_terms(_flow(ctx).target)}


def _shipping_step(ctx: StepContext) -> dict[str, Any]:
    return {"rows": copy_shipping(_flow(ctx).source)}


def _flow(ctx: StepContext) -> Flow:
    return Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])


def _keep(connection: Connection, kind: str, rows: Iterable[Choice]) -> int:
    kept = [asdict(row) | {"countries": list(row.countries)} for row in rows]
    ChoiceList.objects.update_or_create(
        connection=connection, kind=kind, defaults={"rows": kept, "as_of": clock.now()}
    )
    return len(kept)


def _offered(kind: str, owner: Connection, copy: ChoiceList | None) -> Offered:
    if copy is None:
        return Offered(kind=kind, owner=owner.name)
    rows = tuple(Choice(**row) for row in copy.rows)
    return Offered(kind=kind, owner=owner.name, rows=rows, as_of=copy.as_of)


def _unknown(offer: Offered, shown: str) -> str:
    return (
        f"“{shown}” is not among the {CALLED[Kind(offer.kind)]} of {offer.owner}: choose one of "
        f"its list, which is of {offer.as_of:%Y-%m-%d %H:%M} UTC, or refresh that first"
    )


def _region_complaints(version: Version, lists: Lists) -> list[str]:
    """A region sells in one currency and to its countries; the order would be refused later."""
    region = lists[Kind.REGIONS].named(version.region_ref) if Kind.REGIONS in lists else None
    if region is None:
        return []
    found, currency = [], version.quote.currency
    if region.currency != currency:
        found.append(
            f"the region {region.name} sells in {region.currency}, and the quote is in {currency}"
        )
    country = version.ship_to.get("country_code", "").upper()
    if country and region.countries and country not in region.countries:
        found.append(f"the region {region.name} does not sell to {country}")
    return found


def _days(term: PaymentTerm) -> str:
    return "" if term.days is None else f"{term.days} days"
