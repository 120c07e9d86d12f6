"""Products that were read before, carried out without asking the ERP again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from integrations.flows.products.flow import ProductPages
from integrations.flows.runs.batch import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.records import ErpProduct, Page, Window


class _Kept:
    """Records of the source that were read before, as a source of one page."""

    def __init__(self, products: Sequence[ErpProduct]) -> None:
        self._products = tuple(products)

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        return Page(rows=self._products, next_cursor=None)


@contextmanager
def open_kept_products(work: Work) -> Iterator[Callable[[Sequence[ErpProduct]], PageOutcome]]:
    """Opens the storefront alone; yields what decides and writes products read before."""
    window = Window(start=work.run.started_at, end=work.run.started_at)
    with open_storefront(work.flow.target, actor=work.actor) as shop:
        yield lambda products: ProductPages(work, erp=_Kept(products), shop=shop).handle(
            window, None
        )
