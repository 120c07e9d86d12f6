"""What every test gets. Suites that need a server ask for it by marker.

A missing server skips its tests with a named reason; `STRICT=1` turns each such skip into a
failure, so that a green run means that everything ran.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator

import factory
import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

STRICT = os.environ.get("STRICT") == "1"
# What several suites assert with: its failures tell what differs, as those of tests do.
pytest.register_assert_rewrite("tests.support.company_arrived", "tests.support.fed_shop")


CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _missing_chromium() -> str:
    return "" if _chromium_path() else "Chromium is not installed"


def _missing_medusa() -> str:
    if not shutil.which("node") or not shutil.which("npm"):
        return "Node and npm are not installed"
    return "" if os.environ.get("RUN_MEDUSA") == "1" else "RUN_MEDUSA=1 is not set"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite tests use a file: threads and processes share it as they do in real life.

    The in-memory database that Django would take has other locks than a file in WAL mode.
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "portal.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process: Playwright can be started only once in it."""
    # It keeps an event loop in this thread; Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium_path(), args=CHROMIUM_ARGS)
        yield browser
        browser.close()


def _factories(parent: type[factory.Factory]) -> Iterator[type[factory.Factory]]:
    for child in parent.__subclasses__():
        yield from _factories(child)
        if not child._meta.abstract:
            yield child


NEEDS: dict[str, Callable[[], str]] = {
    "postgres": lambda: "" if _answers(5432) else "no PostgreSQL on 127.0.0.1:5432",
    "redis": lambda: "" if _answers(6379) else "no Redis on 127.0.0.1:6379",
    "browser": _missing_chromium,
    "medusa": _missing_medusa,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {name: missing() for name, missing in NEEDS.items()}
    for item in items:
        for name, reason in reasons.items():
            if reason and item.get_closest_marker(name):
                if STRICT:
                    item.user_properties.append(("missing", reason))
                else:
                    item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each test counts its made-up names from 0: which numbers it meets is not left to chance."""
    for made in _factories(factory.Factory):
        made.reset_sequence(force=True)
    for name, value in item.user_properties:
        if name == "missing":
            pytest.fail(f"STRICT=1: {value}", pytrace=False)
