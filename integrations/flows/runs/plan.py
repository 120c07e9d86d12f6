"""The plan of a run as rows: kept page by page, looked up page by page."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Protocol

from integrations.flows.bulk import insert_each
from integrations.models import PlannedChange, Run

# What a plan would write; the others are told only.
WRITING_ACTIONS = ("create", "change", "remove")
ROWS_AT_ONCE = 500
UNMET = (
    "not written: the source did not name it as planned any more, or the storefront had it "
    "already; the next run shows it"
)
LONGEST_REF = LONGEST_LABEL = 300


class Item(Protocol):
    """What `PlanItem` has; it is declared where flows find it."""

    @property
    def action(self) -> str: ...
    @property
    def ref(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]: ...


def keep_items(run: Run, items: Sequence[Item]) -> None:
    """Adds a page's rows behind those that `run` counts already.

    For the transaction that moves the cursor behind the page: so a page that is read again
    after a kill has no row yet. A number that exists is refused by the database.
    """
    insert_each(
        PlannedChange,
        ("run", "number", "action", "ref", "label", "reason", "fingerprint", "changes"),
        (
            (
                run.pk,
                number,
                item.action,
                item.ref[:LONGEST_REF],
                item.label[:LONGEST_LABEL],
                item.reason,
                item.fingerprint,
                item.changes,
            )
            for number, item in enumerate(items, start=run.told + 1)
        ),
    )


def told_already(run: Run, refs: Iterable[str]) -> set[tuple[str, str]]:
    """(ref, fingerprint) of these records that the run's plan has already, in one query."""
    rows = PlannedChange.objects.filter(run=run, ref__in=[ref[:LONGEST_REF] for ref in refs])
    return set(rows.values_list("ref", "fingerprint"))


def note_unmet(run: Run) -> int:
    """At the end of a run that applies a plan: what was planned and told of on none of its pages
    is told now, as skipped; how many those are. For the transaction that ends the run."""
    planned = PlannedChange.objects.filter(run=run.applies_id, action__in=WRITING_ACTIONS)
    rows = planned.order_by("number").values_list("ref", "label").iterator(ROWS_AT_ONCE)
    told, last = 0, run.told
    while some := dict(islice(rows, ROWS_AT_ONCE)):
        of_run = PlannedChange.objects.filter(run=run, ref__in=some)
        unmet = some.keys() - set(of_run.values_list("ref", flat=True))
        insert_each(
            PlannedChange,
            ("run", "number", "action", "ref", "label", "reason", "fingerprint", "changes"),
            (
                (run.pk, number, "skip", ref, some[ref], UNMET, "", ())
                for number, ref in enumerate(sorted(unmet), start=last + told + 1)
            ),
        )
        told += len(unmet)
    return told


class PlannedRefs:
    """Record ref to the fingerprint that a run planned to write; holds one page at a time."""

    def __init__(self, run: Run) -> None:
        self._run_id = run.pk
        self._known: dict[str, str | None] = {}

    def expect(self, refs: Iterable[str]) -> None:
        """Looks these up together and forgets the others."""
        self._known = dict.fromkeys(refs)
        waiting = iter(list(self._known))
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            self._known |= self._planned(some)

    def get(self, ref: str) -> str | None:
        if ref not in self._known:
            if len(self._known) > ROWS_AT_ONCE:
                self._known = {}
            self._known[ref] = self._planned([ref]).get(ref)
        return self._known[ref]

    def _planned(self, refs: Sequence[str]) -> dict[str, str]:
        """The last one counts, where a record came twice."""
        whole = {ref[:LONGEST_REF]: ref for ref in refs}
        rows = PlannedChange.objects.filter(
            run=self._run_id, ref__in=whole, action__in=WRITING_ACTIONS
        )
        found = rows.order_by("number").values_list("ref", "fingerprint")
        return {whole[ref]: fingerprint for ref, fingerprint in found}
