"""What is said when a machine lacks what a real Medusa needs."""

from pathlib import Path

import pytest

from integrations.sandbox.storefront import MissingPrerequisite, RealMedusa
from integrations.sandbox.storefront.postgres import database_url_from_environment
from integrations.sandbox.storefront.prerequisites import is_supported_node


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        ("v20.19.0", True),
        ("v20.18.3", False),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("nonsense", False),
    ],
)
def test_node_is_new_enough_or_not(version: str, supported: bool) -> None:
    assert is_supported_node(version) is supported


def test_machine_without_node_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingPrerequisite, match=r"Node 20\.19 or newer.* is needed") as missing:
        RealMedusa(folder=tmp_path / "medusa", home=tmp_path / "home").install()

    assert "nodejs.org" in missing.value.hint


def test_the_portals_database_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDUSA_DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example:5433/portal")

    assert database_url_from_environment() == "postgres://me@db.example:5433/erp_portal_medusa"


def test_sqlite_portal_means_a_private_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDUSA_DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///portal.sqlite3")

    assert database_url_from_environment() == ""
