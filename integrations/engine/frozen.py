"""Ends database sessions that were frozen inside a transaction, with the row locks they hold.

The sweep skips locked rows, so a job whose worker was frozen there would wait for as long.
PostgreSQL's own idle_in_transaction_session_timeout, which the settings switch on, is not
enough: it does not run while, nor after, statements travel together in a pipeline (seen on
15.20). So the leading beat ends what waits in a transaction for a client that is silent.
"""

import logging

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

_END = """
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND xact_start IS NOT NULL AND state <> 'idle' AND wait_event = 'ClientRead'
        AND state_change < clock_timestamp() - make_interval(secs => %s)"""


def end_sessions() -> int:
    """Ends our sessions that have been idle inside a transaction for too long; how many."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_END, [settings.IDLE_IN_TRANSACTION_S])
        ended = [pid for pid, was_ended in cursor.fetchall() if was_ended]
    for pid in ended:
        logger.warning("frozen_session_ended pid=%s", pid)
    return len(ended)
