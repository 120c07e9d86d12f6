"""Talks to the services: reads with their pages, writes, several of either in one $batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from integrations.adapters.sap.answers import (
    NotThere,
    explain_json,
    explain_status,
    remarks_of,
)
from integrations.adapters.sap.batch import BATCH_TYPE, Write, reads_body, replies_of, writes_body
from integrations.adapters.sap.calls import Calls
from integrations.adapters.sap.metadata import ServiceShape, read_metadata
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row
from integrations.errors import PortalError, Rejected, Unavailable
from integrations.http import Reply, Session

PARTS_PER_BATCH = 40
MOST_PAGES = 1000  # of one list that is read whole
_NOT_SAP = "Check that the address of the connection is that of the API host."


class Place(NamedTuple):
    """Where a list is read on: after how many rows, of how many where SAP tells, by which link
    where it gives one."""

    start: int = 0
    of: int | None = None
    link: str = ""

    @classmethod
    def read(cls, cursor: str | None) -> "Place":
        start, count, link = (cursor or "0::").split(":", 2)
        return cls(int(start), int(count) if count else None, link)

    def __str__(self) -> str:
        return f"{self.start}:{'' if self.of is None else self.of}:{self.link}"


class SapClient(Calls):
    """One connection to one client of one SAP system. Not shared between threads."""

    def __init__(self, session: Session, settings: SapSettings, secrets: Mapping[str, str]) -> None:
        super().__init__(session, settings, secrets)
        self._shapes: dict[str, ServiceShape] = {}

    # -- reading

    def entity(self, service: str, query: Query) -> Row | None:
        """One entity by its key, or None."""
        try:
            return self._json(service, query)
        except NotThere:
            return None

    def rows(self, service: str, query: Query) -> list[Row]:
        """All rows of a list, over all its pages."""
        return self._all_pages(service, self._json(service, query))

    def _all_pages(self, service: str, first: Row) -> list[Row]:
        found, following = _rows_and_next(first)
        seen: set[str] = set()
        while following:
            if following in seen or len(seen) >= MOST_PAGES:
                raise Unavailable(f"A list of {service} does not come to an end.")
            seen.add(following)
            more, following = _rows_and_next(self._read(service, self.relative(service, following)))
            found += more
        return found

    def page(
        self, service: str, query: Query, cursor: str | None, *, size: int
    ) -> tuple[list[Row], str | None]:
        """One page of a list sorted by its whole key, and the cursor of the next.

        SAP's own link is followed where it gives one. A short answer does not mean the end:
        services cut pages as they like, so the count decides; but a full one is asked on after,
        whatever it counts. Pages are counted by rows, so where rows went meanwhile those that moved
        up are read again.
        """
        place = Place.read(cursor)
        found = self._read(service, place.link or self.address(_paged(query, place.start, size)))
        rows, following = _rows_and_next(found)
        count = _count_of(found)
        if place.of is not None and count is not None and count < place.of:
            return rows, str(Place(max(place.start - (place.of - count), 0), count))
        end = place.start + len(rows)
        if following:
            return rows, str(Place(end, count, self.relative(service, following)))
        is_short = len(rows) < size or bool(place.link)
        is_last = is_short and (count is None or end >= count)
        return rows, None if is_last or not rows else str(Place(end, count))

    def read_many(self, service: str, queries: Sequence[Query]) -> list[list[Row]]:
        """The rows of several reads, in one call for up to `PARTS_PER_BATCH` of them."""
        if len(queries) == 1:
            return [self.rows(service, queries[0])]
        found: list[list[Row]] = []
        for reply in self._batch_of_reads(service, queries):
            error = explain_json(reply, False)
            if error is not None:
                raise error
            found.append(self._all_pages(service, reply.json()["d"]))
        return found

    def entities(self, service: str, queries: Sequence[Query]) -> list[Any]:
        """Several entities by their keys, None for one that is not there.

        Any other refusal is raised: what a user may not see, or a field that is gone, does not
        mean that there is no such entity.
        """
        if len(queries) == 1:
            return [self.entity(service, queries[0])]
        return [_or_none(one, NotThere) for one in self._batch_of_reads(service, queries)]

    def try_many(self, service: str, queries: Sequence[Query]) -> list[Any]:
        """What each read brought (its `d`), None where SAP refused that one by itself."""
        if len(queries) == 1:
            try:
                return [self._json(service, queries[0])]
            except Rejected:
                return [None]
        return [_or_none(one, Rejected) for one in self._batch_of_reads(service, queries)]

    def gather(self, service: str, queries: Sequence[Query]) -> list[Row]:
        """The rows of several reads as one list."""
        return [row for rows in self.read_many(service, queries) for row in rows] if queries else []

    def shape(self, service: str) -> ServiceShape:
        """The service's description of itself; read once."""
        if service not in self._shapes:
            reply = self.call(
                "GET",
                service,
                "$metadata",
                writes=False,
                headers={"Accept": "application/xml"},
                explain=_explain_metadata,
            )
            self._shapes[service] = read_metadata(reply.text)
        return self._shapes[service]

    # -- writing

    def create(
        self, service: str, path: str, body: Mapping[str, object], *, writes: bool
    ) -> tuple[Row, tuple[str, ...]]:
        """What was made, and what SAP remarked. `writes` false for what is only computed (a
        simulation)."""
        reply = self.send("POST", service, path, writes=writes, json=body)
        return reply.json()["d"], remarks_of(reply)

    def change(self, service: str, writes: Sequence[Write]) -> None:
        """All of these changes or none, in one unit. Raises Conflict for a stale etag."""
        if len(writes) == 1:
            one = writes[0]
            headers = {"If-Match": one.etag} if one.etag else {}
            self.send(one.method, service, one.path, writes=True, json=one.body, headers=headers)
            return
        addresses = [self.address(Query(path=one.path)) for one in writes]
        reply = self.send(
            "POST",
            service,
            "$batch",
            writes=True,
            body=writes_body(writes, addresses),
            headers={"Content-Type": BATCH_TYPE},
            explain=_explain_changes,
        )
        replies_of(reply)

    def _batch_of_reads(self, service: str, queries: Sequence[Query]) -> Iterable[Reply]:
        for start in range(0, len(queries), PARTS_PER_BATCH):
            part = queries[start : start + PARTS_PER_BATCH]
            reply = self.send(
                "POST",
                service,
                "$batch",
                writes=False,
                body=reads_body(self.address(query) for query in part),
                headers={"Content-Type": BATCH_TYPE},
                explain=explain_status,
            )
            replies = replies_of(reply)
            if len(replies) != len(part):
                raise Unavailable(f"{service}/$batch answered {len(replies)} of {len(part)} reads.")
            yield from replies

    def _json(self, service: str, query: Query) -> Row:
        return self._read(service, self.address(query))

    def _read(self, service: str, address: str) -> Row:
        reply = self.call("GET", service, address, writes=False).json()
        found: Row | None = reply.get("d") if isinstance(reply, Mapping) else None
        if not found:
            raise Unavailable("What came is not an answer of SAP.", hint=_NOT_SAP)
        return found


