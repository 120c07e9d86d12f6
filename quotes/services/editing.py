"""One edit of a version as a whole: its header and all of its lines, tried or saved.

`tried` adds the edit up without writing anything; `save_edit` writes it. Both put it together
the same way, so that what a person sees while editing is what they get.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F

from integrations.models import User
from quotes import tiers
from quotes.errors import Incomplete, Stale
from quotes.models import Version, VersionLine
from quotes.services import choices
from quotes.services.drafting import editing
from quotes.tiers import Tier
from quotes.totals import HUNDRED

MOST_LINES = 500
_ASIDE = 1_000_000  # places that no line of a version ever has
HEADER = (
    "valid_until",
    "terms_ref",
    "terms_name",
    "discount_percent",
    "freight_net",
    "freight_name",
    "freight_tax_percent",
    "ship_to",
    "bill_to",
    "region_ref",
    "shipping_ref",
    "needs_po_number",
    "note",
    "internal_note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedLine:
    """One line as it was entered. `line_id` is None for a new one.

    `place` says where it stands; equal places keep the order in which they come. `alternative`
    is the place of the line that this one may be taken instead of.
    """

    line_id: int | None
    place: int
    title: str
    quantity: Decimal
    sku: str = ""
    description: str = ""
    unit: str = "pcs"
    unit_price: Decimal | None = None
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal | None = None
    is_optional: bool = False
    alternative: int | None = None
    note: str = ""
    tiers: Sequence[Tier] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Everything that a person entered. `edits` is the version's counter as they saw it.

    Lines that are not among `lines` are removed. `header` holds fields of HEADER.
    """

    edits: int
    header: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[EditedLine] = ()


def tried(version: Version, edit: Edit) -> tuple[Version, list[VersionLine]]:
    """The version and its lines as they would be after the edit; nothing is written.

    Raises Incomplete for what could not be saved either.
    """
    would_be = Version.objects.select_related("quote").get(pk=version.pk)
    _write_header(would_be, edit)
    lines = _lines(would_be, edit)
    for line, place in _alternatives(edit, lines):
        # Some number is enough to say that it is not counted; a new line has none yet.
        line.alternative_to_id = place.pk or 0
    return would_be, lines


def save_edit(version: Version, *, user: User, edit: Edit) -> Version:
    """Writes the edit; approvals become void.

    Raises Stale when somebody else saved since, and Incomplete when something is wrong or the
    version is not in work. Then nothing is written.
    """
    with editing(version, user=user) as fresh:
        if fresh.edits != edit.edits:
            raise Stale(_who_was_first(fresh))
        _write_header(fresh, edit)
        lines = _lines(fresh, edit)
        pairs = _alternatives(edit, lines)
        fresh.lines.exclude(pk__in=[line.pk for line in lines if line.pk]).delete()
        fresh.lines.update(n=F("n") + _ASIDE)  # so that places can be exchanged
        for line in lines:
            line.alternative_to = None
            line.save()
        for line, other in pairs:
            line.alternative_to = other
            line.save(update_fields=["alternative_to"])
    return fresh


def _who_was_first(version: Version) -> str:
    who = version.edited_by or "Somebody else"
    return (
        f"{who} changed {version} while you edited it, so nothing of yours was saved. What you "
        "entered is still here: open the quote in a second tab, compare, and enter it there."
    )


def _write_header(version: Version, edit: Edit) -> None:
    for name in HEADER:
        if name in edit.header:
            setattr(version, name, edit.header[name])
    lists = choices.offered()
    choices.settle_terms(version, lists)
    wrong = choices.complaints(version, lists)
    if wrong:
        raise Incomplete(f"{wrong[0][:1].upper()}{wrong[0][1:]}.")
    if not 0 <= version.discount_percent < HUNDRED:
        raise Incomplete("The discount on all lines must be at least 0 and below 100 percent.")
    if version.freight_net < 0:
        raise Incomplete("Freight must not be negative.")
    if not 0 <= version.freight_tax_percent < HUNDRED:
        raise Incomplete("The tax on freight must be at least 0 and below 100 percent.")


def _lines(version: Version, edit: Edit) -> list[VersionLine]:
    """The lines in their order, numbered anew; none of them is saved."""
    if len(edit.lines) > MOST_LINES:
        raise Incomplete(f"A quote has at most {MOST_LINES} lines; split it.")
    known = {line.pk: line for line in version.lines.all()}
    lines = []
    for n, entered in enumerate(_in_order(edit), start=1):
        line = _existing(known, entered) if entered.line_id else VersionLine(version=version)
        _write(line, entered)
        line.n = n
        lines.append(line)
    return lines


