"""Writes products in batches and finds the bad record of a refused one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from integrations.errors import Conflict, Rejected, RemoteError
from integrations.flows.products.address import Addressed
from integrations.records import StorefrontProduct

# Larger batches are hardly faster, but keep the shop's buyers waiting (measured).
BATCH = 100
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One product after the write: what the storefront holds now, or what it said against it."""

    addressed: Addressed
    there: StorefrontProduct | None
    error: RemoteError | None = None


def write_all(
    addressed: Sequence[Addressed], *, shop: Any, checkpoint: Callable[[], None]
) -> list[Outcome]:
    """Writes a batch; if it is refused, its halves, until the refused records stand alone.

    A batch is atomic in the storefront, so nothing of a refused one is there.
    """
    if not addressed:
        return []
    try:
        checkpoint()
        written = shop.write_products([one.write for one in addressed])
    except (Rejected, Conflict) as exc:
        if len(addressed) == 1:
            return [Outcome(addressed=addressed[0], there=None, error=exc)]
        middle = len(addressed) // 2
        halves = (addressed[:middle], addressed[middle:])
        return [
            outcome
            for half in halves
            for outcome in write_all(half, shop=shop, checkpoint=checkpoint)
        ]
    return [
        Outcome(addressed=one, there=there) for one, there in zip(addressed, written, strict=True)
    ]


def in_batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def words_of(error: RemoteError) -> str:
    """The remote's own words, or ours when it said nothing."""
    return error.remote_words or error.message
