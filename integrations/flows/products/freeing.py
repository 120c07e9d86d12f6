"""Frees SKUs that articles of the ERP gave up, before others are written under them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.errors import Rejected
from integrations.flows.products.address import Addressed
from integrations.flows.products.decide import Decision, Known
from integrations.flows.products.linked import ProductLinks
from integrations.flows.products.releasing import Release, Verdicts, judge
from integrations.flows.products.writing import Outcome
from integrations.flows.runs.batch import Work
from integrations.records import ErpProduct


class Freeing:
    """What may be freed for the products of a page, and what was.

    Where no SKU of a page is linked to another article, the storefront is not asked.
    """

    def __init__(self, work: Work, links: ProductLinks, shop: Any) -> None:
        self._work, self._links, self._shop = work, links, shop
        self.releases: Mapping[str, Release] = {}

    def look(
        self, products: Sequence[ErpProduct], known: Mapping[str, Known]
    ) -> Mapping[str, frozenset[str]]:
        """The SKUs of these products that others are sold under, with the ERP's variants."""
        claims = self._links.claims(products)
        verdicts = Verdicts()
        if claims:
            found = self._shop.find_variants([one.sku for one in claims])
            holders = {sku: (variant_id, product_id) for sku, variant_id, product_id in found}
            verdicts = judge(
                claims,
                holders=holders,
                off_sale=self._links.off_sale(product_id for _, product_id in holders.values()),
                read_now={
                    known[one.ref].product_id
                    for one in products
                    if one.ref in known and not one.problem
                },
            )
        if self._work.writes:
            for claim in verdicts.stale:
                self._links.set_aside(claim.variant_ref, claim.stand_in)
        self.releases = verdicts.releases
        return verdicts.owners

    def note_moving(self, decisions: Iterable[Decision], known: Mapping[str, Known]) -> None:
        """Remembers articles that have another SKU now, until they are written under it: whoever is
        read later, and wants the old one, may have it. So articles that swap their SKUs need
        not be on one page."""
        if self._work.is_dry:
            return
        changed = [one.product.ref for one in decisions if one.what != "unchanged"]
        moved = {ref for one in changed if one in known for ref in known[one].moved}
        back = {ref for one in known.values() for ref in one.back}
        self._links.note_moving(moved, back)

    def free(self, addressed: Sequence[Addressed]) -> tuple[list[Addressed], list[Outcome]]:
        """Frees the SKUs that these take: those that may be written now, and those for which the
        storefront refused it.

        1. A product that stays on sale is marked to be written anew, whatever becomes of it.
        2. The storefront is told the stand-in.
        3. The link says so. Broken off before, all of it is done again.
        """
        ready: list[Addressed] = []
        refused: list[Outcome] = []
        for one in addressed:
            try:
                for release in one.frees:
                    self._free(release)
            except Rejected as refusal:
                refused.append(Outcome(addressed=one, there=None, error=refusal))
            else:
                ready.append(one)
        return ready, refused

    def forget(self, outcomes: Iterable[Outcome]) -> None:
        """These have been written: what they have now is not theirs to give up."""
        written = {
            variant.variant_id
            for one in outcomes
            if one.there is not None and one.addressed.write and one.addressed.write.is_published
            for variant in one.there.variants
        }
        self.releases = {
            sku: one for sku, one in self.releases.items() if one.claim.variant_id not in written
        }

    def _free(self, release: Release) -> None:
        claim = release.claim
        if release.is_sold:
            self._links.write_anew(release.product_id)
        self._work.checkpoint()
        other = claim.stand_in
        try:
            self._shop.set_sku_aside(claim.variant_id, claim.sku, other)
        except Rejected:  # somebody else has that one, too
            other = f"{claim.sku} ({claim.variant_id})"
            self._shop.set_sku_aside(claim.variant_id, claim.sku, other)
        self._links.set_aside(claim.variant_ref, other)
