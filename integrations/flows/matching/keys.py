"""What the target has that no link names, read once and kept by its traits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.flows.matching.decide import Record, Trait
from integrations.models import Connection, IdLink, MatchKey, MatchReading
from integrations.records import Page

FRESH = timedelta(hours=1)
MOST_PER_KEY = 50  # a name that hundreds share tells nothing

ReadPage = Callable[[str | None], Page[Record]]


class KnownThere:
    """Unlinked records of a target, found by the traits of a source's."""

    def __init__(self, source: Connection, target: Connection, kind: str) -> None:
        self._source, self._target, self._kind = source, target, kind

    def refresh(self, read_page: ReadPage, *, since: datetime | None = None) -> bool:
        """Reads the whole target again unless that was done lately, or since `since`.

        Memory holds one page; a reading that breaks off counts for nothing.
        """
        now = timezone.now()
        reading = MatchReading.objects.filter(connection=self._target, kind=self._kind).first()
        if reading is not None and reading.read_at >= (since or now - FRESH):
            return False
        records, cursor, is_first = 0, None, True
        while is_first or cursor is not None:
            page, is_first = read_page(cursor), False
            records += len(page.rows)
            self._keep(page.rows, now)
            cursor = page.next_cursor
        self._keys().filter(read_at__lt=now).delete()
        MatchReading.objects.update_or_create(
            connection=self._target,
            kind=self._kind,
            defaults={"read_at": now, "records": records},
        )
        return True

    def is_read_since(self, moment: datetime) -> bool:
        """Whether the whole target was read after this."""
        reading = MatchReading.objects.filter(connection=self._target, kind=self._kind)
        return reading.filter(read_at__gte=moment).exists()

    def met(self, records: Sequence[Record], by: str) -> set[str]:
        """The keys of this trait, of those that `records` have, which an unlinked record has."""
        wanted = {one.key for record in records for one in record.traits if one.by == by}
        found = self._keys().filter(by=by, key__among=wanted - {""})
        return set(found.values_list("key", flat=True))

    def owners(self, refs: Iterable[str]) -> set[str]:
        """Which of these records of the source an unlinked record says that it is."""
        found = self._keys().filter(by=OWNER, key__among=refs)
        return set(found.values_list("key", flat=True))

    def like(self, records: Sequence[Record]) -> list[Record]:
        """Those that share a trait with one of `records`, each with all its traits."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for record in records:
            for trait in record.traits:
                wanted[trait.by].add(trait.key)
        refs: set[str] = set()
        for by, keys in wanted.items():
            found = self._keys().filter(by=by, key__in=keys - {""})
            per_key: dict[str, set[str]] = defaultdict(set)
            for ref, key in found.values_list("ref", "key"):
                per_key[key].add(ref)
            for same in per_key.values():
                refs |= same if len(same) <= MOST_PER_KEY else set()
        return self.records(refs)

    def records(self, refs: Iterable[str]) -> list[Record]:
        """These as they were read, without those that are linked by now."""
        rows: dict[str, list[MatchKey]] = defaultdict(list)
        for row in self._keys().filter(ref__in=list(refs)).order_by("id"):
            rows[row.ref].append(row)
        for linked in self.linked(rows):
            rows.pop(linked, None)
        return [
            Record(
                ref=ref,
                label=keys[0].label,
                traits=tuple(
                    Trait(by=one.by, value=one.value, key=one.key, part=one.part)
                    for one in keys
                    if one.by != OWNER
                ),
                owner_ref=next((one.value for one in keys if one.by == OWNER), ""),
            )
            for ref, keys in rows.items()
        ]

    def linked(self, refs: Iterable[str]) -> set[str]:
        """Which of these a link of this source names already."""
        links = IdLink.objects.filter(kind=self._kind, source=self._source, target=self._target)
        found = links.filter(target_ref__in=list(refs))
        return set(found.values_list("target_ref", flat=True))

    @transaction.atomic
    def _keep(self, records: Sequence[Record], at: datetime) -> None:
        linked = self.linked(one.ref for one in records)
        unlinked = [one for one in records if one.ref not in linked]
        self._keys().filter(ref__in=[one.ref for one in unlinked]).delete()
        MatchKey.objects.bulk_create(
            [self._row(record, trait, at) for record in unlinked for trait in _all_traits(record)],
            batch_size=500,
        )

    def _row(self, record: Record, trait: Trait, at: datetime) -> MatchKey:
        return MatchKey(
            connection=self._target,
            kind=self._kind,
            ref=record.ref,
            part=trait.part,
            by=trait.by,
            value=trait.value[:300],
            key=trait.key[:300],
            label=record.label[:200],
            read_at=at,
        )

    def _keys(self) -> QuerySet[MatchKey]:
        return MatchKey.objects.filter(connection=self._target, kind=self._kind)


OWNER = "owner"


def _all_traits(record: Record) -> Iterable[Trait]:
    yield from record.traits
    if record.owner_ref:
        yield Trait(by=OWNER, value=record.owner_ref, key=record.owner_ref)
