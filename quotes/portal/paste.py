"""Lines pasted from a spreadsheet: SKU, quantity, then target price and note. Pure.

Columns are parted by tabs, semicolons or commas, whichever the text has, in that order. A
header line is skipped.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from quotes.portal.amounts import BadNumber, number_in

# First or second cells of a header line, in the languages of the portal.
HEADS = frozenset(
    {"sku", "article", "artikel", "artikelnummer", "artikelnr", "référence", "reference"}
    | {"item", "part", "qty", "quantity", "menge", "anzahl", "quantité", "quantite"}
)
MOST_ERRORS = 50  # that are told at once
MOST_COLUMNS = 4
LineRow = dict[str, str]  # the texts of one line of the form, by the names of its fields


@dataclass(slots=True)
class Pasted:
    """`rows` can be taken; `left` is the text of the others, each with its entry in `errors`."""

    rows: list[LineRow] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read(text: str, *, room: int) -> Pasted:
    """Every row of the text, as a line or left where it is; `room` is how many lines fit."""
    found = Pasted()
    for number, raw, cells in _rows(text):
        if number == 1 and _is_head(cells):
            continue
        try:
            if len(found.rows) == room:
                raise BadNumber(_("there is no room for more lines; split the request."))
            found.rows.append(_line(cells))
        except BadNumber as bad:
            found.left.append(raw)
            _tell(found, number, bad)
    return found


def _tell(found: Pasted, number: int, bad: BadNumber) -> None:
    if len(found.errors) < MOST_ERRORS:
        told = {"row": number, "problem": str(bad)}
        found.errors.append(_("Row %(row)s: %(problem)s") % told)


def _rows(text: str) -> Iterator[tuple[int, str, list[str]]]:
    delimiter = next((one for one in "\t;" if one in text), ",")
    filled = [row for row in text.lstrip("\ufeff").splitlines() if row.strip(" \t;,")]
    for number, raw in enumerate(filled, start=1):
        yield number, raw, _cells(raw, delimiter)


def _cells(raw: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([raw], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:  # a cell longer than any text that fits a line
        return []
    return [cell.strip() for cell in cells]


def _is_head(cells: list[str]) -> bool:
    return any(cell.lower().rstrip(".") in HEADS for cell in cells[:2])


def _line(cells: list[str]) -> LineRow:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise BadNumber(_("there are more than four columns; quote texts that hold the separator."))
    sku, quantity, target, note = (*cells, "", "", "", "")[:MOST_COLUMNS]
    if not sku:
        raise BadNumber(_("the SKU is missing."))
    if not quantity:
        raise BadNumber(_("the quantity is missing."))
    if number_in(quantity) <= 0:
        raise BadNumber(_("the quantity must be above zero."))
    if target and number_in(target) < 0:
        raise BadNumber(_("the target price must not be below zero."))
    return {"sku": sku, "quantity": quantity, "target_price": target, "note": note}
