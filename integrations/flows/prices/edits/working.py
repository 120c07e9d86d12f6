"""What it takes to write prices outside of a run: a hand's edit is put back, or a drift mended."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.flows.prices.decide import Terms
from integrations.flows.prices.settings import terms_of
from integrations.flows.runs.batch import Work
from integrations.models import Flow, Run

BY = "hand edits"


def _nothing() -> None:
    return None


def by_hand(flow: Flow, *, actor: str = BY, checkpoint: Callable[[], None] = _nothing) -> Work:
    """Work that belongs to no run: a person, or the flow's setting, asked for it. The gateway
    refuses a flow that does not write."""
    run = Run(flow=flow, mode=Flow.Mode.LIVE, actor=actor)
    return Work(flow=flow, run=run, actor=actor, checkpoint=checkpoint)


def terms_now(flow: Flow, shop: Any) -> Terms:
    return terms_of(
        flow.settings,
        sold_in=shop.sold_currencies(),
        gross=shop.gross_currencies(),
        now=timezone.now(),
    )


def refuse_moved(label: str, moved: Sequence[object]) -> None:
    """Raises NeedsOperator where the ERP says something else than what was written."""
    if moved:
        prices = "1 price" if len(moved) == 1 else f"{len(moved):,} prices"
        raise NeedsOperator(
            f"{prices} of {label} changed in the ERP since, so what was written is not written "
            "again.",
            reason="price_moved",
            hint="Run the prices flow: it writes what the ERP says now.",
        )
