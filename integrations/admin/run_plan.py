"""The plan of a run on its page: filtered, paged by number, and as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from integrations.models import PlannedChange, Run

SHOWN = 100
FILE_CHUNK = 2000
HEAD = ("number", "what", "id", "record", "why", "field", "before", "after")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Action = PlannedChange.Action
# Tab, its words, its action, and where the run counts it.
TABS = (
    ("all", "All", None, "told"),
    (Action.CREATE, "Created", Action.CREATE, "created"),
    (Action.CHANGE, "Changed", Action.CHANGE, "changed"),
    (Action.REMOVE, "Removed", Action.REMOVE, "removed"),
    (Action.SKIP, "Skipped", Action.SKIP, "skipped"),
    (Action.FAILED, "Failed", Action.FAILED, "failed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of a plan. `following` is where the next page begins, 0 at the end."""

    tab: str
    words: str
    rows: list[PlannedChange]
    following: int


def shown(request: HttpRequest, run: Run) -> Shown:
    tab, rows = chosen(request, run)
    found = list(rows.filter(number__gt=_number(request.GET.get("after")))[: SHOWN + 1])
    following = found[SHOWN - 1].number if len(found) > SHOWN else 0
    words = request.GET.get("q", "").strip()
    return Shown(tab=tab, words=words, rows=found[:SHOWN], following=following)


def tabs(run: Run) -> list[tuple[str, str, int]]:
    """(tab, words, how many), from the counts of the run."""
    return [(name, words, getattr(run, count)) for name, words, _, count in TABS]


def chosen(request: HttpRequest, run: Run) -> tuple[str, QuerySet[PlannedChange]]:
    """The tab and its rows, narrowed by the words that were searched for."""
    asked = request.GET.get("plan", "all")
    name, _, action, _ = next((tab for tab in TABS if tab[0] == asked), TABS[0])
    rows = run.planned.order_by("number")
    if action is not None:
        rows = rows.filter(action=action)
    words = request.GET.get("q", "").strip()[:100]
    if words:
        fits = Q(ref__icontains=words) | Q(label__icontains=words) | Q(reason__icontains=words)
        rows = rows.filter(fits)
    return name, rows


def as_csv(request: HttpRequest, run: Run) -> StreamingHttpResponse:
    """The chosen rows, one line per changed field, written while they are read."""
    _, rows = chosen(request, run)
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}-plan.csv"'
    return answer


class _Echo:
    """What a csv writer writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: QuerySet[PlannedChange]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEAD)
    for row in _in_chunks(rows):
        about = (row.number, row.action, row.ref, row.label, row.reason)
        for change in row.changes or [("", "", "")]:
            yield writer.writerow(_safe((*about, *change)))


def _in_chunks(rows: QuerySet[PlannedChange]) -> Iterator[PlannedChange]:
    """All of them, without holding a cursor or more than one chunk."""
    after = 0
    while chunk := list(rows.filter(number__gt=after)[:FILE_CHUNK]):
        yield from chunk
        after = chunk[-1].number


def _safe(cells: Iterable[object]) -> list[str]:
    """A spreadsheet would run a text that begins like a formula."""
    texts = map(str, cells)
    return [
        f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text for text in texts
    ]


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else 0
