"""The axes of the matrix, and the cells they span."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

STEPS = {
    "repeatable": "a step without `find` that is safe to repeat",
    "create": "a create with `find`",
    "pivot": "a create with `find` and a settle time, which is the pivot",
    "later": "a step after the pivot, on another resource",
    "undo": "the undoing of a create",
}
ANSWERS = {
    "answered": "the remote does it and says so",
    "lost": "it does it, and the answer is lost",
    "slow": "it does it after the caller has given up",
    "refused": "it refuses it for good",
    "throttled": "it answers 429 with Retry-After once",
}
REMOTES = {
    "keyed": "a remote that knows our reference again",
    "keyless": "a remote that takes two orders with one reference",
}
ACTIONS = {
    "kill": "SIGKILL",
    "kill_each": "SIGKILL to every worker that gets there, until the engine gives up",
    "stop": "SIGSTOP for longer than the lease, SIGCONT after another worker took over",
}
# The points at which a forked worker is hit; the words of each are in engine.faults.
FORWARD = (
    "started",
    "claiming",
    "claimed",
    "slot_changed",
    "intent",
    "looked",
    "checked",
    "in_flight",
    "sent",
    "recorded",
    "settling",
    "failed",
    "given_back",
    "finished",
    "sweeping",
    "swept",
)
BACKWARD = ("undo_intent", "undo_checked", "undo_sent", "undone")
OF_A_STEP = {"intent", "looked", "checked", "sent", "recorded", "failed", *BACKWARD}
TARGETS = {
    "repeatable": "note",
    "create": "create",
    "pivot": "create",
    "later": "note",
    "undo": "create",
    "real": "create",
}
# The route of the call whose answer the cell is about.
ROUTES = {**TARGETS, "undo": "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    point: str
    action: str
    step: str
    answer: str
    remote: str

    @property
    def name(self) -> str:
        return f"{self.point}:{self.action}/{self.step}/{self.answer}/{self.remote}"

    @property
    def is_real(self) -> bool:
        """Whether it runs with real processes of ours instead of forked ones."""
        return self.step == "real"

    @property
    def route(self) -> str:
        return ROUTES[self.step]

    @property
    def fault(self) -> str:
        """What a worker is armed with, as in ENGINE_FAULT."""
        return f"{self.point}{_narrowed(self)}:{self.action.partition('_')[0]}"

    @property
    def may_double(self) -> bool:
        """A sender stalled behind its last check, at a remote that knows nothing again."""
        return (self.point, self.action, self.remote) == ("checked", "stop", "keyless")


def _narrowed(cell: Cell) -> str:
    """The part of a fault that names its step, so that it hits the step the cell is about."""
    if cell.point == "claimed":
        return "/compensating" if cell.step == "undo" else ""
    if (cell.point, cell.step, cell.answer) == ("failed", "undo", "answered"):
        return "/pay"  # the refusal that turns the job back
    return f"/{TARGETS[cell.step]}" if cell.point in OF_A_STEP else ""


def every_combination() -> Iterator[Cell]:
    for point, action, step, answer, remote in product(
        FORWARD + BACKWARD, ACTIONS, STEPS, ANSWERS, REMOTES
    ):
        yield Cell(point=point, action=action, step=step, answer=answer, remote=remote)


def _real(point: str, action: str, remote: str) -> Cell:
    return Cell(point=point, action=action, step="real", answer="answered", remote=remote)


REAL = (
    _real("event_handled", "kill", "keyed"),
    _real("event_committed", "kill", "keyed"),
    _real("sent", "kill", "keyless"),
    _real("checked", "stop", "keyed"),
    _real("checked", "stop", "keyless"),
    _real("sweeping", "kill", "keyless"),
    _real("swept", "kill", "keyless"),
    _real("tree", "stop", "keyed"),
    _real("cluster_workers", "kill", "keyless"),
    _real("cluster_workers", "stop", "keyless"),
    _real("cluster_stuck", "kill", "keyless"),
    _real("cluster_killed", "kill", "keyless"),
)
