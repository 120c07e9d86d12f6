"""Ids and times as Medusa writes them: `order_01M83VFZR547ZW36FGXQVXNHDY`, `…T09:23:48.615Z`."""

import itertools
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_counter = itertools.count(time.time_ns() % 32**8)


def new_id(prefix: str) -> str:
    """A prefix and 26 characters that sort by time of creation."""
    return f"{prefix}_{_base32(time.time_ns() // 1_000_000, 10)}{_base32(next(_counter), 16)}"


def now() -> str:
    """The time, to the millisecond, in UTC."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _base32(number: int, length: int) -> str:
    digits = [_CROCKFORD[number >> 5 * place & 31] for place in range(length)]
    return "".join(reversed(digits))
