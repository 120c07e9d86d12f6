"""Which prices of one offer are sold at, from how many pieces to how many. Pure.

An offer is what one variant costs one audience in one currency: quantity steps, each perhaps
for a span of days. The ERP says from where a step holds; it ends where the next one begins.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import combinations, pairwise

Span = tuple[date | None, date | None]
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A price of the catalogue copy, with what the storefront was told of it."""

    pk: int
    ref: str
    variant_ref: str
    sku: str
    audience: str
    audience_ref: str
    audience_name: str
    currency: str
    net_unit_price: Decimal
    min_quantity: Decimal
    starts_on: date | None
    ends_on: date | None
    is_active: bool
    offer: str
    problem: str = ""
    list_id: str = ""
    price_id: str = ""
    fingerprint: str = ""
    written: str = ""
    is_in_doubt: bool = False

    @property
    def span(self) -> Span:
        return self.starts_on, self.ends_on

    @property
    def holds_from(self) -> Decimal:
        """From how many pieces; from none, or from a part of one, is from the first."""
        return max(self.min_quantity, ONE)

    @property
    def is_there(self) -> bool:
        """Whether the storefront holds it, or may hold it."""
        return bool(self.price_id or self.fingerprint) or self.is_in_doubt

    @property
    def label(self) -> str:
        return self.sku or self.variant_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One price and for how many pieces it holds; `high` None: for any more."""

    row: Kept
    low: int
    high: int | None


def contradictions(rows: Sequence[Kept]) -> dict[str, str]:
    """Row ref to why nobody can tell which price holds, for rows of one offer.

    Of two for the same quantity and overlapping days, the one for fewer days holds if it is
    the cheaper one: the storefront takes the lowest that fits. Anything else is left to people.
    """
    found: dict[str, str] = {}
    for some in _by(rows, "holds_from"):
        for one, other in combinations(some, 2):
            if one.net_unit_price != other.net_unit_price and _contradict(one, other):
                found.setdefault(one.ref, _sentence(one, other))
                found.setdefault(other.ref, _sentence(other, one))
    return found


def doubles(rows: Sequence[Kept]) -> dict[str, str]:
    """Ref of a row to that of another which says the very same."""
    first: dict[object, str] = {}
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda one: one.ref):
        same = (row.span, row.holds_from, row.net_unit_price)
        if first.setdefault(same, row.ref) != row.ref:
            found[row.ref] = first[same]
    return found


def steps_of(rows: Iterable[Kept]) -> list[Step]:
    """The steps of rows that hold on the same days, each with a quantity of its own.

    The storefront sells whole pieces: a step from 2.5 begins at three, and one that contains
    no whole piece is left out.
    """
    ordered = sorted(rows, key=lambda row: row.holds_from)
    starts = [_first_piece(row) for row in ordered]
    ends = [following - 1 for _, following in pairwise(starts)]
    return [
        Step(row=row, low=low, high=high)
        for row, low, high in zip(ordered, starts, [*ends, None], strict=False)
        if high is None or high >= low
    ]


def by_span(rows: Iterable[Kept]) -> Iterator[list[Kept]]:
    """The rows, those of the same days together."""
    yield from _by(rows, "span")


def lowest_steps(rows: Iterable[Kept]) -> list[Step]:
    """For each quantity the lowest price of rows that all hold today.

    Steps end where the next one of the same days begins: a promotion from one piece on holds
    for any quantity, also for those from which the usual price has a step that is dearer. So a
    row may be sold at more than once, below a dearer step of other days and above it.
    """
    steps = [step for some in by_span(rows) for step in steps_of(some)]
    found: list[Step] = []
    for low in sorted({step.low for step in steps}):
        fits = [one for one in steps if one.low <= low and (one.high is None or low <= one.high)]
        best = min(fits, key=lambda one: one.row.net_unit_price)
        before = found[-1] if found else None
        if before and before.row.net_unit_price == best.row.net_unit_price:
            continue
        if before:
            found[-1] = replace(before, high=low - 1)
        found.append(Step(row=best.row, low=low, high=None))
    return found


def _by(rows: Iterable[Kept], name: str) -> Iterator[list[Kept]]:
    groups: dict[object, list[Kept]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    yield from groups.values()


def _first_piece(row: Kept) -> int:
    return int(row.holds_from.to_integral_value(ROUND_CEILING))


def _contradict(one: Kept, other: Kept) -> bool:
    if not _meet(one.span, other.span):
        return False
    cheap, dear = sorted((one, other), key=lambda row: row.net_unit_price)
    return cheap.span == dear.span or not _within(cheap.span, dear.span)


def _meet(one: Span, other: Span) -> bool:
    return _start(one) <= _end(other) and _start(other) <= _end(one)


def _within(inner: Span, outer: Span) -> bool:
    return _start(outer) <= _start(inner) and _end(inner) <= _end(outer)


def _start(span: Span) -> date:
    return span[0] or date.min


def _end(span: Span) -> date:
    return span[1] or date.max


def _sentence(row: Kept, other: Kept) -> str:
    pieces = f"{row.holds_from.normalize():f}"
    return (
        f"price {other.ref} of the ERP is for the same quantity (from {pieces}) and the same days, "
        f"but says {other.net_unit_price.normalize():f} instead of "
        f"{row.net_unit_price.normalize():f}: keep one of them"
    )
