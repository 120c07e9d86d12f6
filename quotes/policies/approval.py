"""Which approvals a version needs, by the policy. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from quotes.totals import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the policy; `group` may decide at `step`."""

    name: str
    kind: str
    step: int
    group: int
    threshold: Decimal = Decimal(0)
    currency: str = ""
    terms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules look at. `terms` is the name of the version's payment terms;
    `has_kept_price`: one is of the portal's copy, since the ERP could not be asked."""

    totals: Totals
    terms: str
    lacks_cost: bool
    has_manual_price: bool
    has_kept_price: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One approval: by whom, in which step, and each rule's reason in words."""

    step: int
    group: int
    reasons: tuple[str, ...]


def needed(rules: Iterable[Rule], facts: Facts) -> tuple[Need, ...]:
    """The approvals, in the order of their steps; empty when none is needed."""
    reasons: dict[tuple[int, int], list[str]] = {}
    for rule in rules:
        why = _why(rule, facts)
        if why:
            reasons.setdefault((rule.step, rule.group), []).append(f"{rule.name}: {why}")
    return tuple(
        Need(step=step, group=group, reasons=tuple(texts))
        for (step, group), texts in sorted(reasons.items())
    )


def _why(rule: Rule, facts: Facts) -> str:
    """Why the rule asks for an approval, or nothing."""
    totals = facts.totals
    match rule.kind:
        case "discount_above" if totals.highest_discount_percent > rule.threshold:
            return f"discount of {_percent(totals.highest_discount_percent)}"
        case "margin_below":
            return _why_margin(rule, totals)
        case "amount_above":
            return _why_amount(rule, totals)
        case "terms_other_than" if facts.terms and facts.terms not in rule.terms:
            return f"payment terms “{facts.terms}”"
        case "cost_missing" if facts.lacks_cost:
            return "a cost is missing"
        case "price_manual" if facts.has_manual_price:
            return "a price was set by hand"
        case "price_manual" if facts.has_kept_price:
            return "a price is a kept one, for the ERP could not be asked"
    return ""


def _why_margin(rule: Rule, totals: Totals) -> str:
    """Of the whole, else of a price that is promised for a larger quantity."""
    margin, of_tier = totals.margin_percent, totals.tier_margin_percent
    if margin is not None and margin < rule.threshold:
        return f"margin of {_percent(margin)}"
    if of_tier is not None and of_tier < rule.threshold:
        return f"margin of {_percent(of_tier)} at a price tier"
    return ""


def _why_amount(rule: Rule, totals: Totals) -> str:
    """An amount in another currency cannot be compared, and so somebody has to look."""
    if rule.currency != totals.currency:
        return f"amount in {totals.currency}, the limit is in {rule.currency}"
    if totals.net > rule.threshold:
        return f"net total of {totals.net} {totals.currency}"
    return ""


def _percent(share: Decimal) -> str:
    return f"{share.quantize(Decimal('0.1'))} %"