def _paged(query: Query, start: int, size: int) -> Query:
    return Query(
        path=query.path,
        filter=query.filter,
        select=query.select,
        expand=query.expand,
        orderby=query.orderby,
        top=size,
        skip=start,
        counts=True,
    )


def _rows_and_next(found: Any) -> tuple[list[Row], str]:
    """What is no list is never taken for an empty one: an order would be sent again."""
    rows = found.get("results") if isinstance(found, Mapping) else found
    if not isinstance(rows, list):
        raise Unavailable("What came from SAP is not a list.", hint=_NOT_SAP)
    following = found.get("__next") if isinstance(found, Mapping) else ""
    return rows, str(following or "")


def _count_of(found: Row) -> int | None:
    told = found.get("__count")
    return None if told in (None, "") else int(told)


def _or_none(reply: Reply, absent: type[Rejected]) -> Any:
    error = explain_json(reply, False)
    if error is None:
        return reply.json()["d"]
    if isinstance(error, absent):
        return None
    raise error


def _explain_metadata(reply: Reply, writes: bool) -> PortalError | None:
    error = explain_status(reply, writes)
    if error is None:
        read_metadata(reply.text)  # unreadable is told like any other bad answer
    return error


def _explain_changes(reply: Reply, writes: bool) -> PortalError | None:
    """The status of `$batch` itself is good also where the changeset was refused."""
    error = explain_status(reply, writes)
    if error is not None:
        return error
    answers = (explain_json(one, writes) for one in replies_of(reply))
    return next((one for one in answers if one is not None), None)
