"""The worker on SQLite, as on a fresh clone: one tree, and the same promises."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.engine.order_server import OrderServer
from tests.engine.placing import all_done, placing_at
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = pytest.mark.slow


def test_worker_killed_between_send_and_record_leaves_each_order_once(
    server: OrderServer, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    url, mark = f"sqlite:///{tmp_path}/portal.sqlite3", tmp_path / "killed"
    environment = {
        "DATABASE_URL": url,
        "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds",
        "ENGINE_FAULT": "sent:kill",
        "ENGINE_FAULT_MARK": str(mark),
    }

    with django_db_blocker.unblock(), postgres.as_default(url):
        call_command("migrate", verbosity=0, skip_checks=True)
        place = placing_at(server)
        for number in range(5):
            place(str(number))
        with running_worker(environment, tmp_path) as worker:
            wait_for(all_done, f"jobs are still open:\n{worker.log}")

    assert mark.exists()
    assert server.numbers() == [str(number) for number in range(5)]


def test_second_worker_is_refused(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3"}

    with running_worker(environment, tmp_path) as first:
        wait_for(lambda: "worker started" in first.log, first.log)
        with running_worker(environment, tmp_path) as second:
            code = second.process.wait(60)

            assert code != 0
            assert "SQLite allows one worker" in second.log
