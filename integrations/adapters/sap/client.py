"""Talks to the services: addresses, sign-in, CSRF token with its session, paging, $batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from integrations.adapters.sap.answers import (
    NotThere,
    TokenExpired,
    explain_json,
    explain_status,
)
from integrations.adapters.sap.auth import SignIn
from integrations.adapters.sap.batch import BATCH_TYPE, Write, reads_body, replies_of, writes_body
from integrations.adapters.sap.metadata import ServiceShape, read_metadata
from integrations.adapters.sap.query import Query, encoded_path
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row
from integrations.errors import AuthFailed, PortalError, Unavailable
from integrations.http import Explain, Reply, Session

ROOT = "/sap/opu/odata/sap"
PARTS_PER_BATCH = 40
MOST_PAGES = 1000  # of one list that is read whole
_NEXT = "next:"


class SapClient:
    """One connection to one client of one SAP system. Not shared between threads.

    One session cookie and one CSRF token: writes of this connection go one after another.
    """

    def __init__(self, session: Session, settings: SapSettings, secrets: Mapping[str, str]) -> None:
        self.session, self.settings = session, settings
        self._sign_in = SignIn(session, settings, secrets.get("password", ""))
        self._api_key = secrets.get("api_key", "")
        self._csrf_token = ""
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
        found, following = _rows_and_next(self._json(service, query))
        for _ in range(MOST_PAGES):
            if not following:
                return found
            more, following = _rows_and_next(
                self._read(service, self._relative(service, following))
            )
            found += more
        raise Unavailable(f"{service}/{query.path} does not come to an end.", endpoint=query.path)

    def page(
        self, service: str, query: Query, cursor: str | None, *, size: int
    ) -> tuple[list[Row], str | None]:
        """One page of a list sorted by its whole key, and the cursor of the next.

        SAP's own link is followed where it gives one. A short answer does not mean the end:
        services cut pages as they like, so the count decides.
        """
        if cursor and cursor.startswith(_NEXT):
            address, start = cursor.removeprefix(_NEXT), None
        else:
            start = int(cursor or 0)
            address = self._address(_paged(query, start, size))
        found = self._read(service, address)
        rows, following = _rows_and_next(found)
        if following:
            return rows, f"{_NEXT}{self._relative(service, following)}"
        if start is None or not rows:
            return rows, None
        told = found.get("__count")
        end = start + len(rows)
        is_last = end >= int(told) if told not in (None, "") else len(rows) < size
        return rows, None if is_last else str(end)

    def read_many(self, service: str, queries: Sequence[Query]) -> list[list[Row]]:
        """The rows of several reads, in one call for up to `PARTS_PER_BATCH` of them."""
        if len(queries) == 1:
            return [self.rows(service, queries[0])]
        found: list[list[Row]] = []
        for reply in self._batch_of_reads(service, queries):
            error = explain_json(reply, False)
            if error is not None:
                raise error
            rows, following = _rows_and_next(reply.json()["d"])
            while following:
                address = self._relative(service, following)
                more, following = _rows_and_next(self._read(service, address))
                rows += more
            found.append(rows)
        return found

    def try_many(self, service: str, queries: Sequence[Query]) -> list[Any]:
        """What each read brought (its `d`), None where it was refused by itself."""
        if len(queries) == 1:
            return [self.entity(service, queries[0])]
        replies = self._batch_of_reads(service, queries)
        return [None if explain_json(one, False) else one.json()["d"] for one in replies]

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

    def fetch_token(self, service: str) -> str:
        """A new CSRF token with its session; empty where SAP gives none."""
        self._csrf_token = ""
        return self._token(service)

    def create(self, service: str, path: str, body: Mapping[str, object], *, writes: bool) -> Row:
        """What was made. `writes` false for what is only computed (a simulation)."""
        reply = self._send("POST", service, path, writes=writes, json=body)
        made: Row = reply.json()["d"]
        return made

    def change(self, service: str, writes: Sequence[Write]) -> None:
        """All of these changes or none, in one unit. Raises Conflict for a stale etag."""
        if len(writes) == 1:
            one = writes[0]
            headers = {"If-Match": one.etag} if one.etag else {}
            self._send(one.method, service, one.path, writes=True, json=one.body, headers=headers)
            return
        addresses = [self._address(Query(path=one.path)) for one in writes]
        reply = self._send(
            "POST",
            service,
            "$batch",
            writes=True,
            body=writes_body(writes, addresses),
            headers={"Content-Type": BATCH_TYPE},
            explain=_explain_changes,
        )
        replies_of(reply)

    # -- calls

    def call(
        self,
        method: str,
        service: str,
        address: str,
        *,
        writes: bool,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain = explain_json,
    ) -> Reply:
        """One call, with one more sign-in where an OAuth token ended before its time."""
        renewable = self._sign_in.may_renew
        for last in (False, True):
            try:
                return self.session.call(
                    method,
                    f"{ROOT}/{service}/{address}",
                    writes=writes,
                    json=json,
                    body=body,
                    headers={**self._headers(), **dict(headers or {})},
                    explain=explain,
                )
            except AuthFailed:
                self._sign_in.forget()
                if last or not renewable:
                    raise
        raise AssertionError("unreachable")

    def _headers(self) -> dict[str, str]:
        headers = {
            "Authorization": self._sign_in.header(),
            "Accept-Language": self.settings.language.lower(),
        }
        return {**headers, "APIKey": self._api_key} if self._api_key else headers

    def _send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        writes: bool,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain = explain_json,
    ) -> Reply:
        """A call under the CSRF token. One that has expired is fetched again, once: SAP has
        executed nothing then."""
        address = self._address(Query(path=path))
        for last in (False, True):
            try:
                return self.call(
                    method,
                    service,
                    address,
                    writes=writes,
                    json=json,
                    body=body,
                    headers={**dict(headers or {}), "x-csrf-token": self._token(service)},
                    explain=explain,
                )
            except TokenExpired:
                self._csrf_token = ""
                if last:
                    raise
        raise AssertionError("unreachable")

    def _token(self, service: str) -> str:
        if not self._csrf_token:
            self.session.close()  # a token belongs to the session cookie it came with
            reply = self.call(
                "GET",
                service,
                self._address(Query(path="")),
                writes=False,
                headers={"x-csrf-token": "fetch"},
            )
            self._csrf_token = reply.headers.get("x-csrf-token", "")
        return self._csrf_token

    def _batch_of_reads(self, service: str, queries: Sequence[Query]) -> Iterable[Reply]:
        for start in range(0, len(queries), PARTS_PER_BATCH):
            part = queries[start : start + PARTS_PER_BATCH]
            reply = self._send(
                "POST",
                service,
                "$batch",
                writes=False,
                body=reads_body(self._address(query) for query in part),
                headers={"Content-Type": BATCH_TYPE},
                explain=explain_status,
            )
            replies = replies_of(reply)
            if len(replies) != len(part):
                raise Unavailable(f"{service}/$batch answered {len(replies)} of {len(part)} reads.")
            yield from replies

    def _json(self, service: str, query: Query) -> Row:
        return self._read(service, self._address(query))

    def _read(self, service: str, address: str) -> Row:
        found: Row = self.call("GET", service, address, writes=False).json()["d"]
        return found

    def _address(self, query: Query) -> str:
        client = self.settings.client
        return query.address(*([("sap-client", client)] if client else []))

    def _relative(self, service: str, link: str) -> str:
        """A link of SAP's as an address of the service: behind a proxy it names another host."""
        parts = urlsplit(link)
        path = parts.path.rpartition("/")[2]
        return f"{path if '%' in path else encoded_path(path)}?{parts.query}"


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
    if isinstance(found, Mapping):
        return list(found.get("results", ())), str(found.get("__next") or "")
    return list(found), ""


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
