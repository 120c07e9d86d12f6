"""Prices from the ERP's own rules, each with the basis it came from, and what moved since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.gateways import open_erp
from integrations.models import User
from integrations.ports import QuotesPrices
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal
from integrations.records.codec import from_json, to_json
from quotes import tiers
from quotes.errors import Incomplete
from quotes.models import Version, VersionLine
from quotes.services.counterparts import customer_ref, trading_flow, variants_of
from quotes.services.customers import asked_about
from quotes.services.drafting import editing
from quotes.states import WORKING

HUNDRED = Decimal(100)
UNKNOWN_SKU = "No product of the ERP is linked to this SKU; run the products flow or link it."
NO_ANSWER = "The ERP gave no answer for this line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """A line that got no price, and why, in words for sales."""

    line: int
    reason: str
    ref: str = ""  # the price that was asked for: the line's own, or that of a tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How the basis of one line differs from what the ERP says now; net, for one unit.

    `percent` is how far the price moved from what it was, None where there is none now;
    `cost_percent` likewise, None where either cost is not known. `from_quantity` names the price
    tier that it is, None for the price of the line itself.
    """

    line: int
    price_then: Decimal
    price_now: Decimal | None
    cost_then: Decimal | None
    cost_now: Decimal | None
    percent: Decimal | None
    cost_percent: Decimal | None = None
    reason: str = ""
    from_quantity: Decimal | None = None


def price_version(version: Version, *, user: User, on: date) -> list[Unpriced]:
    """Takes the ERP's prices for all lines with a SKU but those priced by hand; what got none.

    Price tiers are asked for with their own quantity, but those priced by hand. A price that
    the ERP refuses leaves its line as it is. Edits the version, so its approvals are void.
    Raises Incomplete without a linked customer, and what the ERP's adapter raises; asks the ERP
    before anything is locked.
    """
    if version.state not in WORKING:
        raise Incomplete(f"{version} cannot be priced any more; quote it anew.")
    asked = [one for line in version.lines.all() if line.sku for one in questions(line)]
    flow = trading_flow()
    customer = customer_ref(version.quote.account, version.quote.buyer, flow)
    answers, unpriced = ask(version, asked, on, customer=customer)
    variants = variants_of(version.lines.values_list("sku", flat=True), flow)
    with editing(version, user=user) as fresh:
        fresh.erp, fresh.erp_customer_ref = flow.target, customer
        for line in fresh.lines.select_for_update():
            variant = variants.get(line.sku)
            if variant:
                line.variant_ref = variant[1]
            answer = answers.get(str(line.n))
            if answer is not None and not line.is_price_manual:
                take(line, answer)
            take_tiers(line, answers)
            line.save()
    return unpriced


def what_moved(version: Version, *, on: date) -> list[Moved]:
    """Each line and tier whose basis is not what the ERP says now, but those priced by hand.

    Writes nothing. Raises Incomplete without a linked customer, and what the ERP's adapter raises.
    """
    asked = [one for line in version.lines.all() for one in _with_basis(line)]
    customer = asked_about(version, trading_flow())
    answers, unpriced = ask(version, asked, on, customer=customer)
    reasons = {one.ref: one.reason for one in unpriced}
    compared = (
        _compared(one, answers.get(one.ref), reasons.get(one.ref) or reasons.get(f"{one.line.n}"))
        for one in asked
    )
    return [moved for moved in compared if moved is not None]


def beyond(moved: Iterable[Moved], margin_percent: Decimal) -> list[Moved]:
    """Those whose price moved by more than the margin or is gone, or whose cost rose by more."""
    return [one for one in moved if _is_beyond(one, margin_percent)]


