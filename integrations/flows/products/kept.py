"""The catalogue copy of articles: under which category the ERP has each of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils import timezone

from integrations.flows.bulk import insert_each
from integrations.models import ArticleCopy, Connection
from integrations.records import ErpProduct

LONGEST_SKU, LONGEST_PATH = 128, 1000
_COLUMNS = ("sku", "category", "as_of")


def keep_articles(source: Connection, products: Sequence[ErpProduct]) -> None:
    """Brings the copy up to date, in one statement for a page. Safe to repeat.

    Of a product that cannot be read, what was known of it stays.
    """
    now = timezone.now()
    rows = {
        variant.ref: (variant.sku[:LONGEST_SKU], category_of(product)[:LONGEST_PATH], now)
        for product in products
        if not product.problem
        for variant in product.variants
    }
    insert_each(
        ArticleCopy,
        ("source", "variant_ref", *_COLUMNS),
        ((source.pk, ref, *values) for ref, values in rows.items()),
        unique=("source", "variant_ref"),
        update=_COLUMNS,
    )


def category_of(product: ErpProduct) -> str:
    """The path of its category, the highest first; empty where the ERP names none."""
    path = " / ".join(one.name for one in reversed(product.category_chain))
    return path or product.category


def categories_of(source: Connection, skus: Iterable[str]) -> dict[str, str]:
    """SKU to its category, in one query; those that are not known here, or that several
    articles of different categories share, are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    copies = ArticleCopy.objects.filter(source=source, sku__among=set(skus) - {""})
    for sku, category in copies.values_list("sku", "category"):
        found[sku].add(category)
    return {sku: next(iter(paths)) for sku, paths in found.items() if len(paths) == 1}
