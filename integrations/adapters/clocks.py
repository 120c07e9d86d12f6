"""Whether a remote's clock and ours agree: windows of time, signatures and keys depend on it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.records import Check

TOLERANCE = timedelta(minutes=2)
_WINDOWS = "Changes are read by time windows"


def compare_clocks(told: str, *, now: datetime, title: str, suffers: str = "") -> Check:
    """By the Date header of an answer of `title`. Pure. `suffers` says what goes wrong where the
    two are more than `TOLERANCE` apart."""
    try:
        theirs = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return Check(name="clock", ok=True, detail=f"{title} told no time to compare.")
    # a zone of "-0000" makes a time without one; it is UTC all the same
    skew = abs(theirs.replace(tzinfo=theirs.tzinfo or UTC) - now)
    is_close = skew <= TOLERANCE
    detail = f"The clocks differ by {skew.total_seconds():.0f} s."
    hint = f"{suffers or _WINDOWS}: let both servers use NTP."
    return Check(name="clock", ok=is_close, detail=detail, hint="" if is_close else hint)
