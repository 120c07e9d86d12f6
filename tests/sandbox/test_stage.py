"""The stage refuses what is not its own."""

import socket
from pathlib import Path

import pytest

from integrations.errors import NeedsOperator
from integrations.sandbox.stage import Plan, open_stage
from tests.factories import ConnectionFactory


@pytest.mark.django_db
def test_a_database_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    mine = ConnectionFactory()

    with (
        pytest.raises(NeedsOperator, match="holds tables already"),
        open_stage(Plan(folder=tmp_path), say=lambda line: None),
    ):
        pytest.fail("it started all the same")

    mine.refresh_from_db()
    assert not (tmp_path / "logs" / "portal.log").exists()


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]

        with (
            pytest.raises(NeedsOperator, match=f"Port {port} is taken"),
            open_stage(Plan(folder=tmp_path, port=port), say=lambda line: None),
        ):
            pytest.fail("it started all the same")

    assert not (tmp_path / "logs").exists()
