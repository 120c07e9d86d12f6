"""What a kind of batch flow brings along: how it handles one page."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from integrations.flows.runs.guard import refuse_mass_removal
from integrations.flows.runs.plan import WRITING_ACTIONS, PlannedRefs
from integrations.models import Flow, Run
from integrations.records import Window

CHANGED_SINCE_PLAN = "changed since the plan; the next run shows it"
Action = Literal["create", "change", "remove", "skip", "failed"]
# After the last page of a complete window a flow may go on with pages of its own, which remove
# what the source no longer has. Their cursors begin like this.
GONE = "gone:"

__all__ = ["GONE", "WRITING_ACTIONS", "Action", "PageOutcome", "PlanItem", "Work"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """What was done, or would be, with one record. Unchanged ones have no item.

    `reason` is a sentence for an operator; `fingerprint` is what would be written, so that a
    plan is applied only to what was looked at. `changes` holds (field, before, after), each as
    a person reads it; of a new record before is empty.
    """

    action: Action
    ref: str
    label: str
    reason: str = ""
    fingerprint: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """One page, handled completely. `next_cursor` None: it was the last of the window."""

    read: int
    unchanged: int
    items: tuple[PlanItem, ...]
    next_cursor: str | None

    @classmethod
    def of_nothing(cls, next_cursor: str | None) -> "PageOutcome":
        """A page of the flow's own on which no record was read or told of."""
        return cls(read=0, unchanged=0, items=(), next_cursor=next_cursor)

    def count(self, action: Action) -> int:
        return sum(item.action == action for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One run at work. `checkpoint` is the step's: call it right before each write.

    `planned` is set while a plan is applied: record ref to the fingerprint that was planned.
    `is_dry`: only looks ahead, whatever the run may do; see `flows.runs.ahead`.
    """

    flow: Flow
    run: Run
    actor: str
    checkpoint: Callable[[], None]
    planned: Mapping[str, str] | PlannedRefs | None = None
    is_dry: bool = False

    @property
    def writes(self) -> bool:
        return not self.is_dry and (self.run.mode == Flow.Mode.LIVE or self.planned is not None)

    def expect(self, refs: Iterable[str]) -> None:
        """Looks up in one query what was planned for the records of this page; without it each
        `is_planned` costs a query. What was expected before is forgotten."""
        if isinstance(self.planned, PlannedRefs):
            self.planned.expect(refs)

    def is_planned(self, ref: str, fingerprint: str) -> bool:
        """Whether this very content may be written; always true outside of a plan."""
        return self.planned is None or self.planned.get(ref) == fingerprint

    def before_removing(self, count: int) -> None:
        """Call it before `count` more records of a source's page are taken away from buyers.

        Raises NeedsOperator when they are too many to be believed; pages that begin with
        GONE are looked through by the core before the first of them.
        """
        if self.writes:
            refuse_mass_removal(self.run, count)


HandlePage = Callable[[Window, str | None], PageOutcome]
OpenBatch = Callable[[Work], AbstractContextManager[HandlePage]]


class BatchNotRegistered(LookupError):
    """No batch work is known for this kind of flow."""


_batches: dict[str, OpenBatch] = {}


def is_gone_page(page: str | None) -> bool:
    return page is not None and page.startswith(GONE)


def register_batch(kind: str, open_batch: OpenBatch) -> None:
    """Makes a kind of flow runnable. `open_batch(work)` is a context around many pages; it
    yields `(window, cursor) -> PageOutcome`, which must be safe to repeat for a page."""
    _batches[kind] = open_batch


def is_batch(kind: str) -> bool:
    return kind in _batches


def batch_of(kind: str) -> OpenBatch:
    try:
        return _batches[kind]
    except KeyError as exc:
        raise BatchNotRegistered(f"Flows of kind {kind} cannot be run as a batch.") from exc
