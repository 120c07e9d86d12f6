"""What a kind of batch flow brings along: how it handles one page."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Literal

from integrations.models import Flow, Run
from integrations.records import Window

Action = Literal["create", "change", "remove", "skip", "failed"]
# What a plan would write; the others are told only.
WRITING_ACTIONS = ("create", "change", "remove")


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

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """One page, handled completely. `next_cursor` None: it was the last of the window."""

    read: int
    unchanged: int
    items: tuple[PlanItem, ...]
    next_cursor: str | None

    def count(self, action: Action) -> int:
        return sum(item.action == action for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One run at work. `checkpoint` is the step's: call it right before each write.

    `planned` is set while a plan is applied: record ref to the fingerprint that was planned.
    """

    flow: Flow
    run: Run
    actor: str
    checkpoint: Callable[[], None]
    planned: Mapping[str, str] | None = None

    @property
    def writes(self) -> bool:
        return self.run.mode == Flow.Mode.LIVE or self.planned is not None

    def is_planned(self, ref: str, fingerprint: str) -> bool:
        """Whether this very content may be written; always true outside of a plan."""
        return self.planned is None or self.planned.get(ref) == fingerprint


HandlePage = Callable[[Window, str | None], PageOutcome]
OpenBatch = Callable[[Work], AbstractContextManager[HandlePage]]


class BatchNotRegistered(LookupError):
    """No batch work is known for this kind of flow."""


_batches: dict[str, OpenBatch] = {}


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


def planned_of(run: Run) -> dict[str, str]:
    """Record ref to planned fingerprint of everything a plan would write."""
    rows: list[dict[str, Any]] = run.plan
    return {row["ref"]: row["fingerprint"] for row in rows if row["action"] in WRITING_ACTIONS}
