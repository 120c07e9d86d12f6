"""The links of products and SKUs: what is known before a write, what is kept after it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from integrations.flows.links import REMOVED, SET_ASIDE, LinkRow, bind_all
from integrations.flows.products.address import Addressed
from integrations.flows.products.decide import Known, label_of
from integrations.flows.products.releasing import HAS_ANOTHER, NO_LONGER_SOLD, Claim
from integrations.models import Connection, Flow, IdLink
from integrations.records import ErpProduct, StorefrontProduct

PRODUCT, VARIANT = IdLink.Kind.PRODUCT, IdLink.Kind.VARIANT
# In place of the fingerprint of a product that the ERP no longer has.
GONE = "gone"
# In place of the fingerprint of a variant whose article had another SKU when it was read last,
# and could not be written under it.
MOVING = "moving"


class ProductLinks:
    """Links between the two connections of a products flow."""

    def __init__(self, flow: Flow, *, actor: str) -> None:
        self._source: Connection = flow.source
        self._target: Connection = flow.target
        self._actor = actor

    def known_of(self, products: Sequence[ErpProduct]) -> dict[str, Known]:
        """Product ref to what the links say of it, in two queries."""
        skus = {variant.ref: variant.sku for one in products for variant in one.variants}
        of_product = {variant.ref: one.ref for one in products for variant in one.variants}
        variants: dict[str, dict[str, str]] = defaultdict(dict)
        moved: dict[str, set[str]] = defaultdict(set)
        back: dict[str, set[str]] = defaultdict(set)
        links = self._links(VARIANT).filter(source_ref__among=of_product)
        columns = ("source_ref", "target_ref", "label", "fingerprint")
        for ref, target_ref, label, mark in links.values_list(*columns):
            if label == skus[ref]:
                if mark == MOVING:
                    back[of_product[ref]].add(ref)
            elif label.endswith(REMOVED):
                continue
            elif not mark:
                moved[of_product[ref]].add(ref)
            variants[of_product[ref]][ref] = target_ref
        refs = [product.ref for product in products]
        linked = self._links(PRODUCT).filter(source_ref__among=refs)
        return {
            ref: Known(
                product_id=product_id,
                fingerprint=fingerprint,
                variants=variants[ref],
                moved=frozenset(moved.get(ref, ())),
                back=frozenset(back.get(ref, ())),
            )
            for ref, product_id, fingerprint in linked.values_list(
                "source_ref", "target_ref", "fingerprint"
            )
        }

    def claims(self, products: Sequence[ErpProduct]) -> list[Claim]:
        """Links under SKUs that other articles among `products` have now (a link's label is its
        SKU), in one query."""
        owns: dict[str, str] = {}
        given_up: dict[str, str] = {}
        for product in products:
            for variant in product.variants if not product.problem else ():
                is_sold = product.is_active and variant.is_active
                given_up[variant.ref] = HAS_ANOTHER if is_sold else NO_LONGER_SOLD
                if variant.sku and is_sold:
                    owns[variant.ref] = variant.sku
        links = self._links(VARIANT).filter(label__among=set(owns.values()))
        columns = ("label", "source_ref", "target_ref", "fingerprint")
        return [
            Claim(
                sku=sku,
                variant_ref=ref,
                variant_id=target_ref,
                given_up=given_up.get(ref) or (HAS_ANOTHER if mark == MOVING else ""),
            )
            for sku, ref, target_ref, mark in links.values_list(*columns)
            if owns.get(ref) != sku
        ]

    def off_sale(self, product_ids: Iterable[str]) -> set[str]:
        """Of these ids of the storefront, those that were taken off sale."""
        links = self._links(PRODUCT).filter(target_ref__in=set(product_ids))
        return {link.target_ref for link in links.select_related("written") if _is_off_sale(link)}

    def set_aside(self, variant_ref: str, sku: str) -> None:
        """The variant has this SKU there now, which is nobody's in the ERP."""
        links = self._links(VARIANT).filter(source_ref=variant_ref)
        links.update(label=sku[:200], fingerprint=SET_ASIDE)

    def note_moving(self, moved: Iterable[str], back: Iterable[str]) -> None:
        """Marks variants that have another SKU in the ERP than there, and those that had."""
        for refs, mark in ((set(moved), MOVING), (set(back), "")):
            if refs:
                self._links(VARIANT).filter(source_ref__among=refs).update(fingerprint=mark)

    def write_anew(self, product_id: str) -> None:
        """What was written of it is not what is there: the next reading writes it again."""
        self._links(PRODUCT).filter(target_ref=product_id).update(fingerprint="")

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
                label=f"{variant.sku}{REMOVED}", fingerprint=""
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


def _is_off_sale(link: IdLink) -> bool:
    if link.fingerprint == GONE:
        return True
    return hasattr(link, "written") and link.written.content.get("is_published") is False
