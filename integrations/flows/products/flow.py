"""One page of products, from the ERP to the storefront."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Rejected, RemoteError
from integrations.flows.matching import Verdict
from integrations.flows.ownership import compare, looks_for_edits, note_overwritten
from integrations.flows.products import category_edits
from integrations.flows.products.address import Addressed, Seen, address, skus_to_ask
from integrations.flows.products.categories import Categories
from integrations.flows.products.decide import Decision, Known, decide
from integrations.flows.products.differing import differences
from integrations.flows.products.freeing import Freeing
from integrations.flows.products.gone import gone_page
from integrations.flows.products.kept import keep_articles
from integrations.flows.products.linked import ProductLinks
from integrations.flows.products.matching import ProductMatching
from integrations.flows.products.owned import edits_of, remember_written
from integrations.flows.products.priced import Opening, items_of
from integrations.flows.products.terms import terms_of
from integrations.flows.products.writing import Outcome, write_all
from integrations.flows.runs.batch import (
    CHANGED_SINCE_PLAN,
    HandlePage,
    PageOutcome,
    PlanItem,
    Work,
)
from integrations.flows.runs.pacing import products_at_once
from integrations.flows.runs.plan import told_already
from integrations.flows.runs.reading import Place, place_of
from integrations.flows.runs.reading_ahead import reading_ahead
from integrations.flows.runs.splitting import in_batches, words_of
from integrations.flows.stock.opening import note_items
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront
from integrations.ports import PullsProducts
from integrations.records import ErpProduct, StorefrontProduct, Window


@contextmanager
def open_products(work: Work) -> Iterator[HandlePage]:
    """Opens both sides of a products flow and yields what handles a page."""
    flow, run = work.flow, work.run
    with (
        open_erp(flow.source, PullsProducts, actor=work.actor, run_id=run.pk) as erp,
        open_storefront(flow.target, actor=work.actor, run_id=run.pk) as shop,
        reading_ahead(erp, "product_page") as pages,
    ):
        yield ProductPages(work, erp=pages, shop=shop).handle


class ProductPages:
    """Fetch, decide, apply; between two pages only that there was one is remembered."""

    def __init__(self, work: Work, *, erp: PullsProducts, shop: Any) -> None:
        self._work, self._erp, self._shop = work, erp, shop
        # The first page may have been written before, and its answer been lost: what was read of
        # the storefront before this moment tells nothing. None: since the run began.
        self._read_since: datetime | None = timezone.now()
        self._terms = terms_of(work.flow)
        self._links = ProductLinks(work.flow, actor=work.actor)
        self._matching = ProductMatching(work, shop)
        self._categories = Categories(work.flow, shop, actor=work.actor)
        self._opening = Opening(work.flow, shop)
        self._freeing = Freeing(work, self._links, shop)

    def handle(self, window: Window, cursor: str | None) -> PageOutcome:
        """Reads one page and carries out what it asks for. Safe to repeat."""
        place = place_of(window, cursor)
        if place.is_gone:
            if place.cursor == "0":
                self._matching.settle_unseen()
            return gone_page(self._work, self._links, self._shop, after=int(place.cursor or 0))
        if place.is_complete and cursor is None and self._terms.takes_categories:
            category_edits.look(self._work, self._shop)
        page = self._erp.product_page(place.window, place.cursor)
        products = list({product.ref: product for product in page.rows}.values())
        known = self._links.known_of(products)
        self._work.expect(product.ref for product in products)
        decisions = decide(
            products,
            known=known,
            sku_owners=self._freeing.look(products, known),
            terms=self._terms,
        )
        keep_articles(self._work.flow.source, self._to_keep(decisions))
        self._freeing.note_moving(decisions, known)
        items = [_skipped(one, one.reason) for one in decisions if one.what == "skip"]
        at_once = products_at_once()
        for batch in in_batches([one for one in decisions if one.what == "write"], at_once):
            items += self._carry_out(batch, known)
        if place.is_late:
            told = told_already(self._work.run, (one.ref for one in items))
            items = [one for one in items if (one.ref, one.fingerprint) not in told]
        self._look_for_edits(place, [one for one in decisions if one.what == "unchanged"], known)
        if place.is_complete and not self._work.is_dry:
            self._links.mark_seen((one.ref for one in products), self._work.run.started_at)
        self._read_since = None
        return PageOutcome(
            read=len(products) if not place.is_late else 0,
            unchanged=sum(one.what == "unchanged" for one in decisions) if not place.is_late else 0,
            items=tuple(items),
            next_cursor=place.following(page.next_cursor),
        )

    def _to_keep(self, decisions: Sequence[Decision]) -> list[ErpProduct]:
        """Articles whose category may be another one than before: a fingerprint tells those of a
        chain of categories that the flow writes, and no others."""
        return [
            one.product
            for one in decisions
            if one.what != "unchanged"
            or (one.product.category and not self._is_chain_written(one.product))
        ]

    def _is_chain_written(self, product: ErpProduct) -> bool:
        return self._terms.takes_categories and bool(product.category_chain)

    def _look_for_edits(
        self, place: Place, unchanged: Sequence[Decision], known: Mapping[str, Known]
    ) -> None:
        """In a complete reading, where the flow is told to: what should be as it was written."""
        if not place.is_complete or place.is_late or not looks_for_edits(self._work):
            return
        refs = [one.product.ref for one in unchanged if one.product.ref in known]
        for some in in_batches(refs, products_at_once()):
            links = self._links.by_ref(some).values()
            compare(self._work.flow, self._shop, list(links))

    def _carry_out(
        self, decisions: Sequence[Decision], known: Mapping[str, Known]
    ) -> list[PlanItem]:
        planned: list[Decision] = []
        items: list[PlanItem] = []
        for one in decisions:
            if self._work.is_planned(one.product.ref, one.fingerprint):
                planned.append(one)
            else:
                items.append(_skipped(one, CHANGED_SINCE_PLAN))
        addressed = self._categories.place(
            self._address(planned, known),
            writes=self._work.writes,
            checkpoint=self._work.checkpoint,
        )
        items += [_skipped(one.decision, one.reason) for one in addressed if one.write is None]
        ready = self._opening.priced([one for one in addressed if one.write is not None])
        if not self._work.writes:
            return items + [_done(one) for one in ready]
        self._work.before_removing(sum(one.takes_off_sale for one in ready))
        self._tell_overwritten(ready)
        return items + [self._outcome(one) for one in self._write(ready)]

    def _tell_overwritten(self, ready: Sequence[Addressed]) -> None:
        links = self._links.by_ref(one.product.ref for one in ready if one.there is not None)
        there = {one.product.ref: one.there for one in ready}
        edits = {link: edits_of(link, there[ref]) for ref, link in links.items()}
        note_overwritten(
            self._work.flow, {link: changes for link, changes in edits.items() if changes}
        )

    def _address(
        self, decisions: Sequence[Decision], known: Mapping[str, Known]
    ) -> list[Addressed]:
        if not decisions:
            return []
        absent = self._absent(decisions, known)
        asked = [one for one in decisions if one.product.ref not in absent]
        carriers: dict[str, list[StorefrontProduct]] = defaultdict(list)
        for product in self._shop.find_products([one.product.ref for one in asked]):
            carriers[product.external_ref].append(product)
        seen = Seen(products=carriers, holders={}, releases=self._freeing.releases)
        skus = skus_to_ask(asked, known, seen)
        if skus:
            found = self._shop.find_variants(skus)
            holders = {sku: (variant_id, product_id) for sku, variant_id, product_id in found}
            seen = replace(seen, holders=holders)
        seen, verdicts = self._first_contact(decisions, known, seen)
        return [
            address(one, seen, known.get(one.product.ref), verdicts.get(one.product.ref))
            for one in decisions
        ]

    def _absent(self, decisions: Sequence[Decision], known: Mapping[str, Known]) -> set[str]:
        """New products that need not be looked for: this run has read the whole storefront, and
        no try of this page can have come before, or after that. One that a person makes meanwhile
        is refused for its SKU, and then looked for."""
        new = [one.product for one in decisions if one.product.ref not in known]
        return self._matching.absent(new, since=self._read_since) if new else set()

    def _first_contact(
        self, decisions: Sequence[Decision], known: Mapping[str, Known], seen: Seen
    ) -> tuple[Seen, dict[str, Verdict]]:
        """What is said of products without a link that nothing in the storefront names, or that
        a person was asked about."""
        waiting = self._matching.waiting(one.product.ref for one in decisions)
        self._matching.settle(waiting.keys() & known.keys())
        unlinked = [one.product for one in decisions if one.product.ref not in known]
        strange = [one for one in unlinked if one.ref in waiting or not seen.products.get(one.ref)]
        linked = {
            known[one.product.ref].product_id
            for one in decisions
            if one.product.ref in known and not seen.products.get(one.product.ref)
        }
        if not strange and not linked:
            return seen, {}
        ids = {product_id for _, product_id in seen.holders.values()} if strange else set()
        there = [
            *self._shop.products_by_id(sorted(ids | linked)),
            *(one for product in strange for one in seen.products.get(product.ref, ())),
        ]
        verdicts = self._matching.verdicts(strange, twins=unlinked, seen=there)
        return replace(seen, by_id={one.product_id: one for one in there}), verdicts

    def _write(self, addressed: Sequence[Addressed]) -> list[Outcome]:
        return [self._again(one) for one in self._try(addressed)]

    def _try(self, addressed: Sequence[Addressed]) -> list[Outcome]:
        ready, refused = self._freeing.free(addressed)
        written = write_all(ready, shop=self._shop, checkpoint=self._work.checkpoint)
        outcomes = [*written, *refused]
        self._freeing.forget(outcomes)
        done = [one.addressed for one in outcomes if one.there is not None]
        with transaction.atomic():  # what was written last is what the links say, or neither
            kept = ((one.addressed, one.there) for one in outcomes if one.there is not None)
            self._links.keep(kept)
            remember_written(self._links, outcomes)
        matched = {one.product.ref: one.matched for one in done if one.matched is not None}
        if matched:
            self._matching.note_linked(matched, {one.product.ref: one.product for one in done})
        self._opening.note(outcomes)
        note_items(self._work.flow, items_of(outcomes), actor=self._work.actor)
        return outcomes

    def _again(self, outcome: Outcome) -> Outcome:
        """Looks once more for a refused product, without its link.

        A conflict says that it was deleted in the storefront; a refused creation may mean
        that an earlier try, whose answer was lost, took effect after all. Tries again only
        if the product turns out to be elsewhere.
        """
        refused = outcome.addressed
        if outcome.error is None or (isinstance(outcome.error, Rejected) and not refused.is_new):
            return outcome
        self._read_since = timezone.now()  # whatever was read before
        (looked,) = self._categories.place(
            self._address([refused.decision], {}), writes=True, checkpoint=self._work.checkpoint
        )
        if looked.write is None or looked.is_new == refused.is_new:
            return outcome
        (tried,) = self._try(self._opening.priced([looked]))
        return tried

    def _outcome(self, outcome: Outcome) -> PlanItem:
        if outcome.error is None:
            return _done(outcome.addressed)
        decision = outcome.addressed.decision
        return PlanItem(
            action="failed",
            ref=decision.product.ref,
            label=decision.label,
            reason=f"{words_of(outcome.error)} {_fix_of(outcome.error)}".strip(),
        )


def _fix_of(error: RemoteError) -> str:
    return error.hint or "Correct it in the ERP or in the storefront; the next run tries again."


def _done(addressed: Addressed) -> PlanItem:
    decision, action = addressed.decision, "create" if addressed.is_new else "change"
    reason = ""
    if addressed.matched is not None:
        reason = f"first contact: linked by {addressed.matched.candidates[0].reasons[0]}"
    if addressed.takes_off_sale:
        action, reason = "remove", "taken off sale: archived in the ERP"
    return PlanItem(
        action=action,  # type: ignore[arg-type]
        ref=decision.product.ref,
        label=decision.label,
        reason=reason,
        fingerprint=decision.fingerprint,
        changes=(
            *(differences(addressed.write, addressed.there) if addressed.write else ()),
            *(release.change for release in addressed.frees),
        ),
    )


def _skipped(decision: Decision, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=decision.product.ref, label=decision.label, reason=reason)
