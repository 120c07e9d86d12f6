"""One round of one side: warm up, start jobs one by one, then as many as it can do."""

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.engine.remote import Post, Remote
from tests.benchmarks.engine.sides import WORKERS, Running, Side

WARM_UP = 40
WARM_UPS = 5
LONGEST_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`jobs_per_s` from the first POST to the last; `starts_ms` from commit to first step."""

    side: str
    jobs_per_s: float
    starts_ms: list[float]
    by_process: list[int]

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.starts_ms)

    def __str__(self) -> str:
        p95 = statistics.quantiles(self.starts_ms, n=20)[-1]
        return (
            f"{self.side}: {self.jobs_per_s:.1f} jobs/s (POSTs by process "
            f"{' + '.join(map(str, self.by_process))}), start p50 {self.p50_ms:.1f} ms, "
            f"p95 {p95:.1f} ms"
        )


def play(side: Side, remote: Remote, *, jobs: int, singles: int) -> Round:
    """Raises RuntimeError unless every job is done and every step was sent exactly once."""
    remote.reset()
    with side.running(remote) as running:
        warmed = _warm_up(running, remote)
        starts_ms = _start_latencies(running, remote, warmed, singles)
        remote.reset()
        running.start_all(warmed + singles, jobs)
        posts = _sent(remote, jobs)
        _wait(
            lambda: running.done() == warmed + singles + jobs, f"{side.name}: jobs stay open", 0.5
        )
    return Round(
        side=side.name,
        jobs_per_s=jobs / (posts[-1].came - posts[0].came),
        starts_ms=starts_ms,
        by_process=sorted(Counter(post.pid for post in posts).values()),
    )


def _warm_up(running: Running, remote: Remote) -> int:
    """Runs jobs until every worker process has had some; how many."""
    for n in range(1, WARM_UPS + 1):
        running.start_all((n - 1) * WARM_UP, WARM_UP)
        _wait(lambda n=n: remote.count() >= n * WARM_UP * 3, "the warm-up does not end")  # type: ignore[misc]
        if len({post.pid for post in remote.posts()}) >= WORKERS:
            break
    time.sleep(1)
    return n * WARM_UP


def _start_latencies(running: Running, remote: Remote, first: int, count: int) -> list[float]:
    remote.reset()
    committed = running.start_one_by_one(first, count)
    posts = _sent(remote, count)
    began = {post.job: post.began for post in posts if post.step == 1}
    return [(began[job] - at) * 1000 for job, at in committed.items()]


def _sent(remote: Remote, jobs: int) -> list[Post]:
    """All POSTs of that many jobs; RuntimeError when one is missing or came twice."""
    _wait(lambda: remote.count() >= 3 * jobs, "not everything was sent")
    posts = remote.posts()
    steps = Counter((post.job, post.step) for post in posts)
    if len(posts) != 3 * jobs or len(steps) != 3 * jobs:
        raise RuntimeError(f"{len(posts)} POSTs, {len(steps)} different, of {jobs} jobs")
    return posts


def _wait(is_so: Callable[[], bool], complaint: str, pause_s: float = 0.1) -> None:
    ends = time.monotonic() + LONGEST_S
    while not is_so():
        if time.monotonic() > ends:
            raise RuntimeError(complaint)
        time.sleep(pause_s)
