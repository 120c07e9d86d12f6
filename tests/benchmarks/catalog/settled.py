"""Links as an earlier run leaves them, for more records than a stand-in could be filled with."""

from collections.abc import Iterator

from django.utils import timezone

from integrations.adapters.medusa.client import Client
from integrations.flows.products.decide import decide, label_of
from integrations.flows.products.terms import terms_of
from integrations.gateways.erp import open_erp
from integrations.http import Session
from integrations.models import IdLink
from integrations.ports import PullsProducts
from integrations.records import ErpProduct, Window
from tests.benchmarks.catalog import goods
from tests.benchmarks.catalog.bare import Bare
from tests.benchmarks.catalog.goods import Range
from tests.benchmarks.catalog.portal import ACTOR, Portal, Shop
from tests.benchmarks.catalog.standins import Remote

AT_ONCE = 5000
THERE_AT_ONCE = 500


def shop_of(remote: Remote) -> Shop:
    """The stand-in's shop."""
    told = remote.told
    return Shop(
        url=remote.url,
        secret_key=told["secret_key"],
        sales_channel_id=told["sales_channel_id"],
        shipping_profile_id=told["shipping_profile_id"],
        locations={goods.PLACES[0]: told["location_id"]},
    )


def pages(portal: Portal) -> Iterator[tuple[ErpProduct, ...]]:
    """All products, as a complete run reads them."""
    window, cursor, is_first = Window(start=None, end=timezone.now()), None, True
    with open_erp(portal.erp, PullsProducts, actor=ACTOR) as erp:
        while is_first or cursor is not None:
            page, is_first = erp.product_page(window, cursor), False
            cursor = page.next_cursor
            yield page.rows


def link_products(portal: Portal, *, without: set[str]) -> None:
    """All products but these, with the fingerprints that the flow itself works out."""
    terms = terms_of(portal.flows["products"])
    for page in pages(portal):
        some = [product for product in page if product.ref not in without]
        decided = decide(some, known={}, sku_owners={}, terms=terms)
        links = [link for one in decided for link in _links(portal, one.product, one.fingerprint)]
        IdLink.objects.bulk_create(links)


def link_variants(portal: Portal, range_: Range) -> None:
    """All variants of the range, without their products."""
    for first in range(0, range_.variants, AT_ONCE):
        IdLink.objects.bulk_create(
            _link(portal, IdLink.Kind.VARIANT, goods.variant_ref(one), goods.sku_of(one))
            for one in range(first, min(first + AT_ONCE, range_.variants))
        )


def fill_with_products(shop: Shop, range_: Range) -> None:
    """Makes the products of the range in the shop, by bare calls."""
    Bare(Range(products=range_.products), shop).run()


def link_products_there(portal: Portal, medusa: Remote) -> None:
    """All variants of the shop to those of the ERP, by their SKUs."""
    session = Session(base_url=medusa.url, allow_private=True)
    client, offset = Client(session, medusa.told["secret_key"]), 0
    while rows := _variants_there(client, offset):
        IdLink.objects.bulk_create(
            _link(
                portal,
                IdLink.Kind.VARIANT,
                goods.variant_ref(goods.variant_of(row["sku"])),
                row["sku"],
                there=row["id"],
            )
            for row in rows
        )
        offset += len(rows)


def _variants_there(client: Client, offset: int) -> list[dict[str, str]]:
    paging = [("fields", "id,sku"), ("limit", str(THERE_AT_ONCE)), ("offset", str(offset))]
    found: list[dict[str, str]] = client.get("/admin/product-variants", paging)["variants"]
    return found


def _links(portal: Portal, product: ErpProduct, fingerprint: str) -> Iterator[IdLink]:
    for variant in product.variants:
        yield _link(portal, IdLink.Kind.VARIANT, variant.ref, variant.sku)
    yield _link(portal, IdLink.Kind.PRODUCT, product.ref, label_of(product), fingerprint)


def _link(
    portal: Portal, kind: str, ref: str, label: str, fingerprint: str = "", *, there: str = ""
) -> IdLink:
    return IdLink(
        kind=kind,
        source=portal.erp,
        source_ref=ref,
        target=portal.shop,
        target_ref=there or f"there_{ref}",
        label=label,
        fingerprint=fingerprint,
        created_by=ACTOR,
    )
