"""What differs between two versions of a quote, from their frozen documents. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from quotes.portal.offer import Document, places_of, tiers_of
from quotes.portal.shown import moment, money, percent, quantity, unit_money

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it was and as it is, as people read them."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedLine:
    line: Line
    changes: list[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`same` is how many lines did not change."""

    added: list[Line]
    removed: list[Line]
    changed: list[ChangedLine]
    same: int
    terms: list[Change]
    totals: list[Change]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.terms or self.totals)


def between(before: Document, after: Document) -> Changes:
    pairs, removed, added = _paired(before["lines"], after["lines"])
    compared = [
        ChangedLine(new, list(_line_changes(old, new, after["currency"]))) for old, new in pairs
    ]
    changed = [one for one in compared if one.changes]
    return Changes(
        added=added,
        removed=removed,
        changed=changed,
        same=len(compared) - len(changed),
        terms=list(_term_changes(before, after)),
        totals=list(_total_changes(before, after)),
    )


Pairs = tuple[list[tuple[Line, Line]], list[Line], list[Line]]


def _paired(before: list[Line], after: list[Line]) -> Pairs:
    """Lines of the same article belong together, in the order in which they stand."""
    waiting: dict[str, list[Line]] = {}
    for line in before:
        waiting.setdefault(_article(line), []).append(line)
    pairs, added = [], []
    for line in after:
        same = waiting.get(_article(line))
        if same:
            pairs.append((same.pop(0), line))
        else:
            added.append(line)
    left = {id(line) for lines in waiting.values() for line in lines}
    return pairs, [line for line in before if id(line) in left], added


def _article(line: Line) -> str:
    return str(line["sku"] or line["title"])


def _line_changes(old: Line, new: Line, currency: str) -> Iterator[Change]:
    shows: tuple[tuple[Any, Callable[[Line], str]], ...] = (
        (_("Name"), lambda line: line["title"]),
        (_("Description"), lambda line: line["description"]),
        (_("Configuration"), _configuration),
        (_("Quantity"), lambda line: f"{quantity(line['quantity'])} {line['unit']}"),
        (_("Unit price"), lambda line: unit_money(line["unit_price"], currency)),
        (_("Price tiers"), lambda line: _tiers(line, currency)),
        (_("Discount"), lambda line: percent(line["discount_percent"])),
        (_("Tax"), lambda line: percent(line["tax_percent"])),
        (_("Part of the total"), _part),
        (_("Net"), lambda line: money(line["net"], currency)),
    )
    return _differing(shows, old, new)


def _term_changes(before: Document, after: Document) -> Iterator[Change]:
    currency = after["currency"]
    shows: tuple[tuple[Any, Callable[[Document], str]], ...] = (
        (_("Valid until"), _until),
        (_("Delivery address"), lambda document: ", ".join(places_of(document).ship_to)),
        (_("Billing address"), lambda document: ", ".join(places_of(document).bill_to)),
        (_("Region"), lambda document: places_of(document).region),
        (_("Shipping"), lambda document: places_of(document).shipping),
        (_("Payment terms"), lambda document: document["terms"]["name"]),
        (_("Discount on all lines"), lambda document: percent(document["discount_percent"])),
        (_("Freight"), lambda document: money(document["freight"]["net"], currency)),
        (_("Notes"), lambda document: document["note"]),
    )
    return _differing(shows, before, after)


def _total_changes(before: Document, after: Document) -> Iterator[Change]:
    currency = after["currency"]
    names = (("net", _("Net total")), ("tax", _("Tax")), ("gross", _("Total")))
    for name, label in names:
        old, new = before["totals"][name], after["totals"][name]
        if old != new:
            yield Change(label, money(old, currency), money(new, currency))


def _differing(shows: Any, old: Any, new: Any) -> Iterator[Change]:
    for label, show in shows:
        before, after = show(old), show(new)
        if before != after:
            yield Change(label, before or "–", after or "–")


def _until(document: Document) -> str:
    return moment(datetime.fromisoformat(document["valid_until"]))


def _configuration(line: Line) -> str:
    return ", ".join(f"{name}: {value}" for name, value in line["configuration"])


def _tiers(line: Line, currency: str) -> str:
    return "; ".join(
        _("from %(quantity)s: %(price)s")
        % {"quantity": quantity(start), "price": unit_money(price, currency)}
        for start, price in tiers_of(line)
    )


def _part(line: Line) -> str:
    if line["alternative_to"] is not None:
        return str(_("no, alternative"))
    return str(_("no, optional")) if line["is_optional"] else str(_("yes"))
