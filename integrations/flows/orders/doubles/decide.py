"""Which of several orders under one reference stays. Pure: sightings in, decision out."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.records import ErpSighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`cancel` goes by itself; `ask` needs a person, who must also see `keep`."""

    keep: ErpSighting | None = None
    cancel: tuple[ErpSighting, ...] = ()
    ask: tuple[ErpSighting, ...] = ()

    @property
    def is_fine(self) -> bool:
        return not (self.cancel or self.ask)


def decide(found: Sequence[ErpSighting], *, known_ref: str, is_wanted: bool) -> Decision:
    """What to do with the orders that carry one reference of ours.

    `known_ref` is the one that our rows are bound to, empty for none; `is_wanted` is false for
    an order that is cancelled here. One stays: the known one, else the oldest that somebody
    works with, else the oldest. The others go where nobody touched them. A single one that is
    not ours stays and is shown: it may be all that is left of the order.
    """
    living = sorted(
        (one for one in found if not one.is_cancelled), key=lambda one: (one.created_at, one.ref)
    )
    if not is_wanted:
        return _split(living, keep=None)
    if len(living) == 1 and living[0].ref != known_ref:
        return Decision(ask=(living[0],))
    keep = _keeper(living, known_ref)
    return _split([one for one in living if one is not keep], keep=keep)


def _keeper(living: Sequence[ErpSighting], known_ref: str) -> ErpSighting | None:
    known = (one for one in living if one.ref == known_ref)
    touched = (one for one in living if not one.is_untouched)
    return next(known, None) or next(touched, None) or next(iter(living), None)


def _split(surplus: Sequence[ErpSighting], *, keep: ErpSighting | None) -> Decision:
    return Decision(
        keep=keep,
        cancel=tuple(one for one in surplus if one.is_untouched),
        ask=tuple(one for one in surplus if not one.is_untouched),
    )
