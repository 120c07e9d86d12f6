"""What a run of the matrix says."""

from collections.abc import Iterator, Sequence
from statistics import median

from tests.faults.cells import BACKWARD, FORWARD, REAL, Cell
from tests.faults.play import Outcome

REPEAT = "python -m tests.faults --only '{}'"
TAIL_LINES = 25


def failure(outcome: Outcome) -> Iterator[str]:
    """One failing cell: its name, how to repeat it alone, what the checker saw."""
    word = "NOT RUN" if outcome.not_run else "FAILED"
    yield f"{word} {outcome.cell.name}"
    yield f"    repeat: {REPEAT.format(outcome.cell.name)}"
    for problem in [outcome.not_run] if outcome.not_run else outcome.problems:
        yield f"    {problem}"
    for line in outcome.log.splitlines()[-TAIL_LINES:]:
        yield f"    | {line}"


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One row for each point and fault."""
    head = ("point", "fault", "runs", "failed", "lost", "doubled", "doubled, found", "median s")
    yield _row(*head, "worst s")
    rows: dict[tuple[str, str, bool], list[Outcome]] = {}
    for outcome in outcomes:
        cell = outcome.cell
        if not outcome.not_run:
            rows.setdefault((cell.point, cell.action, cell.is_real), []).append(outcome)
    for (point, action, is_real), some in sorted(rows.items(), key=_place):
        yield _figures(f"{point} (real)" if is_real else point, action, some)
    yield _figures("all", "", [one for one in outcomes if not one.not_run])


def _place(row: tuple[tuple[str, str, bool], object]) -> tuple[bool, int, str]:
    """Rows come in the order in which a job meets the points, those of real processes last."""
    point, action, is_real = row[0]
    order = [cell.point for cell in REAL] if is_real else [*FORWARD, *BACKWARD]
    return is_real, order.index(point), action


def _figures(point: str, action: str, outcomes: Sequence[Outcome]) -> str:
    times = [one.recovery_s for one in outcomes if one.recovery_s is not None]
    return _row(
        point,
        action,
        len(outcomes),
        sum(one.is_failed for one in outcomes),
        sum(one.lost for one in outcomes),
        sum(one.doubled for one in outcomes),
        sum(one.doubled_found for one in outcomes),
        f"{median(times):.1f}" if times else "-",
        f"{max(times):.1f}" if times else "-",
    )


def _row(point: object, action: object, *figures: object) -> str:
    widths = (5, 7, 5, 8, 15, 9, 8)
    shown = "".join(f"{figure!s:>{width}}" for figure, width in zip(figures, widths, strict=True))
    return f"{point!s:<24}{action!s:<10}{shown}"


def summary(planned: Sequence[Cell], outcomes: Sequence[Outcome]) -> str:
    ran = sum(not one.not_run for one in outcomes)
    return (
        f"planned {len(planned)}, ran {ran}, not run {len(planned) - ran}, "
        f"failed {sum(one.is_failed for one in outcomes)}"
    )
