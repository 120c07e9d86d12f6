"""What Django raises when our own database does not answer: an outage, not a bug."""

from django.db import InterfaceError, InternalError, OperationalError

# PostgreSQL ended our idle transaction, or is (during a failover) a standby that only reads.
_TRANSIENT_STATES = ("25P03", "25006")


def is_database_away(error: BaseException) -> bool:
    """Whether it says nothing about the work, only that our database was not to be had."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") in _TRANSIENT_STATES
    return isinstance(error, OperationalError | InterfaceError)
