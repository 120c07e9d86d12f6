"""What counts as our database being away, by the errors that it really raises."""

import pytest
from django.db import DataError, InternalError, OperationalError, connection, transaction

from integrations.engine.outage import is_database_away
from integrations.models import User

pytestmark = pytest.mark.django_db
NEEDS_POSTGRES = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs DATABASE_URL on PostgreSQL"
)


@NEEDS_POSTGRES
def test_server_that_only_reads_is_one_that_fails_over() -> None:
    with pytest.raises(InternalError) as caught, transaction.atomic():
        connection.cursor().execute("SET LOCAL transaction_read_only = on")
        User.objects.create(username="late")

    assert is_database_away(caught.value)


@NEEDS_POSTGRES
def test_going_on_in_a_failed_transaction_is_a_bug() -> None:
    with pytest.raises(InternalError) as caught, transaction.atomic():
        cursor = connection.cursor()
        with pytest.raises(DataError, match="division by zero"):
            cursor.execute("SELECT 1/0")
        cursor.execute("SELECT 1")

    assert not is_database_away(caught.value)


def test_lost_connection_is_an_outage_and_a_bug_is_none() -> None:
    assert is_database_away(OperationalError("server closed the connection"))
    assert not is_database_away(ValueError("no number"))
