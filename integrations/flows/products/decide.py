"""What to do with each product of a page. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from integrations.flows.products.wanted import (
    ShopTerms,
    active_variants,
    fingerprint_of,
    problem_of,
    write_of,
)
from integrations.records import ErpProduct, ProductWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the links say of one product: its id there, what was last written, its variants
    (ERP ref to storefront id).

    `moved` are those that have another SKU in the ERP than the one they were written with; `back`
    had, when they were read last, and have it again.
    """

    product_id: str
    fingerprint: str
    variants: Mapping[str, str] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`write` is set for "write" only; whether that creates or changes is found out later."""

    what: Literal["write", "unchanged", "skip"]
    product: ErpProduct
    write: ProductWrite | None = None
    fingerprint: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        return label_of(self.product)


_FIX = ": give one of the two another SKU there, or archive it"


def label_of(product: ErpProduct) -> str:
    skus = ", ".join(variant.sku for variant in product.variants if variant.sku)
    return f"{product.title} ({skus})" if skus else product.title


def decide(
    products: Sequence[ErpProduct],
    *,
    known: Mapping[str, Known],
    sku_owners: Mapping[str, frozenset[str]],
    terms: ShopTerms,
) -> list[Decision]:
    """One decision per product, in their order.

    `known` maps product refs, `sku_owners` each SKU to the ERP variants that are sold under it,
    see `releasing`. Two products of the ERP with one SKU: neither is touched; if one of them is
    in the storefront already (it came on an earlier page), the other one is not.
    """
    clashes = _clashes(products, sku_owners)
    return [_decide(product, known.get(product.ref), clashes, terms) for product in products]


def _decide(
    product: ErpProduct, known: Known | None, clashes: Mapping[str, str], terms: ShopTerms
) -> Decision:
    if not product.is_active and known is None:
        return Decision(what="unchanged", product=product)  # archived, and never sold
    reason = clashes.get(product.ref) or problem_of(product, terms)
    if reason and product.is_active:  # one that is taken off sale needs neither SKU nor price
        return Decision(what="skip", product=product, reason=reason)
    write = write_of(product, terms, linked_variants=known.variants if known else ())
    fingerprint = fingerprint_of(write)
    if known is not None and known.fingerprint == fingerprint:
        return Decision(what="unchanged", product=product)
    return Decision(what="write", product=product, write=write, fingerprint=fingerprint)


def _clashes(
    products: Sequence[ErpProduct], sku_owners: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Product ref to the sentence that says whose SKU it has, too."""
    sellers = _sellers(products)
    present = {variant.ref for product in products for variant in product.variants}
    found: dict[str, str] = {}
    for sku, refs in sellers.items():
        # A linked variant of this page has the SKU it has now, not the one it was linked with.
        elsewhere = sku_owners.get(sku, frozenset()) - present
        for ref in refs:
            others = sorted(refs - {ref})
            if others:
                found[ref] = (
                    f"SKU {sku} also belongs to product {', '.join(others)} of the ERP{_FIX}"
                )
            elif elsewhere:
                variants = ", ".join(sorted(elsewhere))
                found[ref] = f"SKU {sku} is already sold as variant {variants} of the ERP{_FIX}"
    return found


def _sellers(products: Iterable[ErpProduct]) -> dict[str, set[str]]:
    """Each SKU to the products that sell it."""
    sellers: dict[str, set[str]] = defaultdict(set)
    for product in products:
        for variant in active_variants(product) if product.is_active else ():
            if variant.sku:
                sellers[variant.sku].add(product.ref)
    return sellers