def _in_order(edit: Edit) -> list[EditedLine]:
    return sorted(edit.lines, key=lambda entered: entered.place)


def _existing(known: dict[int, VersionLine], entered: EditedLine) -> VersionLine:
    """Each line once; another version's line is as unknown as one that is gone."""
    try:
        return known.pop(entered.line_id or 0)
    except KeyError:
        raise Incomplete(f"Line {entered.place} is not part of this quote any more.") from None


def _write(line: VersionLine, entered: EditedLine) -> None:
    _refuse_wrong(entered)
    if entered.sku != line.sku:
        _forget_product(line)
    if entered.unit_price != line.unit_price:
        line.is_price_manual = entered.unit_price is not None
    line.sku, line.title = entered.sku, entered.title or entered.sku
    line.description, line.note = entered.description, entered.note
    line.quantity, line.unit = entered.quantity, entered.unit
    line.unit_price, line.discount_percent = entered.unit_price, entered.discount_percent
    line.tax_percent, line.is_optional = entered.tax_percent, entered.is_optional
    line.tiers = tiers.written(_marked(line, entered.tiers))


def _marked(line: VersionLine, entered: Sequence[Tier]) -> list[Tier]:
    """A price that was there already keeps its mark; another one was typed."""
    known = {(tier.from_quantity, tier.unit_price): tier for tier in tiers.read(line.tiers)}
    return [
        known.get((tier.from_quantity, tier.unit_price))
        or replace(tier, is_manual=tier.unit_price is not None)
        for tier in entered
    ]


def _refuse_wrong(entered: EditedLine) -> None:
    place = entered.place
    if entered.quantity <= 0:
        raise Incomplete(f"Line {place}: the quantity must be above zero.")
    if not (entered.sku or entered.title):
        raise Incomplete(f"Line {place}: enter a SKU or a title.")
    if entered.unit_price is not None and entered.unit_price < 0:
        raise Incomplete(f"Line {place}: the price must not be negative.")
    if not 0 <= entered.discount_percent <= 100:
        raise Incomplete(f"Line {place}: the discount must be between 0 and 100 percent.")
    if entered.tax_percent is not None and not 0 <= entered.tax_percent < HUNDRED:
        raise Incomplete(f"Line {place}: the tax must be at least 0 and below 100 percent.")
    wrong = tiers.complaint(entered.tiers, quantity=entered.quantity, unit_price=entered.unit_price)
    if wrong:
        raise Incomplete(f"Line {place}: {wrong}.")


def _forget_product(line: VersionLine) -> None:
    """What was known of another article says nothing about this one; its price is by hand."""
    line.list_price = line.unit_cost = line.cost_as_of = None
    line.basis, line.variant_ref, line.tiers = {}, "", []
    line.is_price_manual = line.unit_price is not None


def _alternatives(edit: Edit, lines: list[VersionLine]) -> list[tuple[VersionLine, VersionLine]]:
    """(the alternative, the line it may be taken instead of) by the places as entered."""
    ordered = _in_order(edit)
    at: dict[int, list[VersionLine]] = {}
    for entered, line in zip(ordered, lines, strict=True):
        at.setdefault(entered.place, []).append(line)
        line.alternative_to = None
    pairs = []
    for entered, line in zip(ordered, lines, strict=True):
        if entered.alternative is not None:
            pairs.append((line, _other(at, entered, line)))
    _refuse_chains(pairs)
    return pairs


def _other(at: dict[int, list[VersionLine]], entered: EditedLine, line: VersionLine) -> VersionLine:
    found = at.get(entered.alternative or 0, [])
    if len(found) != 1 or found[0] is line:
        raise Incomplete(
            f"Line {entered.place}: name one other line, by its number, that it is an "
            "alternative to."
        )
    return found[0]


def _refuse_chains(pairs: list[tuple[VersionLine, VersionLine]]) -> None:
    """An alternative of an alternative would leave nothing that counts."""
    alternatives = {id(line) for line, _ in pairs}
    for line, other in pairs:
        if id(other) in alternatives:
            raise Incomplete(
                f"Line {line.n}: it is an alternative to a line that is an alternative itself."
            )
