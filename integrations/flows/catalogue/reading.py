"""What the readers of the catalogue copy share: whose SKU it is, and what is too old."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from integrations.models import Connection, IdLink


def variants_by_sku(erp: Connection, storefront: Connection, skus: Iterable[str]) -> dict[str, str]:
    """SKU to its variant in the ERP, of those that the products flow linked. In one query."""
    links = IdLink.objects.filter(
        kind=IdLink.Kind.VARIANT,
        source=erp,
        target=storefront,
        label__among=[sku for sku in skus if sku],
    )
    return dict(links.values_list("label", "source_ref"))


def is_stale(as_of: datetime, *, now: datetime) -> bool:
    return now - as_of > timedelta(hours=settings.CATALOGUE_COPY_STALE_HOURS)
