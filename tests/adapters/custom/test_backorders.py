"""Whether an article is sold beyond its stock, where the mapping names it."""

from datetime import UTC, datetime

import pytest

from integrations.records import Window
from integrations.standin import Response
from tests.adapters.custom.lab import SMALL, Echo, adapter_on

SECTION = """\
products:
  list: {path: /goods, rows: data, paging: {style: none}}
  fields: {ref: id, title: name}
  variants:
    fields: {ref: id, sku: code%s}
"""
NAMED = ", backorder: beyond_stock"


@pytest.mark.parametrize(
    ("named", "value", "told"),
    [(NAMED, True, True), (NAMED, False, False), (NAMED, None, None), ("", True, None)],
)
def test_article_says_whether_it_is_sold_beyond_its_stock(
    named: str, value: bool | None, told: bool | None
) -> None:
    row = {"id": 7, "name": "Saw", "code": "SAW", "beyond_stock": value}
    with Echo(Response(json={"data": [row]})) as erp:
        adapter = adapter_on(erp.url, SMALL + SECTION % named)
        window = Window(start=None, end=datetime(2027, 1, 1, tzinfo=UTC))
        (product,) = adapter.product_page(window, None).rows

    (variant,) = product.variants
    assert variant.backorder is told