def _is_beyond(one: Moved, margin_percent: Decimal) -> bool:
    cost_rose = one.cost_percent is not None and one.cost_percent > margin_percent
    return one.percent is None or abs(one.percent) > margin_percent or cost_rose


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One price to ask for: of a line, or of one of its tiers, whose `ref` names the quantity.

    `basis` is what the ERP said when it was asked before; empty for nothing.
    """

    ref: str
    line: VersionLine
    quantity: Decimal
    basis: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_tier(self) -> bool:
        return self.ref != str(self.line.n)


Answers = dict[str, PriceAnswer]


def questions(line: VersionLine) -> Iterator[Asked]:
    """The line and its tiers, without what was priced by hand."""
    if not line.is_price_manual:
        yield Asked(ref=str(line.n), line=line, quantity=line.quantity)
    for tier in tiers.read(line.tiers):
        if not tier.is_manual:
            yield Asked(ref=_ref_of(line, tier), line=line, quantity=tier.from_quantity)


def _with_basis(line: VersionLine) -> Iterator[Asked]:
    """The line and its tiers, as far as the ERP priced them before."""
    if line.basis and not line.is_price_manual:
        yield Asked(ref=str(line.n), line=line, quantity=line.quantity, basis=line.basis)
    for tier in tiers.read(line.tiers):
        if tier.basis and not tier.is_manual:
            ref, start = _ref_of(line, tier), tier.from_quantity
            yield Asked(ref=ref, line=line, quantity=start, basis=tier.basis)


def _ref_of(line: VersionLine, tier: tiers.Tier) -> str:
    return f"{line.n}@{tiers.plain(tier.from_quantity)}"


def ask(
    version: Version, asked: Sequence[Asked], on: date, *, customer: str
) -> tuple[Answers, list[Unpriced]]:
    """Answers by ref, and what got none."""
    flow, quote = trading_flow(), version.quote
    variants = variants_of((one.line.sku for one in asked), flow)
    known = [one for one in asked if one.line.sku in variants]
    strange = {one.line.n for one in asked if one.line.sku not in variants}
    unpriced = [Unpriced(line=n, reason=UNKNOWN_SKU, ref=str(n)) for n in sorted(strange)]
    if not known:
        return {}, unpriced
    question = PriceQuestion(
        customer_ref=customer,
        currency=quote.currency,
        asked_on=on,
        lines=tuple(
            PriceAsk(
                our_ref=one.ref,
                product_ref=variants[one.line.sku][0],
                quantity=one.quantity,
            )
            for one in known
        ),
    )
    with open_erp(flow.target, QuotesPrices) as erp:
        told: Sequence[PriceAnswer | PriceRefusal] = erp.quote_prices(question)
    answers = {one.our_ref: one for one in told if isinstance(one, PriceAnswer)}
    refused = {one.our_ref: one.reason for one in told if isinstance(one, PriceRefusal)}
    unpriced += [_unpriced(one, refused) for one in known if one.ref not in answers]
    return answers, sorted(unpriced, key=lambda one: one.line)


def _unpriced(asked: Asked, refused: Mapping[str, str]) -> Unpriced:
    reason = refused.get(asked.ref, NO_ANSWER)
    if asked.is_tier:
        reason = f"From {tiers.plain(asked.quantity)}: {reason}"
    return Unpriced(line=asked.line.n, reason=reason, ref=asked.ref)


def take_tiers(line: VersionLine, answers: Answers) -> None:
    """The ERP's price of each tier that was not typed by a person."""
    taken = []
    for tier in tiers.read(line.tiers):
        answer = None if tier.is_manual else answers.get(_ref_of(line, tier))
        taken.append(_priced(tier, answer) if answer else tier)
    line.tiers = tiers.written(taken)


def _priced(tier: tiers.Tier, answer: PriceAnswer) -> tiers.Tier:
    return replace(tier, unit_price=answer.net_unit_price, basis=to_json(answer))


def take(line: VersionLine, answer: PriceAnswer) -> None:
    """The ERP's price, with its cost where that is in the same currency."""
    line.unit_price = answer.net_unit_price
    line.list_price = answer.list_price
    is_comparable = answer.cost is not None and answer.cost_currency == answer.currency
    line.unit_cost = answer.cost if is_comparable else None
    line.cost_as_of = answer.cost_as_of if is_comparable else None
    line.basis = to_json(answer)


def basis_of(line: VersionLine) -> PriceAnswer | None:
    """What the ERP said when the line was priced."""
    return from_json(PriceAnswer, line.basis) if line.basis else None


def _compared(asked: Asked, now: PriceAnswer | None, reason: str | None) -> Moved | None:
    then = from_json(PriceAnswer, dict(asked.basis))
    if now is not None and _figures(now) == _figures(then):
        return None
    return Moved(
        line=asked.line.n,
        price_then=then.net_unit_price,
        price_now=now.net_unit_price if now else None,
        cost_then=then.cost,
        cost_now=now.cost if now else None,
        percent=_percent(then.net_unit_price, now.net_unit_price) if now else None,
        cost_percent=_percent(then.cost, now.cost) if now else None,
        reason=reason or "",
        from_quantity=asked.quantity if asked.is_tier else None,
    )


def _figures(answer: PriceAnswer) -> tuple[Any, ...]:
    return answer.net_unit_price, answer.list_price, answer.cost, answer.currency_rate


def _percent(then: Decimal | None, now: Decimal | None) -> Decimal | None:
    return (now - then) / then * HUNDRED if then and now is not None else None
