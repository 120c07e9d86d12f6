"""How far a run is, how fast it goes and how long it will take. Pure but for the estimate."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.models import Flow, Run
from integrations.records import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`percent` and `left` are None where nothing tells how much there is."""

    read: int
    expected: int | None
    percent: int | None
    per_s: float | None
    left: timedelta | None


def progress_of(run: Run, *, now: datetime) -> Progress:
    """The rate is of finished pages; a run that is over has nothing left."""
    begun = run.begun_at or run.started_at
    ends = run.last_page_at or now
    seconds = (ends - begun).total_seconds()
    per_s = run.read / seconds if run.read and seconds > 0 else None
    if not run.is_running:
        percent = 100 if run.state == Run.State.DONE else None
        return Progress(
            read=run.read, expected=run.expected, percent=percent, per_s=per_s, left=None
        )
    expected = run.expected if run.expected and run.expected >= run.read else None
    rest = expected - run.read if expected is not None else None
    return Progress(
        read=run.read,
        expected=expected,
        percent=min(99, 100 * run.read // expected) if expected else None,
        per_s=per_s,
        left=timedelta(seconds=rest / per_s) if rest is not None and per_s else None,
    )


def expected_reads(flow: Flow, window: Window, applies: Run | None) -> int | None:
    """How many records a new run will probably read: as many as the plan that it applies, or
    as the last complete run, for a window of changes nothing tells."""
    if applies is not None:
        return applies.read
    if window.start is not None:
        return None
    done = flow.runs.filter(state=Run.State.DONE, window_start=None, applies=None)
    return done.order_by("-id").values_list("read", flat=True).first()
