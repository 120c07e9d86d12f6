"""Whether a remote's clock and ours agree: windows of time, signatures and keys depend on it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.records import Check

TOLERANCE = timedelta(minutes=2)


def compare_clocks(told: str, *, now: datetime, silent: str, hint: str) -> Check:
    """By the Date header of an answer. Pure. `silent` is said where none came, `hint` where the
    two are more than `TOLERANCE` apart."""
    try:
        theirs = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return Check(name="clock", ok=True, detail=silent)
    # a zone of "-0000" makes a time without one; it is UTC all the same
    skew = abs(theirs.replace(tzinfo=theirs.tzinfo or UTC) - now)
    is_close = skew <= TOLERANCE
    detail = f"The clocks differ by {skew.total_seconds():.0f} s."
    return Check(name="clock", ok=is_close, detail=detail, hint="" if is_close else hint)
