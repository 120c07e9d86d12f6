"""Three workers, each a process tree of its own, over one PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine.models import Attempt
from tests.engine.http_kinds import LONG
from tests.engine.order_server import OrderServer
from tests.engine.placing import all_done, placing_at
from tests.support import postgres
from tests.support.processes import Worker, running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MOST = 400  # jobs until each tree has done one

BROKERS = {
    "notify": {},
    "orm": {"ENGINE_NOTIFY": "false"},
    "redis": {"ENGINE_NOTIFY": "false", "Q_REDIS_URL": "redis://127.0.0.1:6379/8"},
}


@pytest.fixture
def environment(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    name = f"test_engine_scale_out_{os.getpid()}"
    with django_db_blocker.unblock():
        url = postgres.create_migrated(name)
        with postgres.as_default(url):
            yield {"DATABASE_URL": url, "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds"}
    postgres.drop(name)


@pytest.mark.parametrize(
    "broker", ["notify", "orm", pytest.param("redis", marks=pytest.mark.redis)]
)
def test_three_workers_share_the_work_and_keep_the_order_of_each_key(
    broker: str, environment: dict[str, str], server: OrderServer, tmp_path: Path
) -> None:
    place = placing_at(server, max_running=12)

    with ExitStack() as running:
        trees = [
            running.enter_context(
                running_worker({**environment, **BROKERS[broker]}, tmp_path, "--lane", "orders")
            )
            for _ in range(3)
        ]
        for tree in trees:
            tree.q_workers("orders")
        for number in range(40):
            place(str(number))
        for seq in range(3):
            for key in "abcdefgh":
                place(key, kind=LONG.name, seq=seq, seconds=0.15)
        wait_for(all_done, "\n".join(tree.log for tree in trees))
        placed = 40
        # On a busy machine one tree may come to nothing while the others are quick: more, then.
        while not all(_jobs_done(tree) for tree in trees) and placed < MOST:
            for number in range(placed, placed + 20):
                place(str(number))
            placed += 20
            wait_for(all_done, "\n".join(tree.log for tree in trees))

    assert server.numbers() == sorted(map(str, range(placed)))
    for key in "abcdefgh":
        moments = [(what, seq) for what, of, seq in server.moments if of == key]
        assert moments == [(what, seq) for seq in range(3) for what in ("begun", "ended")]
    assert all(_jobs_done(tree) for tree in trees)
    assert not Attempt.objects.filter(outcome=Attempt.CRASHED).exists()


def _jobs_done(worker: Worker) -> int:
    return worker.log.count("job_done")
