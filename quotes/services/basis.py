"""Whether the prices of open offers still rest on what the ERP says, asked once a day.

An offer binds the seller until it ends, so nothing here changes a price or keeps a buyer from
accepting. Sales is warned once per version; what was found stands beside the version with its
time, so that no page waits for the ERP.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from integrations.engine import beat, clock
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator, Rejected
from integrations.models import StateChange
from integrations.records.codec import from_json, to_json
from quotes.actors import SYSTEM
from quotes.errors import Incomplete
from quotes.mails import sending
from quotes.models import BasisCheck, PriceMargin, Version, VersionLine
from quotes.services import pricing
from quotes.services.counterparts import trading_flow
from quotes.services.pricing import HUNDRED, Moved
from quotes.states import WITH_BUYER

logger = logging.getLogger(__name__)

CHECK = "check_price_basis"
EVERY_S = 60.0
FEW = 20  # at a time: the beat must be quick, and the ERP has other work


def start_checks(at_most: int = FEW) -> int:
    """Starts a check of each open offer that had none for so long, the longest waiting first.

    Returns how many. None without an orders flow, which says whom to ask.
    """
    try:
        erp = trading_flow().target
    except NeedsOperator:
        return 0
    due = list(_due(clock.now())[:at_most])
    return sum(_start(version, erp.resource_id) for version in due)


def _due(now: datetime) -> Any:
    before = now - timedelta(hours=settings.QUOTE_BASIS_CHECK_H)
    lines = VersionLine.objects.filter(version=OuterRef("pk"))
    rests_on_erp = lines.exclude(basis={}, tiers=[])
    open_ones = Version.objects.filter(
        Q(basis_check=None) | Q(basis_check__tried_at__lte=before),
        Exists(rests_on_erp),
        state__in=sorted(WITH_BUYER),
        valid_until__gt=now,
    )
    return open_ones.defer("document").order_by(
        F("basis_check__tried_at").asc(nulls_first=True), "id"
    )


@transaction.atomic
def _start(version: Version, erp_resource: int) -> bool:
    """Unless another process did since it was found."""
    Version.objects.select_for_update().get(pk=version.pk)
    if not _due(clock.now()).filter(pk=version.pk).exists():
        return False
    BasisCheck.objects.update_or_create(version=version, defaults={"tried_at": clock.now()})
    start_job(
        CHECK,
        key=f"basis:{version.pk}",
        payload={"version": version.pk},
        resources={"erp": erp_resource},
        actor="beat",
    )
    return True


def check(ctx: StepContext) -> Mapping[str, Any]:
    """Asks the ERP and keeps what it says; repeating it asks again. An offer that ended is left."""
    version = Version.objects.get(pk=ctx.payload["version"])
    if version.state not in WITH_BUYER:
        return {"checked": False}
    try:
        moved = pricing.what_moved(version, on=clock.now().date())
    except (Incomplete, NeedsOperator, Rejected) as refused:  # for a person, not for the engine
        keep_problem(version, str(refused))
        return {"checked": False, "why": str(refused)}
    return {"checked": True, "moved": len(moved), "beyond": keep(version, moved).is_beyond}


@transaction.atomic
def keep(version: Version, moved: Sequence[Moved]) -> BasisCheck:
    """Keeps what the ERP said just now; sales is warned the first time that it is too much.

    That is beyond the margin, of what a buyer can still accept. Safe to repeat.
    """
    now = clock.now()
    told = {"as_of": now, "tried_at": now, "problem": ""}
    return _judge(version, moved, PriceMargin.current().percent, **told)


@transaction.atomic
def judge_again() -> int:
    """Holds what the ERP said of open offers against another margin; of how many. Asks no ERP."""
    margin = PriceMargin.current().percent
    open_ones = BasisCheck.objects.filter(
        as_of__isnull=False, version__state__in=sorted(WITH_BUYER)
    )
    moved = open_ones.exclude(moved=[]).select_related("version__quote").order_by("pk")
    return sum(bool(_judge(one.version, moved_of(one), margin)) for one in moved)


def _judge(version: Version, moved: Sequence[Moved], margin: Decimal, **told: Any) -> BasisCheck:
    far = pricing.beyond(moved, margin)
    found, _ = BasisCheck.objects.update_or_create(
        version=version,
        defaults={
            "moved": [to_json(one) for one in moved],
            "margin_percent": margin,
            "is_beyond": bool(far),
            **told,
        },
    )
    if far and version.state in WITH_BUYER:
        _warn(version, far, clock.now())
    return found


def keep_problem(version: Version, why: str) -> None:
    """Notes why the ERP could not tell; what it said before stands, with its time."""
    BasisCheck.objects.update_or_create(
        version=version, defaults={"tried_at": clock.now(), "problem": why}
    )


def _warn(version: Version, far: Sequence[Moved], now: datetime) -> None:
    """One mail and one row of history per version, however often the ERP moves."""
    told = "; ".join(in_words(one) for one in far)
    unwarned = BasisCheck.objects.filter(version=version, warned_at=None)
    if unwarned.update(warned_at=now, warned_of=told) != 1:
        return
    StateChange.objects.create(
        subject=Version.SUBJECT,
        subject_id=version.pk,
        before=version.state,
        after=version.state,
        actor=SYSTEM.name,
        reason=f"prices moved in the ERP since: {told}",
    )
    sending.start("sales_prices_moved", version)
    logger.warning("price_basis_moved version=%s lines=%s", version.pk, len(far))


def moved_of(found: BasisCheck) -> list[Moved]:
    return [from_json(Moved, one) for one in found.moved]


def in_words(one: Moved) -> str:
    """For sales: `line 1: 189 → 195 (+3.2 %), cost 118 → 121`, or that there is no price now.

    A tier is `line 1 from 50`.
    """
    name = f"line {one.line}"
    if one.from_quantity is not None:
        name += f" from {_plain(one.from_quantity)}"
    if one.price_now is None:
        return f"{name}: {_plain(one.price_then)}, and no price now. {one.reason}".strip()
    share = f" ({one.percent:+.1f} %)" if one.percent else ""
    told = f"{name}: {_plain(one.price_then)} → {_plain(one.price_now)}{share}"
    if one.cost_then != one.cost_now:
        told += f", cost {_plain(one.cost_then)} → {_plain(one.cost_now)}"
    return told


def fallen(version: Version) -> tuple[frozenset[int], datetime | None]:
    """Numbers of the offered lines that would cost this buyer less if they were quoted now; and
    when the ERP said so. None of them while the policy keeps that from buyers.

    Beyond the margin, and below what the offer asks after its discounts: nobody is sent to ask
    for what they have already.
    """
    margin = PriceMargin.current()
    found = BasisCheck.objects.filter(version=version, as_of__isnull=False).first()
    if found is None or not found.moved or not margin.tells_buyer:
        return frozenset(), None
    asked = _asked(version.document or {})
    numbers = {
        one.line
        for one in moved_of(found)
        if one.from_quantity is None  # a tier is no price of this offer yet
        and one.price_now is not None
        and one.percent is not None
        and one.percent < -margin.percent
        and one.price_now < asked.get(one.line, Decimal(0))
    }
    return frozenset(numbers), found.as_of


def _asked(document: Mapping[str, Any]) -> dict[int, Decimal]:
    """What one unit of each offered line costs after its discount and the one on all lines."""
    if not document:
        return {}
    on_all = HUNDRED - Decimal(document["discount_percent"])
    return {
        line["n"]: Decimal(line["unit_price"])
        * (HUNDRED - Decimal(line["discount_percent"]))
        * on_all
        / (HUNDRED * HUNDRED)
        for line in document["lines"]
    }


def _plain(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount.normalize():f}"


def register_all() -> None:
    """Makes the job known and has the beat start it. Safe to repeat."""
    # coalesce: a check that got stuck does not keep the next day's from asking
    register(JobKind(CHECK, [StepSpec("check", check)], lane="batch", coalesce=True))
    beat.register("price_basis", EVERY_S, start_checks)
