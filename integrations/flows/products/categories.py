"""Categories of the ERP in the storefront: made before the products that lie in them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from integrations.errors import Conflict, Rejected
from integrations.flows.links import bind, targets_of
from integrations.flows.matching.loose import loose_name
from integrations.flows.ownership import note_overwritten
from integrations.flows.products import category_edits
from integrations.flows.products.address import Addressed
from integrations.flows.runs.splitting import words_of
from integrations.models import Flow, IdLink
from integrations.records import CategoryWrite, ErpCategory, StorefrontCategory

KIND = IdLink.Kind.CATEGORY
TWICE = (
    "several categories of the storefront are named {name} at the same place: rename all but one"
)


class Categories:
    """What is linked, and what the storefront has; read when the first product asks."""

    def __init__(self, flow: Flow, shop: Any, *, actor: str) -> None:
        self._flow, self._shop, self._actor = flow, shop, actor
        self._there: dict[str, StorefrontCategory] | None = None
        self._linked: dict[str, str] = {}
        self._remembered: set[str] = set()

    def place(
        self, ready: Sequence[Addressed], *, writes: bool, checkpoint: Callable[[], None]
    ) -> list[Addressed]:
        """The same with the ids of their categories; where `writes`, missing ones are made,
        those above first. One whose category is refused has no write and says why."""
        chains = [one.product.category_chain for one in ready if _wants(one)]
        if not chains:
            return list(ready)
        self._learn(chains)
        return [
            self._placed(one, writes=writes, checkpoint=checkpoint) if _wants(one) else one
            for one in ready
        ]

    def _placed(self, one: Addressed, *, writes: bool, checkpoint: Callable[[], None]) -> Addressed:
        parent = ""
        for category in reversed(one.product.category_chain):
            try:
                parent = self._id_of(category, parent, writes=writes, checkpoint=checkpoint)
            except (Rejected, Conflict) as refusal:
                reason = (
                    f"its category {category.name} was refused: {words_of(refusal)} Rename the one "
                    "in the storefront that is in its way, or the ERP's"
                )
                return replace(one, write=None, reason=reason)
            if not parent:
                return one  # a plan: it would be made
        return replace(one, write=replace(one.write, category_id=parent)) if one.write else one

    def _id_of(
        self, category: ErpCategory, parent: str, *, writes: bool, checkpoint: Callable[[], None]
    ) -> str:
        known = self._known(category, parent)
        as_wanted = (category.name, parent)
        if known is not None and (known.name, known.parent_id) == as_wanted:
            if writes:
                self._keep(category, known, is_written=False)
            return known.category_id
        if not writes:
            return known.category_id if known else ""
        checkpoint()
        if known is not None:
            names = category_edits.names_of((self._there or {}).values())
            note_overwritten(self._flow, category_edits.edits_of(self._flow, known, names))
        written = self._shop.write_category(
            CategoryWrite(
                category_id=known.category_id if known else None,
                external_ref=category.ref,
                name=category.name,
                parent_id=parent,
            )
        )
        self._keep(category, written, is_written=True)
        return str(written.category_id)

    def _known(self, category: ErpCategory, parent: str) -> StorefrontCategory | None:
        """By its link, by the ref that it carries, then by name at the same place."""
        there = self._there or {}
        linked = there.get(self._linked.get(category.ref, ""))
        if linked is not None:
            return linked
        taken = set(self._linked.values())
        free = [one for one in there.values() if one.category_id not in taken]
        carried = [one for one in free if one.external_ref == category.ref]
        if carried:
            return min(carried, key=lambda one: one.category_id)
        named = [
            one
            for one in free
            if not one.external_ref
            and one.parent_id == parent
            and loose_name(one.name) == loose_name(category.name)
        ]
        if len(named) > 1:
            raise Rejected(TWICE.format(name=category.name), ids={"category": category.ref})
        return named[0] if named else None

    def _keep(self, category: ErpCategory, there: StorefrontCategory, *, is_written: bool) -> None:
        if self._there is not None:
            self._there[there.category_id] = there
        if self._linked.get(category.ref) != there.category_id:
            self._bind(category, there)
        if is_written or category.ref not in self._remembered:
            self._remembered.add(category.ref)
            category_edits.remember_category(self._flow, category.ref, there, is_written=is_written)

    def _bind(self, category: ErpCategory, there: StorefrontCategory) -> None:
        links = IdLink.objects.filter(
            kind=KIND, source=self._flow.source, target=self._flow.target, source_ref=category.ref
        )
        links.exclude(target_ref=there.category_id).delete()  # it was deleted over there
        bind(
            KIND,
            self._flow.source,
            category.ref,
            self._flow.target,
            there.category_id,
            actor=self._actor,
            label=category.name[:200],
        )
        self._linked[category.ref] = there.category_id

    def _learn(self, chains: Iterable[Sequence[ErpCategory]]) -> None:
        if self._there is None:
            self._there = {one.category_id: one for one in self._shop.categories()}
        refs = {one.ref for chain in chains for one in chain} - self._linked.keys()
        self._linked |= targets_of(KIND, self._flow.source, refs, self._flow.target)


def _wants(one: Addressed) -> bool:
    return (
        one.write is not None
        and one.write.category is not None
        and (one.write.is_published or one.is_new)
    )
