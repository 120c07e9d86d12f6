"""Private PostgreSQL databases, for tests with real processes and real concurrency."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")


def url_of(name: str) -> str:
    return f"{SERVER}/{name}"


def create(name: str, *, template: str = "template1") -> str:
    """Creates a database (its name must begin with test_) and returns its URL."""
    drop(name)
    _run("CREATE DATABASE {} TEMPLATE {}", name, template)
    return url_of(name)


def drop(name: str) -> None:
    if not name.startswith("test_"):
        raise ValueError("Only databases named test_… are created and dropped here.")
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def create_migrated(name: str) -> str:
    """Creates a database with all tables; meant as a template for others."""
    url = create(name)
    with as_default(url):
        call_command("migrate", verbosity=0, skip_checks=True)
    return url


@contextmanager
def as_default(url: str, *, options: Mapping[str, Any] | None = None) -> Iterator[None]:
    """This thread's default database is the one at `url` inside the block.

    `options` are those of its connections, on PostgreSQL.
    """
    import environ

    settings = {**environ.Env.db_url_config(url), "CONN_MAX_AGE": None}
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    elif options is not None:
        settings["OPTIONS"] = dict(options)
    before, connection = connections.settings["default"], connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": settings})[
        "default"
    ]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = connection


def _run(statement: str, *names: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))
