"""Complete runs of a batch flow, night after night, of what an ERP tells of then."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.engine import runner
from integrations.flows.runs import Work, register_batch, request_run
from integrations.flows.runs import batch as batches
from integrations.flows.runs.batch import HandlePage
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, Run

# What handles a page of the rows that are told of, beside an open storefront.
Handler = Callable[[Work, Any, Sequence[Any]], HandlePage]


class Nights:
    """An ERP behind real runs of the flow; `rows` are what it tells of now."""

    def __init__(self, flow: Flow, handler: Handler) -> None:
        self.flow, self._handler, self._nights = flow, handler, 0
        self.rows: Sequence[Any] = ()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self._nights)

    def tell(self, *rows: Any, complete: bool = True) -> Run:
        """A run some days after the last one; one that is not complete reads what changed."""
        self.rows = rows
        self._nights += 1
        request_run(self.flow, actor="olga", complete=complete, may_complete=complete, now=self.now)
        runner.drain("batch")
        return Run.objects.latest("id")

    @contextmanager
    def open(self, work: Work) -> Iterator[HandlePage]:
        with open_storefront(work.flow.target) as shop:
            yield self._handler(work, shop, self.rows)


@contextmanager
def nights_of(flow: Flow, handler: Handler) -> Iterator[Nights]:
    usual = batches.batch_of(flow.kind)
    nights = Nights(flow, handler)
    register_batch(flow.kind, nights.open)
    yield nights
    register_batch(flow.kind, usual)
