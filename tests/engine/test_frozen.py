"""A process that is frozen, not dead, holds nobody up: the database ends its session."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from django.conf import settings as portal
from django.db import InternalError, OperationalError, connection, transaction
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine import frozen, limits, sql
from integrations.engine.leader import Leader
from integrations.engine.models import Resource
from tests.support import postgres
from tests.support.processes import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SILENCE_S = 0.5


@pytest.fixture
def database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A PostgreSQL on which a session may be idle inside a transaction only so long."""
    name = f"test_frozen_{os.getpid()}"
    timeout = {"options": f"-c idle_in_transaction_session_timeout={int(SILENCE_S * 1000)}"}
    with django_db_blocker.unblock():
        url = postgres.create_migrated(name)
        with postgres.as_default(url, options=timeout):
            yield
    postgres.drop(name)


def elsewhere(act: Callable[[], object]) -> object:
    """What another session comes to."""
    results: list[object] = []

    def run() -> None:
        results.append(act())
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


def test_another_beat_leads_when_the_leader_is_silent(database: None, settings: Settings) -> None:
    settings.ENGINE = {**portal.ENGINE, "lease_s": SILENCE_S, "beat_s": 0.1}
    leader = Leader()
    assert leader.is_me()
    assert elsewhere(lambda: Leader().is_me()) is False

    time.sleep(2 * SILENCE_S)  # frozen

    assert wait_for(lambda: elsewhere(lambda: Leader().is_me()))


def test_leader_that_does_something_goes_on_leading(database: None, settings: Settings) -> None:
    settings.ENGINE = {**portal.ENGINE, "lease_s": SILENCE_S, "beat_s": 0.1}
    leader = Leader()
    leader.is_me()

    for _ in range(10):
        time.sleep(SILENCE_S / 5)
        Resource.objects.exists()

    assert leader.is_me()
    assert elsewhere(lambda: Leader().is_me()) is False


def test_row_lock_of_a_frozen_transaction_is_released(database: None) -> None:
    resource = limits.create_resource("the ERP")

    def lock() -> str:
        with transaction.atomic():
            return Resource.objects.select_for_update().get(pk=resource.pk).name

    with pytest.raises((InternalError, OperationalError)), transaction.atomic():
        Resource.objects.select_for_update().get(pk=resource.pk)
        assert elsewhere(lock) == "the ERP"  # waits for as long as the session lives
        Resource.objects.exists()


def test_portal_sets_the_timeout_on_postgresql() -> None:
    """What the fixture above sets, the settings do, from DATABASE_IDLE_IN_TRANSACTION_S."""
    shown = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", _SHOW],
        env={
            **os.environ,
            "DATABASE_URL": postgres.url_of("postgres"),
            "DATABASE_IDLE_IN_TRANSACTION_S": "7",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split()[-1] == "7s"


_SHOW = (
    "from django.db import connection as c; cursor = c.cursor(); "
    "cursor.execute('SHOW idle_in_transaction_session_timeout'); print(cursor.fetchone()[0])"
)


def test_session_that_froze_after_statements_that_travelled_together_is_ended(
    database: None, settings: Settings
) -> None:
    """Also where the server's own timeout, which then may not run, is off."""
    settings.IDLE_IN_TRANSACTION_S = SILENCE_S
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    resource = limits.create_resource("the ERP")
    locked: sql.Statement = (
        "SELECT id FROM engine_resource WHERE id = %s FOR UPDATE",
        [resource.pk],
    )

    with pytest.raises((InternalError, OperationalError)), transaction.atomic():
        sql.together(locked, ("SELECT 1", []))
        time.sleep(2 * SILENCE_S)
        assert elsewhere(frozen.end_sessions) == 1
        Resource.objects.exists()


def test_session_that_is_only_idle_is_left_alone(database: None, settings: Settings) -> None:
    settings.IDLE_IN_TRANSACTION_S = SILENCE_S
    Resource.objects.exists()
    time.sleep(2 * SILENCE_S)

    assert elsewhere(frozen.end_sessions) == 0
