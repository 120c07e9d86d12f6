"""What came of a run, as lines for people and a verdict for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from integrations.engine.models import SyncJob
from tests.faults.nemesis import pace
from tests.faults.nemesis.checker import Findings
from tests.faults.nemesis.killers import Happened
from tests.faults.nemesis.schedule import Plan

CARRIERS = {"notify": "NOTIFY", "table": "django-q2's table", "redis": "Redis"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of fault. `worst_s` is until the last job that was open at its end went on."""

    name: str
    times: int
    worst_s: float
    lost: int
    doubled: int


@dataclass(slots=True, kw_only=True)
class Report:
    """`recovered_s` is from the last fault's end until all was as it must be; None for never."""

    plan: Plan
    limits: pace.Limits
    findings: Findings
    rows: list[Row] = field(default_factory=list)
    recovered_s: float | None = None
    open_jobs_s: float | None = None
    open_at_end: int = 0
    orders: int = 0
    cancelled: int = 0
    changed: int = 0
    events: int = 0
    repeats: int = 0
    released: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    diary: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    stalled: dict[str, str] = field(default_factory=dict)
    last_wrong: list[str] = field(default_factory=list)
    restarts: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return bool(self.problems)

    @property
    def problems(self) -> list[str]:
        """Everything that was not as it must be; empty for a good run."""
        found = self.findings.lines()
        found += [f"PARKED   {words}, too few deaths" for words in self.unexplained]
        limit = self.limits.total_s
        for what, took in (("all", self.recovered_s), ("open jobs", self.open_jobs_s)):
            if took is None or took > limit:
                said = "never" if took is None else f"after {took:.1f} s"
                found.append(f"LATE     {what} right {said}, allowed are {limit:.0f} s")
        if not self.orders:
            found.append("EMPTY    no order was placed")
        return found

    def lines(self) -> list[str]:
        return [*self._head(), *self.diary, "", *self._table(), "", *self._end()]

    def _head(self) -> list[str]:
        plan = self.plan
        return [
            f"seed {plan.seed}, {plan.seconds:.0f} s, {plan.trees} worker trees, wake-ups "
            f"through {CARRIERS[plan.broker]}",
            f"times: {pace.words()}",
        ]

    def _table(self) -> list[str]:
        rows = [("fault", "times", "worst s to go on", "lost", "doubled")]
        rows += [
            (row.name, str(row.times), f"{row.worst_s:.1f}", str(row.lost), str(row.doubled))
            for row in sorted(self.rows, key=lambda row: row.name)
        ]
        rows.append(
            (
                "total",
                str(sum(row.times for row in self.rows)),
                f"{max((row.worst_s for row in self.rows), default=0.0):.1f}",
                str(len(self.findings.lost)),
                str(len(self.findings.doubled)),
            )
        )
        widths = [max(len(row[n]) for row in rows) for n in range(5)]
        return [
            "  ".join(
                cell.ljust(width) if n == 0 else cell.rjust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]

    def _end(self) -> list[str]:
        again = f"python -m tests.faults.nemesis --seed {self.plan.seed}"
        lines = [
            f"{self.orders} orders placed, {self.cancelled} cancelled, {self.changed} changed; "
            f"{self.events} events stored, {self.repeats} came again",
            f"processes started again: {_counted(self.restarts)}",
            f"jobs requeued whose workers were really killed in a row: {len(self.released)}",
            *(f"  {words}" for words in self.released),
            f"keyless writes repeated by a stalled sender: {len(self.stalled)}",
            *(f"  {order_id}: {words}" for order_id, words in self.stalled.items()),
            f"after the last fault: {self.open_at_end} open jobs went on within "
            f"{_seconds(self.open_jobs_s)}, all was right after {_seconds(self.recovered_s)}; "
            f"allowed {self.limits.promised_s:.0f} s + {self.limits.settle_s:.0f} s settle time",
            *(f"  last to come right: {line}" for line in self.last_wrong[:5]),
        ]
        if not self.failed:
            return [*lines, "PASSED"]
        lines += [*self.problems, *self.stories]
        return [*lines, f"FAILED; again: {again} --seconds {self.plan.seconds:.0f}"]


def rows_of(
    happened: Sequence[Happened], findings: Findings, on_the_way: dict[str, tuple[datetime, ...]]
) -> list[Row]:
    """One row per kind of fault. An order counts at each fault that came while it was under way."""
    rows = []
    for name in dict.fromkeys(one.fault.name for one in happened):
        those = [one for one in happened if one.fault.name == name]
        rows.append(
            Row(
                name=name,
                times=len(those),
                worst_s=max(worst_s(one) for one in those),
                lost=_met(findings.lost, those, on_the_way),
                doubled=_met(findings.doubled, those, on_the_way),
            )
        )
    return rows


def worst_s(one: Happened) -> float:
    """Until the last job that was open at the fault's end went on: tried again, or ended.

    Other faults come meanwhile, so it is an upper bound.
    """
    open_then = SyncJob.objects.filter(created_at__lte=one.ended).exclude(
        finished_at__lte=one.ended
    )
    waits = [0.0]
    for job in open_then.prefetch_related("steps__tries"):
        moments = [
            attempt.started_at
            for step in job.steps.all()
            for attempt in step.tries.all()
            if attempt.started_at > one.ended
        ]
        moments += [job.finished_at] if job.finished_at else []
        if moments:
            waits.append((min(moments) - one.ended).total_seconds())
    return max(waits)


def _met(
    orders: Sequence[str], those: Sequence[Happened], on_the_way: dict[str, tuple[datetime, ...]]
) -> int:
    return sum(
        any(
            one.began <= on_the_way[order][1] and one.ended >= on_the_way[order][0] for one in those
        )
        for order in orders
        if order in on_the_way
    )


def _counted(restarts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in restarts.items() if count) or "none"


def _seconds(took: float | None) -> str:
    return "(never)" if took is None else f"{took:.1f} s"
