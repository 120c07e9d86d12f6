"""Numbers as people read them: RFQ-000012 and Q-000012. Pure."""

import re

_NUMBER = re.compile(r"(RFQ|Q)-([0-9]{6,18})")


def pk_of(kind: str, number: str) -> int | None:
    """The primary key in a number of this kind; None for anything else."""
    found = _NUMBER.fullmatch(number)
    return int(found[2]) if found is not None and found[1] == kind else None
