"""Writes a batch, and finds the bad record of a refused one."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from integrations.errors import Conflict, Rejected, RemoteError
from integrations.flows.runs.pacing import await_rest, rest_after

Row = TypeVar("Row")
Written = TypeVar("Written")


def write_or_split(
    rows: Sequence[Row],
    write: Callable[[Sequence[Row]], Sequence[Written]],
    checkpoint: Callable[[], None],
) -> list[tuple[Row, Written | None, RemoteError | None]]:
    """Writes the rows; if they are refused, their halves, until the bad ones stand alone.

    `write` is atomic at the remote, so nothing of a refused batch is there, and answers one
    result per row, in their order. Each row comes back with its result or with its refusal.
    Between two calls the remote is left alone for a while, see `pacing`.
    """
    if not rows:
        return []
    try:
        written = write_whole(rows, write, checkpoint)
    except (Rejected, Conflict) as exc:
        if len(rows) == 1:
            return [(rows[0], None, exc)]
        middle = len(rows) // 2
        halves = (rows[:middle], rows[middle:])
        return [one for half in halves for one in write_or_split(half, write, checkpoint)]
    return [(row, result, None) for row, result in zip(rows, written, strict=True)]


def write_whole(
    rows: Sequence[Row],
    write: Callable[[Sequence[Row]], Sequence[Written]],
    checkpoint: Callable[[], None],
) -> Sequence[Written]:
    """Writes the rows in one call, and raises its refusal."""
    await_rest()
    checkpoint()
    began = time.monotonic()
    written = write(rows)
    rest_after(time.monotonic() - began)
    return written


def in_batches(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def words_of(error: RemoteError) -> str:
    """The remote's own words, or ours when it said nothing."""
    return error.remote_words or error.message
