"""The stage refuses what is not its own."""

from pathlib import Path

import pytest

from integrations.errors import NeedsOperator
from integrations.sandbox.stage import Plan, open_stage
from tests.factories import ConnectionFactory


@pytest.mark.django_db
def test_a_database_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    mine = ConnectionFactory()

    with (
        pytest.raises(NeedsOperator, match="holds connections already"),
        open_stage(Plan(folder=tmp_path), say=lambda line: None),
    ):
        pytest.fail("it started all the same")

    mine.refresh_from_db()
    assert not (tmp_path / "logs" / "portal.log").exists()
