"""Asking for an audit: one price that a person names, or a sample; and the sample of each night."""

import secrets
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.flows.price_audit import sampling
from integrations.flows.price_audit.case import Question
from integrations.flows.price_audit.parties import party_named
from integrations.flows.price_audit.sampling import Wish
from integrations.flows.price_audit.work import start_work
from integrations.flows.prices.settings import zone_of
from integrations.gateways.storefront import WRITING
from integrations.models import Flow, PriceAudit
from integrations.records.codec import to_json

NIGHTLY = "nightly"
USUAL_SAMPLE = 50
NIGHT = time(2, 0)  # in the seller's zone


def request_audit(
    flow: Flow,
    *,
    actor: str,
    size: int | None = None,
    seed: int | None = None,
    account: str = "",
    sku: str = "",
    quantity: Decimal = Decimal(1),
    currency: str = "",
    on: date | None = None,
    now: datetime | None = None,
) -> PriceAudit:
    """Starts an audit of the prices flow, or returns the one that runs.

    With `account` and `sku` that one price is compared, otherwise a sample of `size`, chosen by
    `seed` (by chance). `on` is another day than today, in the seller's zone: the ERP is asked for
    that day, and the storefront's side is what the portal has planned for it, because a
    storefront tells only what it charges now. Raises NeedsOperator for a flow of another kind,
    for only one of account and SKU, for an unknown customer or SKU, and for a size or quantity
    out of range.
    """
    now = now or timezone.now()
    _refuse(flow, account=account, sku=sku, quantity=quantity, size=size)
    today = now.astimezone(zone_of(flow.settings)).date()
    day = on or today
    seed = secrets.randbits(31) if seed is None else seed
    asked: list[Question] = []
    if account:
        asked = [_named(flow, account, sku, quantity, currency, day)]
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)
        running = PriceAudit.objects.filter(flow=flow, state=PriceAudit.State.RUNNING).first()
        if running is not None:
            return running
        audit = PriceAudit.objects.create(
            flow=flow,
            actor=actor,
            is_sample=not account,
            seed=seed,
            wanted=1 if account else _size(flow, size),
            chosen={"named": 1} if account else {},
            asked=[to_json(one) for one in asked],
            on=None if day == today else day,
            started_at=now,
        )
        start_work(audit, actor=actor)
    return audit


def start_nightly(now: datetime) -> list[PriceAudit]:
    """Starts the night's sample of every prices flow that writes; called by the beat.

    From two o'clock of the seller on, once a day. Repeatable.
    """
    flows = Flow.objects.filter(kind=Flow.Kind.PRICES, mode__in=WRITING)
    return [
        request_audit(flow, actor=NIGHTLY, now=now)
        for flow in flows.select_related("source", "target")
        if _size(flow, None) and _is_due(flow, now)
    ]


def _is_due(flow: Flow, now: datetime) -> bool:
    there = now.astimezone(zone_of(flow.settings))
    if there.time() < NIGHT:
        return False
    since = there.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return not PriceAudit.objects.filter(flow=flow, actor=NIGHTLY, started_at__gte=since).exists()


def _size(flow: Flow, given: int | None) -> int:
    if given is not None:
        return given
    return int(flow.settings.get("audit_sample") or USUAL_SAMPLE)


def _refuse(flow: Flow, *, account: str, sku: str, quantity: Decimal, size: int | None) -> None:
    if flow.kind != Flow.Kind.PRICES:
        raise NeedsOperator(
            f"{flow} is no prices flow, so it has no prices to compare.", reason="wrong_flow"
        )
    if bool(account) != bool(sku):
        raise NeedsOperator(
            "Name both a customer and a SKU, or neither for a sample.", reason="half_named"
        )
    if quantity <= 0 or quantity != quantity.to_integral_value():
        raise NeedsOperator(
            f"The storefront sells whole pieces; {quantity} is no such number.",
            reason="bad_quantity",
        )
    if size is not None and not 1 <= size <= sampling.MOST:
        raise NeedsOperator(
            f"A sample has 1 to {sampling.MOST} prices, not {size}.", reason="bad_size"
        )


def _named(
    flow: Flow, account: str, sku: str, quantity: Decimal, currency: str, day: date
) -> Question:
    party = party_named(flow, account)
    variant = sampling.variants_of(flow, [sku]).get(sku)
    if variant is None:
        raise NeedsOperator(
            f"{sku!r} is not sold in {flow.target.name}.",
            reason="unknown_sku",
            hint="Let the products flow write it, or link the two.",
        )
    wish = Wish(
        customer_id=party.customer_id,
        sku=sku,
        quantity=quantity,
        currency=currency.upper() or _usual_currency(flow, sku),
    )
    return sampling.question_of(party, wish, variant, day, "named")


def _usual_currency(flow: Flow, sku: str) -> str:
    rows = flow.source.price_rows.filter(sku=sku, is_active=True)
    code = rows.order_by("audience", "pk").values_list("currency", flat=True).first()
    if code is None:
        raise NeedsOperator(
            f"The copy has no price of {sku!r} to tell the currency.",
            reason="no_currency",
            hint="Name the currency too, such as EUR.",
        )
    return str(code)
