"""Which SKU of another article is free to be taken in the storefront, and for what reason. Pure.

A link says by its label under which SKU a variant was written. Another article of the ERP may
have it

- when the storefront has nobody of that SKU, or the one that was linked has another one there,
- when the ERP's article has another SKU now, or no longer sells it, or
- when its product is off sale: archived, or gone from the ERP.

Then the one that has it there gets a stand-in, and keeps its id, its link and what is in stock
of it. Else two articles of the ERP are sold under one SKU, and a person must say which.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Change = tuple[str, str, str]
IS_OFF_SALE = "is off sale"
NO_LONGER_SOLD = "is no longer sold"
HAS_ANOTHER = "has another SKU now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A link under a SKU that another article has in the ERP now. `given_up` says what became of
    its own one there, as it was read last; empty while that is not known to have changed."""

    sku: str
    variant_ref: str
    variant_id: str
    given_up: str = ""

    @property
    def stand_in(self) -> str:
        """The same at each try, so that it does not matter where one was broken off."""
        return f"{self.sku} ({self.variant_ref})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """`is_sold`: its product is on sale, and is written anew as soon as it can be."""

    claim: Claim
    product_id: str
    is_sold: bool
    why: str

    @property
    def change(self) -> Change:
        """As the plan tells it, with the product that takes the SKU."""
        ref, sku = self.claim.variant_ref, self.claim.sku
        return (
            f"SKU {sku}",
            f"of variant {ref}, which {self.why}",
            f"{ref}: {self.claim.stand_in}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """`owners`: the ERP variants that each SKU is still sold as. `stale` claims are of links
    whose variant does not have the SKU there any more."""

    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)
    stale: tuple[Claim, ...] = ()


def judge(
    claims: Iterable[Claim],
    *,
    holders: Mapping[str, tuple[str, str]],
    off_sale: Collection[str],
    read_now: Collection[str],
) -> Verdicts:
    """`holders` maps SKUs to (variant id, product id) there; `off_sale` and `read_now` are ids of
    products that are off sale, and that the ERP has told of on this page, with all that they are
    sold as."""
    owners: dict[str, set[str]] = {}
    releases: dict[str, Release] = {}
    stale = []
    for claim in claims:
        variant_id, product_id = holders.get(claim.sku, ("", ""))
        if variant_id != claim.variant_id:
            stale.append(claim)
        elif why := _given_up(claim, product_id, off_sale, read_now):
            is_sold = product_id not in off_sale
            releases[claim.sku] = Release(
                claim=claim, product_id=product_id, is_sold=is_sold, why=why
            )
        else:
            owners.setdefault(claim.sku, set()).add(claim.variant_ref)
    return Verdicts(
        owners={sku: frozenset(refs) for sku, refs in owners.items()},
        releases=releases,
        stale=tuple(stale),
    )


def _given_up(
    claim: Claim, product_id: str, off_sale: Collection[str], read_now: Collection[str]
) -> str:
    """What became of the article that has the SKU there; empty where it is still its own."""
    if product_id in off_sale:
        return IS_OFF_SALE
    return claim.given_up or (NO_LONGER_SOLD if product_id in read_now else "")
