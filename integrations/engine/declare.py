"""Declares kinds of jobs: their steps in order, and what happens around them.

    def create(ctx: StepContext) -> dict[str, Any]:
        ctx.checkpoint()
        return {"ref": remote.create(ctx.payload["number"])}

    register(JobKind("push_order", steps=[StepSpec("create", create, find=look, pivot=True)]))

Kinds are registered once per process, from an app's `ready()`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.engine.editable import EditableField
from integrations.engine.retry import RetryPolicy

if TYPE_CHECKING:
    from integrations.engine.models import JobMove, SyncJob

Output = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a step knows while it runs.

    `attempt` counts from 1. `outputs` maps the names of finished steps to what they
    returned. `checkpoint()` extends the lease and raises Fenced if it is gone: call it
    immediately before a send that the remote would not recognise as a repetition.
    """

    job_id: int
    step_id: int
    attempt_id: int
    payload: Mapping[str, Any]
    outputs: Mapping[str, Mapping[str, Any]]
    resources: Mapping[str, int]
    attempt: int
    actor: str
    checkpoint: Callable[[], None]


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One declared action.

    `do` acts and returns what to remember (JSON; Decimals become strings). `find` looks
    whether an earlier try took effect: what it returns is adopted as the output and `do` is
    not called; None means "not there". A step without `find` must be safe to repeat.
    `undo` takes the effect back; it must be safe to repeat and tolerate that nothing
    happened. `on` is the role of the resource it uses, None for no remote. After the
    `pivot` is done nothing is undone any more. `settle_s` is how long after a lost answer
    `find` may still miss the effect: nothing is sent again before that.
    """

    name: str
    do: Callable[[StepContext], Output | None]
    on: str | None = field(default="erp", kw_only=True)
    find: Callable[[StepContext], Output | None] | None = field(default=None, kw_only=True)
    undo: Callable[[StepContext], None] | None = field(default=None, kw_only=True)
    pivot: bool = field(default=False, kw_only=True)
    settle_s: float | Callable[[StepContext], float] = field(default=0.0, kw_only=True)

    def settle_time_s(self, ctx: StepContext) -> float:
        return self.settle_s(ctx) if callable(self.settle_s) else self.settle_s


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. Hooks run in the transaction of the move, so they must be quick.

    A hook that raises is logged and noted in the job's history, what it wrote is taken back,
    and the move stands: no hook can refuse one.

    `coalesce`: a new job replaces one of its key that has not started (latest wins), and a
    parked one does not block newer ones. Never for orders. `on_move` hears of every move;
    `on_settled` of done, compensated and cancelled; the others of one state each. `editable`
    is what a person may change of the payload while the job is parked or held; `on_edited`
    gets what an edit writes, as part of it: what it raises refuses the edit.

    `goes_back` is asked before finished steps are undone: with the name of the step that was
    refused, or with an empty one when a person cancels the job. Without it they always are.
    It must be quick and call no remote; one that fails undoes nothing.
    """

    name: str
    steps: Sequence[StepSpec]
    lane: str = field(default="orders", kw_only=True)
    retry: RetryPolicy = field(default_factory=RetryPolicy, kw_only=True)
    coalesce: bool = field(default=False, kw_only=True)
    goes_back: Callable[["SyncJob", str], bool] | None = field(default=None, kw_only=True)
    on_parked: Callable[["SyncJob"], None] | None = field(default=None, kw_only=True)
    on_done: Callable[["SyncJob"], None] | None = field(default=None, kw_only=True)
    on_settled: Callable[["SyncJob"], None] | None = field(default=None, kw_only=True)
    on_move: Callable[["SyncJob", "JobMove"], None] | None = field(default=None, kw_only=True)
    editable: Sequence[EditableField] = field(default=(), kw_only=True)
    on_edited: Callable[["SyncJob", Mapping[str, Any]], None] | None = field(
        default=None, kw_only=True
    )

    def __post_init__(self) -> None:
        names = [spec.name for spec in self.steps]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"{self.name}: steps need different names, and at least one.")
        if sum(spec.pivot for spec in self.steps) > 1:
            raise ValueError(f"{self.name}: one step at most can be the pivot.")
        for edited in self.editable:
            if edited.feeds not in names:
                raise ValueError(f"{self.name}: {edited.name} feeds no step of it.")

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all resources that its steps use."""
        return frozenset(spec.on for spec in self.steps if spec.on is not None)


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> JobKind:
    """Makes a kind known to this process. Registering the same name again replaces it."""
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> JobKind:
    """The kind of that name; LookupError if this process does not know it."""
    try:
        return _kinds[name]
    except KeyError as exc:
        raise LookupError(f"No job kind named {name} is registered here.") from exc


def is_known(name: str) -> bool:
    return name in _kinds


def known_names() -> list[str]:
    return list(_kinds)


def lanes() -> list[str]:
    """The lanes of all known kinds, sorted."""
    return sorted({kind.lane for kind in _kinds.values()})
