"""Which database a real storefront uses, and which it drops."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from integrations.errors import NeedsOperator
from integrations.sandbox.storefront import RealMedusa
from integrations.sandbox.storefront.postgres import ensure_database, has_tables
from tests.support import postgres

pytestmark = pytest.mark.postgres
NAME = f"test_named_for_medusa_{os.getpid()}"


@pytest.fixture
def url() -> Iterator[str]:
    """Of a database that does not exist yet."""
    postgres.drop(NAME)
    yield postgres.url_of(NAME)
    postgres.drop(NAME)


def _with_a_table(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE orders (id int)")


def test_a_database_that_somebody_uses_is_refused_and_stays(url: str, tmp_path: Path) -> None:
    ensure_database(url)
    _with_a_table(url)
    medusa = RealMedusa(folder=tmp_path / "medusa", database_url=url, home=tmp_path / "home")
    medusa.folder.mkdir()

    with pytest.raises(NeedsOperator, match="holds tables already"):
        medusa.migrate()
    medusa.remove()

    assert has_tables(url)


def test_an_empty_database_that_a_person_made_is_not_dropped(url: str, tmp_path: Path) -> None:
    ensure_database(url)
    medusa = RealMedusa(folder=tmp_path / "medusa", database_url=url, home=tmp_path / "home")
    medusa.folder.mkdir()

    medusa.ensure_database()
    medusa.remove()

    assert not ensure_database(url)  # it is there


def test_a_database_that_the_run_made_is_dropped_with_it(url: str, tmp_path: Path) -> None:
    medusa = RealMedusa(folder=tmp_path / "medusa", database_url=url, home=tmp_path / "home")
    medusa.folder.mkdir()

    assert medusa.ensure_database()
    _with_a_table(url)
    assert not medusa.ensure_database()  # the same run again
    medusa.remove()

    assert ensure_database(url)  # it was gone
