"""Where a product lives in the storefront: its id, its variants' ids, or nowhere yet. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from integrations.flows.products.decide import Decision, Known
from integrations.flows.products.wanted import first_handle
from integrations.records import ErpProduct, ProductWrite, StorefrontProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the storefront holds: products by the ERP ref they carry, and which variant and
    product hold a SKU, as (variant id, product id)."""

    products: Mapping[str, Sequence[StorefrontProduct]]
    holders: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A decision with the write that carries it out; `reason` is set when there is none.

    `there` is the product as the storefront holds it before the write, where it was seen.
    """

    decision: Decision
    write: ProductWrite | None
    reason: str = ""
    there: StorefrontProduct | None = None

    @property
    def product(self) -> ErpProduct:
        return self.decision.product

    @property
    def is_new(self) -> bool:
        return self.write is not None and self.write.product_id is None

    @property
    def takes_off_sale(self) -> bool:
        """Whether buyers lose it by this write."""
        if self.write is None or self.is_new or self.write.is_published:
            return False
        return self.there is None or self.there.is_published


def address(decision: Decision, seen: Seen, known: Known | None) -> Addressed:
    """Fills in the storefront's ids, or says why nobody can tell which product it is.

    The link decides; without one the ERP ref that the product carries does. A product that
    merely has the same SKU may be somebody else's: linking it is left to a person.
    """
    if decision.write is None:
        raise ValueError(f"Product {decision.product.ref} is not to be written.")
    carriers = {one.product_id: one for one in seen.products.get(decision.product.ref, ())}
    if known is None and len(carriers) > 1:
        ids = ", ".join(sorted(carriers))
        return _nowhere(decision, f"several products of the storefront carry its id: {ids}")
    product_id = known.product_id if known else next(iter(carriers), None)
    if product_id is None:
        return _create(decision, decision.write, seen)
    there = _variants_there(product_id, carriers.get(product_id), seen)
    linked = known.variants if known else {}
    write = _update(decision.write, product_id, there, linked)
    return Addressed(decision=decision, write=write, there=carriers.get(product_id))


def _create(decision: Decision, write: ProductWrite, seen: Seen) -> Addressed:
    for variant in write.variants:
        if variant.sku in seen.holders:
            _, product_id = seen.holders[variant.sku]
            return _nowhere(
                decision,
                f"SKU {variant.sku} is already in the storefront, in product {product_id}: "
                "link the two, or change the SKU",
            )
    return Addressed(decision=decision, write=replace(write, handle=first_handle(write)))


def _variants_there(
    product_id: str, product: StorefrontProduct | None, seen: Seen
) -> dict[str, str]:
    """SKU to variant id within that product."""
    if product is not None:
        return {variant.sku: variant.variant_id for variant in product.variants}
    return {sku: ids[0] for sku, ids in seen.holders.items() if ids[1] == product_id}


def _update(
    write: ProductWrite, product_id: str, there: Mapping[str, str], linked: Mapping[str, str]
) -> ProductWrite:
    """An id that is not in the product would make the storefront delete the real ones."""
    present = set(there.values())
    variants = []
    for variant in write.variants:
        variant_id = linked.get(variant.external_ref)
        if variant_id not in present:
            variant_id = there.get(variant.sku)
        variants.append(replace(variant, variant_id=variant_id))
    return replace(write, product_id=product_id, variants=tuple(variants))


def _nowhere(decision: Decision, reason: str) -> Addressed:
    return Addressed(decision=decision, write=None, reason=reason)


def skus_to_ask(decisions: Iterable[Decision], known: Mapping[str, Known], seen: Seen) -> list[str]:
    """SKUs whose holder matters: of products that do not carry their ERP ref there."""
    return sorted(
        variant.sku
        for decision in decisions
        if decision.write is not None and not _is_found(decision.product.ref, known, seen)
        for variant in decision.write.variants
    )


def _is_found(ref: str, known: Mapping[str, Known], seen: Seen) -> bool:
    carriers = {product.product_id for product in seen.products.get(ref, ())}
    return known[ref].product_id in carriers if ref in known else bool(carriers)
