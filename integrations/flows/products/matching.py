"""First contact of products: which of the storefront's a product without a link is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.flows.matching import Record, Rule, Trait, Verdict, decide
from integrations.flows.matching.bench import Bench
from integrations.flows.matching.decide import parts_of
from integrations.flows.matching.keys import KnownThere
from integrations.flows.matching.loose import loose_code, loose_name
from integrations.flows.products.decide import label_of
from integrations.flows.products.wanted import active_variants
from integrations.flows.runs.batch import Work
from integrations.gateways.storefront import open_storefront
from integrations.models import IdLink, MatchProposal
from integrations.records import ErpProduct, Page, StorefrontProduct
from integrations.records.codec import to_json

RULES = (
    Rule(by="sku", words="SKU", same=100, alike=80, links=True),
    Rule(by="barcode", words="barcode", same=90, alike=75),
    Rule(by="name", words="name", same=60, alike=50),
)
UNDONE = "a person undid its link"


def record_of(product: ErpProduct) -> Record:
    """A product of the ERP, by what it may be known by there. What is not sold any more is
    left out."""
    traits = [
        trait
        for variant in active_variants(product) or product.variants
        for trait in _codes(variant.ref, variant.sku, variant.barcode)
    ]
    return Record(
        ref=product.ref, label=label_of(product), traits=(*traits, *_names(product.title))
    )


def record_there(product: StorefrontProduct) -> Record:
    traits = [
        trait
        for variant in product.variants
        for trait in _codes(variant.variant_id, variant.sku, variant.barcode)
    ]
    skus = ", ".join(variant.sku for variant in product.variants if variant.sku)
    return Record(
        ref=product.product_id,
        label=f"{product.title} ({skus})" if skus else product.title,
        traits=(*traits, *_names(product.title)),
        owner_ref=product.external_ref,
    )


class ProductMatching:
    """Verdicts on the unlinked products of a page, and what is kept of them."""

    def __init__(self, work: Work, shop: Any) -> None:
        self._work, self._shop = work, shop
        flow = work.flow
        self._there = KnownThere(flow.source, flow.target, IdLink.Kind.PRODUCT)
        self._bench = Bench(flow, IdLink.Kind.PRODUCT)

    def settle(self, refs: Collection[str]) -> None:
        """These are linked: what was asked about them is over."""
        self._bench.settle(refs)

    def settle_unseen(self) -> None:
        """After a complete reading: what was asked about products that were not in it is over."""
        if not self._work.is_dry:
            self._bench.settle_unseen(self._work.run.started_at)

    def waiting(self, refs: Iterable[str]) -> dict[str, bool]:
        return self._bench.waiting(refs)

    def absent(self, products: Sequence[ErpProduct], *, since: datetime | None) -> set[str]:
        """Refs of those that the storefront did not have when this run, a complete one, read all
        of it: neither their ref nor one of their SKUs. With `since` that reading counts only if it
        is not older."""
        run = self._work.run
        if run.window_start is not None:
            return set()
        self._refresh()
        if not self._there.is_read_since(since or run.started_at):
            return set()
        records = [record_of(product) for product in products]
        carried = self._there.owners(one.ref for one in records)
        taken = self._there.met(records, "sku")
        return {
            one.ref
            for one in records
            if one.ref not in carried
            and not any(trait.by == "sku" and trait.key in taken for trait in one.traits)
        }

    def verdicts(
        self,
        products: Sequence[ErpProduct],
        *,
        twins: Sequence[ErpProduct],
        seen: Sequence[StorefrontProduct],
    ) -> dict[str, Verdict]:
        """Product ref to what is known of it. `seen` are those of the storefront that hold one
        of the SKUs or carry one of the refs, as they are now; the rest of it is known as it was
        read last. Only what is among `seen` can be proven."""
        if not products:
            return {}
        self._refresh()
        records = [record_of(product) for product in products]
        sources = [record_of(product) for product in twins]
        linked = self._there.linked(one.product_id for one in seen)
        now = {one.product_id: record_there(one) for one in seen if one.product_id not in linked}
        others = {one.ref: one for one in self._there.like(records)} | now
        waiting = self._bench.waiting(one.ref for one in records)
        rejected = self._bench.rejected_of(one.ref for one in records)
        found = {}
        for record in records:
            verdict = decide(
                record,
                list(others.values()),
                RULES,
                twins=sources,
                rejected=rejected.get(record.ref, ()),
            )
            if verdict.what == "link" and waiting.get(record.ref):
                verdict = Verdict(what="ask", candidates=verdict.candidates, why=UNDONE)
            found[record.ref] = verdict
        self._keep(records, found, waiting, {one.ref: to_json(one) for one in products})
        return found

    def note_linked(
        self, linked: Mapping[str, Verdict], products: Mapping[str, ErpProduct]
    ) -> None:
        """Keeps which products the rules have linked, with the links that were made."""
        pairs = [(record_of(products[ref]), verdict) for ref, verdict in linked.items()]
        self._bench.note_matched(pairs, {ref: _made(ref, one) for ref, one in linked.items()})

    def _keep(
        self,
        records: Sequence[Record],
        verdicts: Mapping[str, Verdict],
        waiting: Mapping[str, bool],
        wholes: Mapping[str, dict[str, Any]],
    ) -> None:
        if self._work.is_dry:
            return
        asked = [(one, verdicts[one.ref]) for one in records if verdicts[one.ref].what == "ask"]
        if asked:
            self._bench.ask(asked, wholes)
        over = [ref for ref in waiting if verdicts[ref].what == "new"]
        if over:
            self._bench.settle(over)

    def _refresh(self) -> None:
        run = self._work.run
        since = run.started_at if run.window_start is None else None
        self._there.refresh(self._page, since=since)

    def _page(self, cursor: str | None) -> Page[Record]:
        page = self._shop.all_products(cursor)
        rows = tuple(record_there(product) for product in page.rows)
        return Page(rows=rows, next_cursor=page.next_cursor)


def _made(ref: str, verdict: Verdict) -> list[tuple[str, str, str]]:
    first = verdict.candidates[0]
    parts = [(str(IdLink.Kind.VARIANT), here, there) for here, there in first.parts]
    return [(str(IdLink.Kind.PRODUCT), ref, first.ref), *parts]


def _codes(part: str, sku: str, barcode: str) -> Iterable[Trait]:
    for by, value in (("sku", sku.strip()), ("barcode", barcode.strip())):
        if value:
            yield Trait(by=by, value=value, key=loose_code(value), part=part)


def _names(title: str) -> Iterable[Trait]:
    if title.strip():
        yield Trait(by="name", value=title.strip(), key=loose_name(title))


def look_there(proposal: MatchProposal, ref: str, actor: str) -> Record | None:
    """The product of that id as it is now."""
    with open_storefront(proposal.flow.target, actor=actor) as shop:
        return next((record_there(one) for one in shop.products_by_id([ref])), None)


def pairs_by_hand(proposal: MatchProposal, there: Record) -> list[tuple[str, str]]:
    """Its variants by SKU and barcode, however they are typed; a single one with a single one."""
    loose = {"sku": loose_code, "barcode": loose_code, "name": loose_name}
    here = Record(
        ref=proposal.source_ref,
        label=proposal.label,
        traits=tuple(
            Trait(by=by, value=value, key=loose[by](value), part=part)
            for by, value, part in proposal.told
        ),
    )
    return list(parts_of(here, there, RULES))
