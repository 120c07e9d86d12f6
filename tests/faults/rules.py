"""Which combinations are left out of the matrix, and why. Everything else is planned.

That a planned cell's point is reached and its answer given is checked when it runs: a cell
whose fault never happened counts as not run.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.faults.cells import BACKWARD, REAL, Cell, every_combination

STOPPABLE = (
    *("claiming", "sweeping"),  # inside a transaction, with locks that others wait for
    *("claimed", "intent", "checked", "in_flight", "sent", *BACKWARD[:3]),
)
UNDOING = (*BACKWARD, "in_flight", "claimed", "failed", "sweeping", "swept")
STRIDE = 7  # no multiple of the sizes of the axes
REAL_IN_CI = ("event_committed", "swept")
HAVE_FIND = ("create", "pivot")


@dataclass(frozen=True, slots=True)
class Rule:
    """`cannot_occur`: a run of the cell does not reach its point (`--rules` tries it)."""

    reason: str
    leaves_out: Callable[[Cell], bool]
    cannot_occur: bool = field(default=False, kw_only=True)


def _never_sent(cell: Cell) -> bool:
    """`do` never returns: it is refused, or its effect is adopted at the second try.

    Without a settle time the look misses what commits late, and sends again.
    """
    is_adopted = cell.step in HAVE_FIND and cell.answer == "lost"
    return cell.answer == "refused" or is_adopted or (cell.step, cell.answer) == ("pivot", "slow")


RULES = [
    Rule(
        "nothing that is stopped here could still act on the remote or the ledger",
        lambda cell: cell.action == "stop" and cell.point not in STOPPABLE,
    ),
    Rule(
        "that a job which kills each of its workers is given up is told by the count of its "
        "crashes, wherever they died: one point is enough",
        lambda cell: (
            cell.action == "kill_each"
            and ((cell.point, cell.answer) != ("intent", "answered") or cell.step == "undo")
        ),
    ),
    Rule(
        "points of the undoing are reached by the step kind undo alone",
        lambda cell: cell.step != "undo" and cell.point in BACKWARD,
        cannot_occur=True,
    ),
    Rule(
        "on the way to its undoing a job is the job of the step kind create",
        lambda cell: cell.step == "undo" and cell.point not in UNDOING,
    ),
    Rule(
        "an undoing in one go is not claimed a second time",
        lambda cell: (
            (cell.step, cell.point) == ("undo", "claimed")
            and cell.answer in {"answered", "refused"}
        ),
        cannot_occur=True,
    ),
    Rule(
        "only the step after the pivot is on another resource than the one before it",
        lambda cell: cell.point == "slot_changed" and cell.step != "later",
        cannot_occur=True,
    ),
    Rule(
        "the step has no `find`, or is not tried twice: nothing is looked for",
        lambda cell: (
            cell.point == "looked"
            and (cell.step not in HAVE_FIND or cell.answer in {"answered", "refused"})
        ),
        cannot_occur=True,
    ),
    Rule(
        "any other answer comes at once: there is no time between the send and the answer",
        lambda cell: cell.point == "in_flight" and cell.answer != "slow",
    ),
    Rule(
        "`do` never returns: it is refused, or what it did is found and adopted",
        lambda cell: cell.point == "sent" and _never_sent(cell),
        cannot_occur=True,
    ),
    Rule(
        "the undoing never returns: it is refused",
        lambda cell: cell.point in {"undo_sent", "undone"} and cell.answer == "refused",
        cannot_occur=True,
    ),
    Rule(
        "a refused step has no result to record",
        lambda cell: cell.point == "recorded" and cell.answer == "refused",
        cannot_occur=True,
    ),
    Rule(
        "only a look that may come too early waits to settle",
        lambda cell: (
            cell.point == "settling"
            and (cell.step != "pivot" or cell.answer not in {"slow", "throttled"})
        ),
        cannot_occur=True,
    ),
    Rule(
        "nothing fails",
        lambda cell: cell.point == "failed" and cell.answer == "answered" and cell.step != "undo",
        cannot_occur=True,
    ),
    Rule(
        "without a settle time a step declares that its remote commits before the caller's "
        "timeout, or knows a repetition again; a late commit at this remote breaks that promise",
        lambda cell: (
            cell.answer == "slow"
            and cell.remote == "keyless"
            and cell.step in {"repeatable", "create", "later"}
        ),
    ),
    Rule(
        "cancelling by reference is the same at either remote",
        lambda cell: cell.step == "undo" and cell.remote == "keyed",
    ),
]


def reason_to_leave_out(cell: Cell) -> str:
    """The reason of the first rule that leaves it out; empty for a planned cell."""
    rule = _rule_for(cell)
    return rule.reason if rule else ""


def _rule_for(cell: Cell) -> Rule | None:
    return next((rule for rule in RULES if rule.leaves_out(cell)), None)


def planned() -> list[Cell]:
    """The cells that are run by forked workers, then those with real processes."""
    return [*(cell for cell in every_combination() if not reason_to_leave_out(cell)), *REAL]


def named_like(patterns: Sequence[str]) -> list[Cell]:
    """The planned cells whose name holds one of these globs."""
    return [
        cell
        for cell in planned()
        if any(fnmatchcase(cell.name, f"*{pattern}*") for pattern in patterns)
    ]


def ci_subset() -> list[Cell]:
    """What runs with the tests: a forked cell for each point and action, others each time.

    Which one changes from point to point, so that all kinds of steps, answers and remotes
    occur; and one cell for each duty that only real processes have.
    """
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in planned():
        if not cell.is_real:
            groups.setdefault((cell.point, cell.action), []).append(cell)
    chosen = [group[n * STRIDE % len(group)] for n, group in enumerate(groups.values())]
    return [*chosen, *(cell for cell in REAL if cell.point in REAL_IN_CI)]


def said_to_be_impossible() -> list[Cell]:
    """Forked cells that a rule leaves out because their point cannot be reached."""
    return [
        cell
        for cell in every_combination()
        if cell.action == "kill" and (rule := _rule_for(cell)) and rule.cannot_occur
    ]


def left_out() -> Counter[str]:
    """How many combinations each reason leaves out."""
    reasons = Counter(reason_to_leave_out(cell) for cell in every_combination())
    del reasons[""]
    return reasons
