"""What a connection that is paused tells whom."""

import pytest

from integrations.engine import context, limits
from integrations.engine.context import Current
from integrations.errors import Throttled
from integrations.gateways.opening import open_adapter
from integrations.models import Connection
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory()


def test_a_job_that_meets_a_pause_waits_and_leaves_the_concurrency_alone(
    connection: Connection,
) -> None:
    running = connection.resource.running_limit
    limits.pause(connection.resource_id, "stock-taking", "olga.operator")

    with (
        context.working_on(Current(job_id=1, step_id=1, attempt_id=1)),
        pytest.raises(Throttled, match="is paused: stock-taking") as met,
        open_adapter(connection),
    ):
        pass
    limits.note_outcome(connection.resource_id, met.value)

    connection.resource.refresh_from_db()
    assert connection.resource.running_limit == running > 1
    assert connection.resource.not_before is None
