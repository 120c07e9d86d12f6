"""Prices of the catalogue copy, for lines that the ERP cannot be asked about right now.

A person chooses them, knowing how old they are; nothing falls back to them by itself. The price is
then the line's, with a basis that says so, and the approval rules treat it as one set by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.engine import clock
from integrations.errors import AuthFailed, NeedsOperator, NotSent, Throttled, Unavailable
from integrations.flows.catalogue import Ask, KeptPrice, Unkept, prices_of
from integrations.models import Flow, StateChange, User
from integrations.records import PriceAnswer
from quotes import tiers
from quotes.errors import Incomplete
from quotes.models import Version, VersionLine
from quotes.services import pricing
from quotes.services.counterparts import customer_ref, trading_flow, variants_of
from quotes.services.drafting import editing
from quotes.services.pricing import Asked, Unpriced
from quotes.states import WORKING

AWAY = (NotSent, Unavailable, Throttled, AuthFailed)
STALE = "its kept price is of {as_of:%Y-%m-%d %H:%M} UTC, which is too old to quote from"


def is_away(error: Exception) -> bool:
    """Whether this says that the ERP cannot be asked now, not that it refuses what was asked."""
    is_paused = isinstance(error, NeedsOperator) and error.reason == "connection_paused"
    return is_paused or isinstance(error, AWAY)


def kept_for(version: Version, *, on: date) -> dict[str, KeptPrice | Unpriced]:
    """What the copy has for each line and tier that the ERP has not priced, by their refs.

    Writes nothing, asks nobody. Raises Incomplete without a linked customer.
    """
    flow, asked = trading_flow(), list(_open_questions(version))
    customer = customer_ref(version.quote.account, version.quote.buyer, flow)
    found = _kept(flow, asked, version, customer, on)
    return {one.ref: _usable(one, found[one.ref]) for one in asked}


def use_kept(version: Version, *, user: User, reason: str, on: date) -> list[Unpriced]:
    """Takes the kept prices for what the ERP has not priced; what got none.

    The ERP is asked first: raises Incomplete where it answers, and where nothing is kept. Edits
    the version, so its approvals are void, and says in its history who chose so and why.
    """
    if version.state not in WORKING:
        raise Incomplete(f"{version} cannot be priced any more; quote it anew.")
    if not reason.strip():
        raise Incomplete("Say why kept prices shall be used.")
    _refuse_reachable(version, on)
    told = kept_for(version, on=on)
    answers = {ref: _answer(ref, one) for ref, one in told.items() if isinstance(one, KeptPrice)}
    left = [one for one in told.values() if isinstance(one, Unpriced)]
    if not answers:
        why = " ".join(f"Line {one.line}: {one.reason}." for one in left)
        raise Incomplete(f"No kept price can be used for {version}. {why}".strip())
    _take(version, user, answers)
    _note(version, user, reason, answers)
    return left


def _open_questions(version: Version) -> Iterator[Asked]:
    """What has a SKU and no price yet, or one that is a kept one already."""
    for line in version.lines.all():
        if not line.sku:
            continue
        priced = {str(line.n): (line.unit_price, line.basis)}
        for tier in tiers.read(line.tiers):
            ref = f"{line.n}@{tiers.plain(tier.from_quantity)}"
            priced[ref] = (tier.unit_price, tier.basis)
        for one in pricing.questions(line):
            price, basis = priced[one.ref]
            if price is None or basis.get("is_kept"):
                yield one


def _refuse_reachable(version: Version, on: date) -> None:
    flow = trading_flow()
    customer = customer_ref(version.quote.account, version.quote.buyer, flow)
    asked = list(_open_questions(version))
    if not asked:
        raise Incomplete(f"Every line of {version} has a price already.")
    try:
        pricing.ask(version, asked, on, customer=customer)
    except (*AWAY, NeedsOperator) as error:
        if not is_away(error):
            raise
    else:
        raise Incomplete(f"{flow.target.name} answers: press “Price from the ERP” instead.")


def _kept(
    flow: Flow, asked: Sequence[Asked], version: Version, customer: str, on: date
) -> Mapping[str, KeptPrice | Unkept]:
    return prices_of(
        flow.target,
        flow.source,
        [Ask(ref=one.ref, sku=one.line.sku, quantity=one.quantity) for one in asked],
        customer_ref=customer,
        currency=version.quote.currency,
        on=on,
        now=clock.now(),
    )


def _usable(asked: Asked, found: KeptPrice | Unkept) -> KeptPrice | Unpriced:
    if isinstance(found, KeptPrice) and not found.is_stale:
        return found
    why = found.reason if isinstance(found, Unkept) else STALE.format(as_of=found.as_of)
    return Unpriced(line=asked.line.n, reason=why, ref=asked.ref)


def _answer(ref: str, kept: KeptPrice) -> PriceAnswer:
    """As the ERP's answer is kept beside a line, marked as what it is."""
    return PriceAnswer(
        our_ref=ref,
        net_unit_price=kept.unit_price,
        list_price=kept.list_price,
        discount_percent=_below(kept),
        currency=kept.currency,
        currency_rate=None,
        unit=kept.unit,
        cost=None,
        cost_currency="",
        cost_as_of=None,
        pricelist_ref=kept.whose_ref,
        pricelist_name=kept.whose,
        rule_ref=kept.row_ref,
        rule_version="",
        is_binding=False,
        priced_at=kept.as_of,
        is_kept=True,
    )


def _below(kept: KeptPrice) -> Decimal:
    usual = kept.list_price
    if not usual or kept.unit_price >= usual:
        return Decimal(0)
    return (usual - kept.unit_price) / usual * pricing.HUNDRED


def _take(version: Version, user: User, answers: Mapping[str, PriceAnswer]) -> None:
    flow = trading_flow()
    customer = customer_ref(version.quote.account, version.quote.buyer, flow)
    variants = variants_of(version.lines.values_list("sku", flat=True), flow)
    with editing(version, user=user) as fresh:
        fresh.erp, fresh.erp_customer_ref = flow.target, customer
        for line in fresh.lines.select_for_update():
            if line.sku in variants:
                line.variant_ref = variants[line.sku][1]
            _take_line(line, answers)
            line.save()


def _take_line(line: VersionLine, answers: Mapping[str, PriceAnswer]) -> None:
    answer = answers.get(str(line.n))
    if answer is not None and not line.is_price_manual:
        pricing.take(line, answer)
    pricing.take_tiers(line, dict(answers))


def _note(version: Version, user: User, reason: str, answers: Mapping[str, PriceAnswer]) -> None:
    oldest = min(one.priced_at for one in answers.values())
    version.refresh_from_db(fields=["state"])
    StateChange.objects.create(
        subject=Version.SUBJECT,
        subject_id=version.pk,
        before=version.state,
        after=version.state,
        actor=str(user)[:120],
        reason=f"kept prices were used, the oldest of {oldest:%Y-%m-%d %H:%M} UTC, for the ERP "
        f"could not be asked: {reason.strip()}",
    )
