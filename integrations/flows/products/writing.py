"""Writes products in batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.errors import RemoteError
from integrations.flows.products.address import Addressed
from integrations.flows.runs.splitting import write_or_split
from integrations.records import StorefrontProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One product after the write: what the storefront holds now, or what it said against it."""

    addressed: Addressed
    there: StorefrontProduct | None
    error: RemoteError | None = None


def write_all(
    addressed: Sequence[Addressed], *, shop: Any, checkpoint: Callable[[], None]
) -> list[Outcome]:
    """One outcome per product, in their order."""

    def write(some: Sequence[Addressed]) -> Sequence[StorefrontProduct]:
        written: Sequence[StorefrontProduct] = shop.write_products([one.write for one in some])
        return written

    return [
        Outcome(addressed=one, there=there, error=error)
        for one, there, error in write_or_split(addressed, write, checkpoint)
    ]
