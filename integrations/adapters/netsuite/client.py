"""Calls of SuiteTalk REST and SuiteQL: signing in, one request, pages.

A refused sign-in is repeated once with fresh credentials (NetSuite answers a burst of
requests with 401 now and then, and did nothing then); the second refusal counts.
"""

import secrets as randomness
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from integrations.adapters.netsuite.answers import (
    Missing,
    TokenRefused,
    explain,
    explain_cached_token,
)
from integrations.adapters.netsuite.columns import Lacking, column_missing, unknown_columns
from integrations.adapters.netsuite.signing import TokenCredentials, authorization
from integrations.adapters.netsuite.tokens import AccessTokens
from integrations.errors import NeedsOperator, Rejected, Unavailable
from integrations.http import Reply, Session

Row = Mapping[str, Any]

RECORDS = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"
PAGE_ROWS = 1000  # the most that SuiteQL gives at once
MOST_ROWS = 100_000  # what it reaches by offset, whatever matches
# Without it a misspelt field is dropped without a word.
_STRICT = {"X-NetSuite-PropertyNameValidation": "error"}


class NetSuiteClient:
    """One connection to one account. Not shared between threads."""

    def __init__(
        self, session: Session, *, tokens: AccessTokens | None, signer: TokenCredentials | None
    ) -> None:
        self.session = session
        self._tokens, self._signer = tokens, signer
        self._lacking = Lacking()

    def lacks(self, column: str) -> bool:
        """Whether an optional column was asked for and is not there."""
        return column in self._lacking

    # -- records

    def record(self, path: str, **query: str) -> Row | None:
        """The record at `salesOrder/12` or `salesOrder/eid:key`; None when there is none."""
        try:
            reply = self.call("GET", f"{RECORDS}/{path}", writes=False, query=query)
        except Missing:
            return None
        found: Row = reply.json()
        return found

    def create(self, kind: str, body: Mapping[str, Any]) -> str:
        """The internal id of the new record; empty where the answer named none."""
        reply = self.call("POST", f"{RECORDS}/{kind}", writes=True, json=body)
        return reply.headers.get("location", "").rstrip("/").rpartition("/")[2]

    def update(self, path: str, body: Mapping[str, Any], **query: str) -> None:
        """Changes the fields that `body` names; `replace="item"` replaces that sublist whole."""
        self.call("PATCH", f"{RECORDS}/{path}", writes=True, json=body, query=query)

    # -- SuiteQL

    def page(
        self, sql: str, params: Sequence[str] = (), *, limit: int = PAGE_ROWS, offset: int = 0
    ) -> list[Row]:
        """Up to `limit` rows; `offset` must be a multiple of it. Column names in lower case."""
        return self._answer(sql, params, limit, offset)[0]

    def rows(self, sql: str, params: Sequence[str] = ()) -> Iterator[Row]:
        """All rows of a query with a bounded answer and a fixed order.

        Raises NeedsOperator rather than leave out what lies beyond the last offset.
        """
        for offset in range(0, MOST_ROWS, PAGE_ROWS):
            found, has_more = self._answer(sql, params, PAGE_ROWS, offset)
            yield from found
            if not has_more:
                return
        raise NeedsOperator(
            f"NetSuite holds more than {MOST_ROWS} rows for one question of the portal.",
            reason="too_many_rows",
            hint="Tell it to the portal's maintainers with the connection's last exchange.",
        )

    def _answer(
        self, sql: str, params: Sequence[str], limit: int, offset: int
    ) -> tuple[list[Row], bool]:
        query = {"limit": str(limit), "offset": str(offset)}
        reply = self._asked(" ".join(sql.split()), params, query)
        body = reply.json()
        rows = body.get("items") if isinstance(body, Mapping) else None
        if not isinstance(rows, list):
            # never taken for an empty one: what is not found is sent
            raise Unavailable(
                "What came from NetSuite is not a list of rows.",
                hint="Check that the address of the connection is that of the account.",
            )
        return rows, bool(body.get("hasMore"))

    def _asked(self, sql: str, params: Sequence[str], query: Mapping[str, str]) -> Reply:
        """Repeated without a column that may be done without, once for each of those."""
        while True:
            asked = self._lacking.left_out(sql)
            try:
                return self.call(
                    "POST",
                    SUITEQL,
                    writes=False,
                    json={"q": asked, "params": list(params)},
                    query=query,
                    headers={"Prefer": "transient"},
                )
            except Rejected as exc:
                if self._lacking.learn(exc, asked):
                    continue
                named = unknown_columns(exc)
                if named:
                    raise column_missing(named[0], exc.message) from exc
                raise

    # -- one request

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        json: Any = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A good reply, or one of our errors."""
        wanted = dict(query or {})

        def send(judge: Callable[[Reply, bool], Any]) -> Reply:
            return self.session.call(
                method,
                path,
                writes=writes,
                json=json,
                params=wanted,
                # made at the last moment: a signature is good for five minutes, once
                headers={**_STRICT, **dict(headers or {}), **self._sign(method, path, wanted)},
                explain=judge,
            )

        try:
            return send(explain_cached_token)
        except TokenRefused:
            self._renew()
        return send(explain)

    def _sign(self, method: str, path: str, query: Mapping[str, str]) -> dict[str, str]:
        if self._tokens is not None:
            return {"Authorization": f"Bearer {self._tokens.current(self.session)}"}
        if self._signer is None:
            raise ValueError("a client signs in by token or by certificate")
        header = authorization(
            self._signer,
            method=method,
            url=f"{self.session.base_url}/{path.lstrip('/')}",
            query=query,
            nonce=randomness.token_hex(10),
            now_s=int(time.time()),
        )
        return {"Authorization": header}

    def _renew(self) -> None:
        if self._tokens is not None:
            self._tokens.forget()


def marks(values: Sequence[object]) -> str:
    """As many placeholders as values, for `IN (…)`."""
    return ", ".join("?" for _ in values)
