"""Rows of a list that cannot be read: each says so and stops no other."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from integrations.errors import NeedsOperator

Record = TypeVar("Record")
MISFIT = "mapping_misfit"


def read_each(
    raws: Sequence[Any],
    read: Callable[[Any], Record],
    unreadable: Callable[[Any, str], Record],
    *,
    what: str,
) -> list[Record]:
    """One record per row, in their order; `unreadable` makes that of a row with a value that is
    none, and of what is wrong with it.

    Raises NeedsOperator where most rows cannot be read: then the mapping is wrong and not the
    goods. `what` names them, in the plural.
    """
    found: list[Record] = []
    bad: list[str] = []
    for raw in raws:
        try:
            found.append(read(raw))
        except NeedsOperator as misfit:
            if misfit.reason != MISFIT:
                raise
            bad.append(misfit.message.rstrip("."))
            found.append(unreadable(raw, bad[-1]))
    if len(bad) > len(found) / 2:
        raise NeedsOperator(
            f"{len(bad)} of {len(found)} {what} cannot be read: {bad[0]}.",
            reason=MISFIT,
            cause=f"{MISFIT}:{what}",
            hint="Correct the mapping on the connection, or the data in the ERP, then requeue.",
        )
    return found
