"""What to do with each price of an offer. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from integrations.flows.prices.offers import (
    Kept,
    Step,
    by_span,
    contradictions,
    doubles,
    lowest_steps,
    steps_of,
)

EVERYONE = "everyone"
REMOVED = "removed"
LONGEST_KEY = 128
LONGEST_TEXT = 114  # with what follows it, as much as the copy keeps
AND, MORE = " and ", "…"
NO_PIECE = (
    "no whole piece lies between it and the next quantity step, and the storefront sells whole "
    "pieces: leave it out in the ERP, or let it begin with a whole piece"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the flow sells. `audiences` and `currencies` are what it takes of the ERP (no
    currencies: all), `sold_in` and `gross` what the storefront has, `today` the seller's day."""

    audiences: frozenset[str]
    currencies: frozenset[str]
    sold_in: frozenset[str]
    gross: frozenset[str]
    today: date

    def takes(self, row: Kept) -> bool:
        return row.audience in self.audiences and (
            not self.currencies or row.currency in self.currencies
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A price as it should be in the storefront; `key` names its list, empty for everyone."""

    row: Kept
    variant_id: str
    key: str
    low: int
    high: int | None

    @property
    def amount(self) -> Decimal:
        return self.row.net_unit_price

    @property
    def text(self) -> str:
        """For people: what is paid and for how many."""
        return price_text(self.amount, self.row.currency, self.low, self.high)

    @property
    def fingerprint(self) -> str:
        return digest(f"{self.key}/{self.variant_id}/{self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """About one price of a list. `reason` is set for a skip, `wanted` for a write."""

    what: Literal["write", "remove", "unchanged", "skip"]
    row: Kept
    wanted: Wanted | None = None
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        return self.wanted.fingerprint if self.wanted else REMOVED

    @property
    def takes_away(self) -> bool:
        """Whether buyers lose a price because the ERP has it no more; days that end are none."""
        return self.what == "remove" and self.row.is_there and not self.row.is_active


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseDecision:
    """About all that everyone pays for one variant in one currency, which is written at once.

    `reasons` say why prices hold all of it up, or why some alone are left out of it.
    """

    what: Literal["write", "unchanged", "skip"]
    rows: tuple[Kept, ...]
    variant_id: str = ""
    wanted: tuple[Wanted, ...] = ()
    reasons: tuple[tuple[Kept, str], ...] = ()

    @property
    def first(self) -> Kept:
        return self.rows[0]

    @property
    def ref(self) -> str:
        return f"{EVERYONE}:{self.first.variant_ref}:{self.first.currency}"

    @property
    def fingerprint(self) -> str:
        return base_fingerprint(self.wanted)

    @property
    def takes_away(self) -> bool:
        """As on `Decision`, of all that everyone pays."""
        gone = any(row.is_there and not row.is_active for row in self.rows)
        return self.what == "write" and not self.wanted and gone


def decide_listed(rows: Sequence[Kept], variant_id: str | None, terms: Terms) -> list[Decision]:
    """One decision per row of an offer to a group of customers."""
    offered = [row for row in rows if is_offered(row, terms)]
    problems = {row.ref: _problem(row, variant_id, terms) for row in offered}
    problems |= contradictions(offered)
    same = doubles(offered)
    single = [row for row in offered if row.ref not in same]
    steps = {step.row.ref: step for some in by_span(single) for step in steps_of(some)}
    left_out = {row.ref for row in single} - set(steps)
    return [
        _decide_row(row, problems.get(row.ref, ""), row.ref in left_out, steps, variant_id)
        for row in rows
    ]


def decide_base(rows: Sequence[Kept], variant_id: str | None, terms: Terms) -> BaseDecision:
    """The decision about an offer to everyone. One unclear price holds up all of it: prices
    of a variant are written together, and a step that is missing would be sold at another."""
    taken = tuple(rows)
    today = [row for row in rows if is_offered(row, terms) and _holds_on(row, terms.today)]
    problems = {row.ref: _problem(row, variant_id, terms) for row in today}
    problems |= contradictions(today)
    reasons = tuple((row, problems[row.ref]) for row in today if problems[row.ref])
    if reasons:
        return BaseDecision(what="skip", rows=taken, reasons=reasons)
    if variant_id is None:  # nothing is offered, and nothing is there to take it from
        return BaseDecision(what="unchanged", rows=taken)
    same = doubles(today)
    single = [row for row in today if row.ref not in same]
    sold_at = {step.row.ref for some in by_span(single) for step in steps_of(some)}
    left_out = tuple((row, NO_PIECE) for row in single if row.ref not in sold_at)
    wanted = tuple(_wanted(step, variant_id) for step in lowest_steps(single))
    fingerprint = base_fingerprint(wanted)
    sold = {one.row.ref for one in wanted}
    is_same = all(row.fingerprint == (fingerprint if row.ref in sold else "") for row in rows)
    return BaseDecision(
        what="unchanged" if is_same else "write",
        rows=taken,
        variant_id=variant_id,
        wanted=wanted,
        reasons=left_out,
    )


def base_fingerprint(wanted: Sequence[Wanted]) -> str:
    if not wanted:
        return REMOVED
    return digest("/".join([wanted[0].variant_id, *(one.text for one in wanted)]))


def texts_of(wanted: Iterable[Wanted]) -> dict[str, str]:
    """For people, by row: all that it is sold at, as the copy has room for it."""
    found: dict[str, str] = {}
    for one in wanted:
        said = found.get(one.row.ref)
        longer = f"{said}{AND}{one.text}" if said else one.text
        if len(longer) <= LONGEST_TEXT:
            found[one.row.ref] = longer
        elif said and not said.endswith(MORE):
            found[one.row.ref] = f"{said}{AND}{MORE}"
    return found


def is_offered(row: Kept, terms: Terms) -> bool:
    """Whether the ERP still offers it and this flow takes it."""
    has_ended = row.ends_on is not None and row.ends_on < terms.today
    return row.is_active and terms.takes(row) and not has_ended


class Audienced(Protocol):
    """What tells which price list a price belongs to."""

    @property
    def audience(self) -> str: ...
    @property
    def audience_ref(self) -> str: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...


def list_key(row: Audienced) -> str:
    """Names the price list that the row belongs to: one audience and one span of days."""
    start, end = row.starts_on or "", row.ends_on or ""
    key = f"{row.audience}:{row.audience_ref}|{start}|{end}"
    return key if len(key) <= LONGEST_KEY else f"{row.audience}:{digest(key)}"


def price_text(amount: Decimal, currency: str, low: int, high: int | None) -> str:
    return f"{amount.normalize():f} {currency}{pieces(low, high)}"


def pieces(low: int, high: int | None) -> str:
    if low <= 1 and high is None:
        return ""
    return f" from {low}" if high is None else f" from {low} to {high}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _decide_row(
    row: Kept,
    problem: str,
    is_left_out: bool,
    steps: dict[str, Step],
    variant_id: str | None,
) -> Decision:
    if problem:
        return Decision(what="skip", row=row, reason=problem)
    step = steps.get(row.ref)
    if step is None or variant_id is None:
        if is_left_out and not row.is_there:
            return Decision(what="skip", row=row, reason=NO_PIECE)
        return Decision(what="remove" if row.is_there else "unchanged", row=row)
    wanted = _wanted(step, variant_id)
    is_same = row.fingerprint == wanted.fingerprint and not row.is_in_doubt
    return Decision(what="unchanged" if is_same else "write", row=row, wanted=wanted)


def _wanted(step: Step, variant_id: str) -> Wanted:
    row = step.row
    key = "" if row.audience == EVERYONE else list_key(row)
    return Wanted(row=row, variant_id=variant_id, key=key, low=step.low, high=step.high)


def _holds_on(row: Kept, day: date) -> bool:
    return (row.starts_on or day) <= day <= (row.ends_on or day)


def _problem(row: Kept, variant_id: str | None, terms: Terms) -> str:
    code = row.currency
    if row.net_unit_price <= 0:
        return "no price: the ERP says zero or less"
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        return f"it ends on {row.ends_on}, before it begins on {row.starts_on}"
    if variant_id is None:
        return (
            f"{row.label} is not in the storefront: let the products flow write it, or link the two"
        )
    if code not in terms.sold_in:
        return (
            f"the storefront does not sell in {code}: add {code} to the currencies of its "
            "store, or leave it out in the settings of this flow"
        )
    if code in terms.gross:
        return (
            f"prices in {code} include tax in the storefront, the ERP's are net: switch "
            f"tax-inclusive pricing off for {code} there"
        )
    return ""
