"""Where a product lives in the storefront: its id, its variants' ids, or nowhere yet. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from integrations.flows.matching import Verdict
from integrations.flows.matching.bench import WAITS
from integrations.flows.products.decide import Decision, Known
from integrations.flows.products.releasing import Release
from integrations.flows.products.wanted import first_handle
from integrations.records import ErpProduct, ProductWrite, StorefrontProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the storefront holds: products by the ERP ref they carry, which variant and product
    hold a SKU, as (variant id, product id), products that were read by their id, and SKUs that may
    be freed."""

    products: Mapping[str, Sequence[StorefrontProduct]]
    holders: Mapping[str, tuple[str, str]]
    by_id: Mapping[str, StorefrontProduct] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A decision with the write that carries it out; `reason` is set when there is none.

    `there` is the product as the storefront holds it before the write, where it was seen; SKUs
    of other variants that it takes are freed before it (`frees`).
    """

    decision: Decision
    write: ProductWrite | None
    reason: str = ""
    there: StorefrontProduct | None = None
    matched: Verdict | None = None
    frees: tuple[Release, ...] = ()

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


def address(
    decision: Decision, seen: Seen, known: Known | None, verdict: Verdict | None = None
) -> Addressed:
    """Fills in the storefront's ids, or says why nobody can tell which product it is.

    The link decides; without one the ERP ref that the product carries does, then what first
    contact says of it (`verdict`). Where that is a question, nothing is written.
    """
    found = _address(decision, seen, known, verdict)
    if found.write is None or not found.write.is_published:
        return found
    taken = [
        seen.releases[one.sku]
        for one in found.write.variants
        if one.sku in seen.releases and seen.releases[one.sku].claim.variant_id != one.variant_id
    ]
    return replace(found, frees=tuple(taken))


def _address(
    decision: Decision, seen: Seen, known: Known | None, verdict: Verdict | None
) -> Addressed:
    if decision.write is None:
        raise ValueError(f"Product {decision.product.ref} is not to be written.")
    carriers = {one.product_id: one for one in seen.products.get(decision.product.ref, ())}
    if known is None and verdict is not None and verdict.what == "ask":
        return _nowhere(decision, f"{WAITS}: {verdict.why}")
    if known is None and verdict is not None and verdict.what == "link":
        return _match(decision, verdict, seen)
    if known is None and len(carriers) > 1:
        ids = ", ".join(sorted(carriers))
        return _nowhere(decision, f"several products of the storefront carry its id: {ids}")
    product_id = known.product_id if known else next(iter(carriers), None)
    if product_id is None:
        return _create(decision, decision.write, seen)
    found = carriers.get(product_id) or seen.by_id.get(product_id)
    linked = known.variants if known else {}
    there = _variants_there(product_id, found, seen)
    write = _update(decision.write, product_id, there, linked, given_up=seen.releases)
    return Addressed(decision=decision, write=write, there=found)


def _match(decision: Decision, verdict: Verdict, seen: Seen) -> Addressed:
    found = verdict.candidates[0]
    if decision.write is None or found.ref not in seen.by_id:
        return _nowhere(decision, f"{found.label} is no longer in the storefront")
    there = seen.by_id[found.ref]
    variants = _variants_there(found.ref, there, seen)
    write = _update(decision.write, found.ref, variants, dict(found.parts), given_up=seen.releases)
    return Addressed(decision=decision, write=write, there=there, matched=verdict)


def _create(decision: Decision, write: ProductWrite, seen: Seen) -> Addressed:
    for variant in write.variants:
        if variant.sku in seen.holders and variant.sku not in seen.releases:
            _, product_id = seen.holders[variant.sku]
            return _nowhere(
                decision,
                f"SKU {variant.sku} is already in the storefront, in product {product_id}: "
                "link the two, or change the SKU",
            )
    return Addressed(decision=decision, write=replace(write, handle=first_handle(write)))


def _variants_there(
    product_id: str, product: StorefrontProduct | None, seen: Seen
) -> list[tuple[str, str]]:
    """(SKU, variant id) within that product; a SKU may be empty, or about to be freed."""
    if product is not None:
        return [(variant.sku, variant.variant_id) for variant in product.variants]
    return [(sku, ids[0]) for sku, ids in seen.holders.items() if ids[1] == product_id]


def _update(
    write: ProductWrite,
    product_id: str,
    there: Sequence[tuple[str, str]],
    linked: Mapping[str, str],
    *,
    given_up: Mapping[str, Release],
) -> ProductWrite:
    """An id that is not in the product would make the storefront delete the real ones. A variant
    that gives up its SKU is not taken for the one that gets it."""
    present = {variant_id for _, variant_id in there}
    freed = {release.claim.variant_id for release in given_up.values()}
    by_sku = {sku: variant_id for sku, variant_id in there if variant_id not in freed}
    variants = []
    for variant in write.variants:
        variant_id = linked.get(variant.external_ref)
        if variant_id not in present:
            variant_id = by_sku.get(variant.sku)
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
