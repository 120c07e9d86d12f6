"""The portal's side of the contest, in processes of its own like the other side.

    python -m tests.benchmarks.engine.portal_app COMMAND …
    setup URL SLOTS RATE            a connection to the server; its id
    enqueue CONNECTION FIRST COUNT  that many jobs in one transaction
    one-by-one CONNECTION FIRST COUNT   one per transaction, with pauses; when each was committed
    done                            what the ledger holds
    profile CONNECTION COUNT        runs jobs in this process; what each asked of the database

The database is DATABASE_URL; prints one JSON object.
"""

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import psycopg

PAUSES_S = (0.15, 0.45)  # uneven, so that no poll falls into step with them


def main(command: str, *arguments: str) -> object:
    os.environ["DJANGO_SETTINGS_MODULE"] = "erp_portal.settings"
    import django

    django.setup()
    commands = {
        "setup": setup,
        "enqueue": enqueue,
        "one-by-one": one_by_one,
        "done": done,
        "profile": profile,
    }
    return commands[command](*arguments)


def setup(url: str, slots: str, rate_per_s: str) -> dict[str, int]:
    """A connection whose rate limit is switched on, but far above what can be reached."""
    from integrations.engine import limits
    from integrations.engine.models import Resource
    from integrations.gateways.connections import add_connection

    connection = add_connection(
        kind="medusa",
        name="Bench shop",
        url=url,
        settings={},
        credentials={"secret_key": "sk_bench"},
        actor="benchmark",
        allow_private=True,
    )
    burst = max(1, int(float(rate_per_s)))
    Resource.objects.filter(pk=connection.resource_id).update(
        rate_per_s=float(rate_per_s), burst=burst, tokens=burst
    )
    limits.resize(connection.resource_id, max_running=int(slots))
    return {"connection": connection.pk}


def enqueue(connection: str, first: str, count: str) -> dict[str, float]:
    """All at once: the backlog becomes visible with one commit."""
    from django.db import transaction

    with transaction.atomic():
        for number in range(int(first), int(first) + int(count)):
            _start(int(connection), number)
    return {"committed": time.time()}


def one_by_one(connection: str, first: str, count: str) -> dict[str, dict[str, float]]:
    from django.db import transaction

    chance, committed = Random(1), {}
    for number in range(int(first), int(first) + int(count)):
        with transaction.atomic():
            _start(int(connection), number)
            committed[str(number)] = time.time()  # before the commit, which costs an fsync
        time.sleep(chance.uniform(*PAUSES_S))
    return {"committed": committed}


def done() -> dict[str, Any]:
    from django.db import connection

    from integrations.engine.models import JobState, SyncJob
    from integrations.models import Exchange

    with connection.cursor() as cursor:
        safe = {}
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            safe[name] = cursor.fetchone()[0]
    return {
        "done": SyncJob.objects.filter(state=JobState.DONE).count(),
        "jobs": SyncJob.objects.count(),
        "exchanges": Exchange.objects.filter(job__isnull=False, status=200).count(),
        "server": safe,
    }


def profile(connection: str, count: str) -> dict[str, Any]:
    """Runs jobs in this process and counts what each asks of the database."""
    from integrations.engine import runner

    enqueue(connection, "1", "10")
    runner.drain("orders")
    enqueue(connection, "100", count)
    commits = _commits()
    with _counted() as (statements, seconds):
        cpu, began = time.process_time(), time.perf_counter()
        runner.drain("orders")
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    time.sleep(1.5)  # the server counts commits a little later
    jobs = int(count)
    return {
        "statements_per_job": sum(statements.values()) / jobs,
        "commits_per_job": (_commits() - commits) / jobs,
        "ms_per_job": 1000 * spent / jobs,
        "cpu_ms_per_job": 1000 * cpu / jobs,
        "statements": [
            {"per_job": n / jobs, "ms_per_job": 1000 * seconds[sql] / jobs, "sql": sql}
            for sql, n in statements.most_common()
        ],
    }


@contextmanager
def _counted() -> Iterator[tuple[Counter[str], Counter[str]]]:
    """How often each statement ran in this process, and for how many seconds in all.

    Counted in the driver: hand-written statements do not pass Django's cursors.
    """
    execute, statements, seconds = psycopg.Cursor.execute, Counter[str](), Counter[str]()

    def counted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(cursor, query, *arguments, **options)
        finally:
            text = re.sub(r'"s\d+_x\d+"', "…", str(query))  # each savepoint has its own name
            statements[text] += 1
            seconds[text] += time.perf_counter() - began  # type: ignore[assignment]

    psycopg.Cursor.execute = counted
    try:
        yield statements, seconds
    finally:
        psycopg.Cursor.execute = execute


def _commits() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def _start(connection: int, number: int) -> None:
    from integrations.engine.start import start_job
    from integrations.models import Connection
    from tests.benchmarks.engine.kinds import THREE_STEPS

    global _resource_id
    if not _resource_id:
        _resource_id = Connection.objects.get(pk=connection).resource_id
    start_job(
        THREE_STEPS.name,
        key=f"order:{number}",
        payload={"job": str(number), "connection": connection},
        resources={"erp": _resource_id},
        actor="benchmark",
    )


_resource_id = 0

if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
