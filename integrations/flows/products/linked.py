"""The links of products and SKUs: what is known before a write, what is kept after it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from integrations.flows.links import REMOVED, LinkRow, bind_all
from integrations.flows.products.address import Addressed
from integrations.flows.products.decide import Known, label_of
from integrations.models import Connection, Flow, IdLink
from integrations.records import ErpProduct, StorefrontProduct

PRODUCT, VARIANT = IdLink.Kind.PRODUCT, IdLink.Kind.VARIANT
# In place of the fingerprint of a product that the ERP no longer has.
GONE = "gone"


class ProductLinks:
    """Links between the two connections of a products flow."""

    def __init__(self, flow: Flow, *, actor: str) -> None:
        self._source: Connection = flow.source
        self._target: Connection = flow.target
        self._actor = actor

    def known_of(self, products: Sequence[ErpProduct]) -> dict[str, Known]:
        """Product ref to what the links say of it, in two queries."""
        of_product = {
            variant.ref: product.ref for product in products for variant in product.variants
        }
        variants: dict[str, dict[str, str]] = defaultdict(dict)
        links = self._links(VARIANT).filter(source_ref__among=of_product)
        for ref, target_ref, label in links.values_list("source_ref", "target_ref", "label"):
            if not label.endswith(REMOVED):
                variants[of_product[ref]][ref] = target_ref
        refs = [product.ref for product in products]
        linked = self._links(PRODUCT).filter(source_ref__among=refs)
        return {
            ref: Known(product_id=product_id, fingerprint=fingerprint, variants=variants[ref])
            for ref, product_id, fingerprint in linked.values_list(
                "source_ref", "target_ref", "fingerprint"
            )
        }

    def sku_owners(self, products: Sequence[ErpProduct]) -> dict[str, frozenset[str]]:
        """Each SKU to the ERP variants that are linked under it (a link's label is its SKU)."""
        skus = {variant.sku for product in products for variant in product.variants}
        owners: dict[str, set[str]] = defaultdict(set)
        links = self._links(VARIANT).filter(label__among=skus - {""})
        for sku, ref in links.values_list("label", "source_ref"):
            owners[sku].add(ref)
        return {sku: frozenset(refs) for sku, refs in owners.items()}

    @transaction.atomic
    def keep(self, written: Iterable[tuple[Addressed, StorefrontProduct]]) -> None:
        """Makes the links say what the storefront holds now. Safe to repeat.

        A record that was deleted and made anew there has another id: its old link goes.
        """
        rows = [row for addressed, there in written for row in self._rows(addressed, there)]
        for kind in (PRODUCT, VARIANT):
            wanted = {row.source_ref: row.target_ref for row in rows if row.kind == kind}
            self._drop_others(kind, wanted)
        bind_all(self._source, self._target, rows, actor=self._actor)

    def mark_seen(self, refs: Iterable[str], at: datetime) -> None:
        """Writes down that a complete reading met these products."""
        self._links(PRODUCT).filter(source_ref__among=refs).update(seen_at=at)

    def not_seen(self, since: datetime, *, after: int, count: int) -> list[IdLink]:
        """Products on sale that no complete reading has met since, by number."""
        missed = Q(seen_at=None) | Q(seen_at__lt=since)
        links = self._links(PRODUCT).filter(missed, pk__gt=after).exclude(fingerprint=GONE)
        return list(links.order_by("pk")[:count])

    def mark_gone(self, refs: Iterable[str]) -> None:
        """Writes down that these were taken off sale; one that comes back is written anew."""
        self._links(PRODUCT).filter(source_ref__among=refs).update(fingerprint=GONE)

    def by_ref(self, refs: Iterable[str]) -> dict[str, IdLink]:
        """The links of these products, each with what was last written."""
        links = self._links(PRODUCT).filter(source_ref__among=refs)
        return {link.source_ref: link for link in links.select_related("written")}

    def _links(self, kind: str) -> Any:
        return IdLink.objects.filter(kind=kind, source=self._source, target=self._target)

    def _rows(self, addressed: Addressed, there: StorefrontProduct) -> list[LinkRow]:
        """The product's link and those of its SKUs; those of gone variants are marked."""
        product = addressed.product
        by_sku = {variant.sku: variant.variant_id for variant in there.variants}
        sold = [variant for variant in product.variants if self._is_sold(addressed, variant.ref)]
        for variant in set(product.variants) - set(sold):
            self._links(VARIANT).filter(source_ref=variant.ref).update(
                label=f"{variant.sku}{REMOVED}"
            )
        rows = [
            LinkRow(
                kind=VARIANT,
                source_ref=variant.ref,
                target_ref=by_sku[variant.sku],
                label=variant.sku,
            )
            for variant in sold
            if variant.sku in by_sku
        ]
        link = LinkRow(
            kind=PRODUCT,
            source_ref=product.ref,
            target_ref=there.product_id,
            label=label_of(product),
        )
        return [*rows, replace(link, fingerprint=addressed.decision.fingerprint)]

    @staticmethod
    def _is_sold(addressed: Addressed, variant_ref: str) -> bool:
        sent = addressed.write.variants if addressed.write else ()
        return any(variant.external_ref == variant_ref for variant in sent)

    def _drop_others(self, kind: str, wanted: dict[str, str]) -> None:
        """Deletes links that would contradict the wanted pairs, from either side. A variant that
        was made anew has no stock there, whatever was written for the one before."""
        touched = self._links(kind).filter(
            Q(source_ref__in=wanted) | Q(target_ref__in=wanted.values())
        )
        wrong = [link for link in touched if wanted.get(link.source_ref) != link.target_ref]
        for link in wrong if kind == VARIANT else ():
            self._links(IdLink.Kind.STOCK).filter(
                source_ref__startswith=f"{link.source_ref}@"
            ).delete()
        IdLink.objects.filter(pk__in=[link.pk for link in wrong]).delete()
