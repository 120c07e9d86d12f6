"""The same three-step job in DBOS Transact. Run with the Python of `.venv-bench`, alone.

    python dbos_app.py migrate                   creates DBOS's tables
    python dbos_app.py work '{…}'                one worker process, until SIGTERM
    python dbos_app.py enqueue FIRST COUNT       that many jobs in one transaction; prints when
    python dbos_app.py one-by-one FIRST COUNT    one per transaction, with pauses; prints when
    python dbos_app.py done                      how many jobs have ended well

DBOS_URL is the database, REMOTE_URL the server that the steps post to. Nothing of the portal
is imported here, and nothing of this is imported there.
"""

import json
import os
import sys
import threading
import time
from random import Random

import requests
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

QUEUE = "bench"
VERSION = "1"
PAUSES_S = (0.15, 0.45)  # uneven, so that no poll falls into step with them
_local = threading.local()


def _post(job: str, step: int, began: float) -> str:
    """One POST over this thread's kept connection."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    body = {"job": job, "step": step, "began": began, "pid": os.getpid()}
    answer = _local.session.post(f"{os.environ['REMOTE_URL']}/do", json=body, timeout=15)
    answer.raise_for_status()
    return str(answer.json()["ref"])


@DBOS.step()
def first(job: str) -> str:
    return _post(job, 1, time.time())


@DBOS.step()
def second(job: str) -> str:
    return _post(job, 2, time.time())


@DBOS.step()
def third(job: str) -> str:
    return _post(job, 3, time.time())


@DBOS.workflow(name="three_steps")
def three_steps(job: str) -> str:
    first(job)
    second(job)
    return third(job)


def _config(settings: dict[str, object]) -> DBOSConfig:
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": os.environ["DBOS_URL"],
        "application_version": VERSION,
        "executor_id": f"worker-{os.getpid()}",
        "console_log_level": "WARNING",
    }
    if "pool_size" in settings:
        config["sys_db_pool_size"] = settings["pool_size"]
    if "threads" in settings:
        config["max_executor_threads"] = settings["threads"]
    return config


def migrate() -> None:
    DBOS(config=_config({}))
    DBOS.launch()
    DBOS.destroy()


def work(settings: dict[str, object]) -> None:
    DBOS(config=_config(settings))
    DBOS.launch()
    DBOS.register_queue(QUEUE, **settings.get("queue", {}))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


def _client() -> DBOSClient:
    return DBOSClient(system_database_url=os.environ["DBOS_URL"])


def _options(job: str) -> EnqueueOptions:
    return {
        "queue_name": QUEUE,
        "workflow_name": "three_steps",
        "workflow_id": job,
        "app_version": VERSION,
    }


def enqueue(first_number: int, count: int) -> None:
    """All at once: the backlog becomes visible with one commit."""
    client = _client()
    with client._sys_db.engine.begin() as connection:
        for number in range(first_number, first_number + count):
            job = str(number)
            client.enqueue_in_transaction(connection, _options(job), job)
    sys.stdout.write(json.dumps({"committed": time.time()}) + "\n")


def one_by_one(first_number: int, count: int) -> None:
    """One job after another; prints when each was committed."""
    client, chance, committed = _client(), Random(1), {}
    for number in range(first_number, first_number + count):
        job = str(number)
        client.enqueue(_options(job), job)
        committed[job] = time.time()
        time.sleep(chance.uniform(*PAUSES_S))
    sys.stdout.write(json.dumps({"committed": committed}) + "\n")


def done() -> None:
    client = _client()
    found = client.list_workflows(status="SUCCESS", load_input=False, load_output=False)
    sys.stdout.write(json.dumps({"done": len(found)}) + "\n")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    match command:
        case "migrate":
            migrate()
        case "work":
            work(json.loads(arguments[0]))
        case "enqueue":
            enqueue(int(arguments[0]), int(arguments[1]))
        case "one-by-one":
            one_by_one(int(arguments[0]), int(arguments[1]))
        case "done":
            done()
        case _:
            sys.exit(f"unknown command {command}")
