"""Price lists of the storefront: one per audience and span of days, and never for everyone.

A list is made as a draft with its rule, the rule is read back, and then it is made active. The
rules are read back after each write, too: one that is not for its group alone is made a draft
at once, and an issue says so. What a person set to draft is left to people.

A list whose group a person deleted holds for nobody; it gets its audience's new group as its
rule. Only of a group that the list was made active for, and that is gone, is this believed.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import NeedsOperator
from integrations.flows.groups import ensure_groups, group_ref, remake_group
from integrations.flows.links import bind
from integrations.flows.ownership import note_deleted
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.list_issues import (
    is_told,
    not_for_its_group,
    note_draft,
    note_wrong,
    resolve,
)
from integrations.flows.prices.offers import Kept
from integrations.flows.prices.spans import in_words, moments_of
from integrations.flows.runs.batch import Work
from integrations.models import Flow, IdLink, PriceRow
from integrations.records import PriceListWrite, StorefrontPriceList

PRICE_LIST = IdLink.Kind.PRICE_LIST
REMEMBERED = 1000  # lists that a pass knows to be ready; the others are looked at again


class Lists:
    """Makes lists ready and watches over them."""

    def __init__(self, work: Work, *, shop: Any, zone: ZoneInfo) -> None:
        self._work, self._shop, self._zone = work, shop, zone
        self._source, self._target = work.flow.source, work.flow.target
        self._ready: OrderedDict[str, str] = OrderedDict()

    def ready(self, wanted: Mapping[str, Kept]) -> tuple[dict[str, str], dict[str, str]]:
        """{key: id of the list} and {key: why it cannot be used}; a row of each tells whose it
        is and when it holds. Makes what is missing. Repeatable."""
        ids = {key: self._ready[key] for key in wanted if key in self._ready}
        problems: dict[str, str] = {}
        links = self._links(set(wanted) - set(ids))
        there = self._there(link.target_ref for link in links.values())
        for key in sorted(set(wanted) - set(ids)):
            link = links.get(key)
            held = there.get(link.target_ref) if link else None
            if link is not None and held is None:
                forget_deleted_list(self._work.flow, link)
            try:
                ids[key] = self._make_ready(key, wanted[key], held)
            except NeedsOperator as exc:
                problems[key] = f"{exc.message} {exc.hint}".strip()
        return ids, problems

    def existing(self, list_ids: Iterable[str]) -> set[str]:
        """Those of these lists that are (still) in the storefront."""
        return set(self._there(list_ids))

    def forget(self, list_ids: Iterable[str]) -> None:
        gone = set(list_ids)
        for key in [key for key, list_id in self._ready.items() if list_id in gone]:
            del self._ready[key]

    def watch(self, list_ids: Iterable[str]) -> set[str]:
        """Reads the rules back. Takes lists that are not for their group alone off sale; the
        ids of those, and of those that are gone."""
        wanted = set(list_ids)
        if not wanted:
            return set()
        there = self._there(wanted)
        links = IdLink.objects.filter(
            kind=PRICE_LIST, source=self._source, target=self._target, target_ref__in=wanted
        )
        groups = {link.target_ref: link.fingerprint for link in links}
        keys = {link.target_ref: link.source_ref for link in links}
        wrong = [one for one in there.values() if not one.is_for(groups.get(one.list_id, ""))]
        for one in wrong:
            self._take_off(one)
        for one in there.values():
            if one not in wrong and one.goes_first != self._goes_first(keys[one.list_id]):
                self._rank(one, keys[one.list_id])
        resolve([one for one in there.values() if one not in wrong])
        bad = {one.list_id for one in wrong} | (wanted - set(there))
        self.forget(bad)
        return bad

    def regroup(self, links: Iterable[IdLink]) -> None:
        """Gives lists whose group was deleted the new one, made where there is none yet. One
        that is not for its old group alone is left as it is."""
        active = [link for link in links if link.fingerprint]
        groups = {link.fingerprint for link in active}
        held_groups = {one.group_id for one in self._shop.groups_by_id(sorted(groups))}
        dead = [link for link in active if link.fingerprint not in held_groups]
        there = self._there(link.target_ref for link in dead)
        for link in dead:
            held, row = there.get(link.target_ref), self._first_row(link)
            if held is not None and row is not None:
                self._regroup(link, held, self._group(row))

    @staticmethod
    def _first_row(link: IdLink) -> PriceRow | None:
        rows = PriceRow.objects.filter(source=link.source_id, storefront_list_id=link.target_ref)
        return rows.exclude(audience_ref="").first()

    # -- making one ready

    def _make_ready(self, key: str, row: Kept, held: StorefrontPriceList | None) -> str:
        group_id = self._group(row)
        write = self._write_of(key, row, group_id)
        held = held or self._found(key)
        is_new, held = held is None, held or self._create(write)
        link = bind(
            PRICE_LIST,
            self._source,
            key,
            self._target,
            held.list_id,
            actor=self._work.actor,
            label=write.title[:200],
            fingerprint=self._was_active_for(key),
        )
        if self._names_deleted_group(link, held, group_id):
            held = self._regroup(link, held, group_id)
        if not held.is_for(group_id):
            self._take_off(held)
            raise not_for_its_group(held)
        if (held.starts_at, held.ends_at) != (write.starts_at, write.ends_at):
            self._work.checkpoint()
            self._shop.date_price_list(held.list_id, write)
        if not link.fingerprint:
            self._activate(held if is_new else self._read(held.list_id), group_id)
            IdLink.objects.filter(pk=link.pk).update(fingerprint=group_id)
        elif not held.is_active:
            note_draft(held, self._target)
        self._ready[key] = held.list_id
        while len(self._ready) > REMEMBERED:
            self._ready.popitem(last=False)
        return held.list_id

    def _names_deleted_group(self, link: IdLink, held: StorefrontPriceList, now: str) -> bool:
        before = link.fingerprint
        if before in ("", now):
            return False
        if held.is_for(now):  # the answer was lost, or a person has mended it
            return True
        return held.is_for(before) and not self._shop.groups_by_id([before])

    def _regroup(
        self, link: IdLink, held: StorefrontPriceList, group_id: str
    ) -> StorefrontPriceList:
        """The list with its new group as its rule. In one call: it is never without any."""
        if not held.is_for(group_id):
            if not held.is_for(link.fingerprint):
                return held
            self._work.checkpoint()
            held = self._shop.rank_price_list(
                held.list_id, group_id, goes_first=self._goes_first(link.source_ref)
            )
            if not held.is_for(group_id):
                self._take_off(held)
                raise not_for_its_group(held)
        if not held.is_active and is_told(held.list_id):  # it was the portal that took it off
            self._activate(self._read(held.list_id), group_id)
            held = replace(held, is_active=True)
        link.fingerprint = group_id
        link.save(update_fields=["fingerprint"])
        resolve([held])
        return held

    def _group(self, row: Kept | PriceRow) -> str:
        ref = group_ref(row.audience, row.audience_ref)
        links = IdLink.objects.select_related("source", "target")
        link = links.filter(
            kind=IdLink.Kind.GROUP, source=self._source, target=self._target, source_ref=ref
        ).first()
        if link is not None and not self._shop.groups_by_id([link.target_ref]):
            return remake_group(
                self._work.flow,
                link,
                shop=self._shop,
                actor=self._work.actor,
                checkpoint=self._work.checkpoint,
            )
        ids = ensure_groups(
            self._source,
            self._target,
            {ref: row.audience_name},
            shop=self._shop,
            actor=self._work.actor,
            checkpoint=self._work.checkpoint,
        )
        return ids[ref]

    def _found(self, key: str) -> StorefrontPriceList | None:
        """A list that was made, and its answer lost."""
        carriers: Sequence[StorefrontPriceList] = self._shop.find_price_lists(key)
        if len(carriers) > 1:
            ids = ", ".join(sorted(one.list_id for one in carriers))
            raise NeedsOperator(
                f"Several price lists of the storefront carry {key}: {ids}.",
                reason="ambiguous_price_list",
                cause=f"price_list:{key}:ambiguous",
                hint="Delete all but one of them there.",
            )
        return carriers[0] if carriers else None

    def _create(self, write: PriceListWrite) -> StorefrontPriceList:
        self._work.checkpoint()
        made: StorefrontPriceList = self._shop.create_price_list(write)
        return made

    def _read(self, list_id: str) -> StorefrontPriceList | None:
        return self._there([list_id]).get(list_id)

    def _activate(self, held: StorefrontPriceList | None, group_id: str) -> None:
        """Only what was just seen to be for its group alone; a second look follows. The storefront
        answers a write with what it reads from its books afterwards."""
        if held is None or not held.is_for(group_id):
            raise not_for_its_group(held)
        self._work.checkpoint()
        active: StorefrontPriceList = self._shop.set_price_list_active(held.list_id, is_active=True)
        if not active.is_for(group_id):
            self._take_off(active)
            raise not_for_its_group(active)

    def _was_active_for(self, key: str) -> str:
        link = self._links([key]).get(key)
        return link.fingerprint if link else ""

    def _write_of(self, key: str, row: Kept, group_id: str) -> PriceListWrite:
        starts_at, ends_at = moments_of(row.span, self._zone)
        name = row.audience_name or row.audience_ref
        return PriceListWrite(
            key=key,
            title=f"{name[:120]}{in_words(row.span)} [{key}]",
            group_id=group_id,
            starts_at=starts_at,
            ends_at=ends_at,
            goes_first=self._goes_first(key),
        )

    def _goes_first(self, key: str) -> bool:
        return goes_first(self._work.flow, key)

    def _rank(self, held: StorefrontPriceList, key: str) -> None:
        self._work.checkpoint()
        ranked: StorefrontPriceList = self._shop.rank_price_list(
            held.list_id, held.group_ids[0], goes_first=self._goes_first(key)
        )
        if not ranked.is_for(held.group_ids[0]):
            self._take_off(ranked)

    # -- looking

    def _there(self, list_ids: Iterable[str]) -> dict[str, StorefrontPriceList]:
        wanted = sorted(set(list_ids))
        return {one.list_id: one for one in self._shop.price_lists(wanted)} if wanted else {}

    def _links(self, keys: Iterable[str]) -> dict[str, IdLink]:
        links = IdLink.objects.filter(
            kind=PRICE_LIST,
            source=self._source,
            target=self._target,
            source_ref__in=set(keys),
        )
        return {link.source_ref: link for link in links}

    def _take_off(self, held: StorefrontPriceList) -> None:
        if held.is_active:
            self._shop.set_price_list_active(held.list_id, is_active=False)
        note_wrong(held, self._target)


def goes_first(flow: Flow, key: str) -> bool:
    """Whether this list's prices go before those of other lists."""
    return flow.settings.get("precedence") == "customer" and key.startswith("customer:")


def forget_deleted_list(flow: Flow, link: IdLink) -> None:
    """A person deleted the list, and its prices went with it: all of them are written anew."""
    PriceCopy(flow, run_id=0).forget_list(link.target_ref)
    note_deleted(
        flow,
        link.label or link.source_ref,
        ("price list", "in the storefront", "deleted"),
        reason="It is made anew when its prices are next written, at the latest by the next "
        "complete reading.",
    )
    link.delete()
