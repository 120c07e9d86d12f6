"""Makes the calls that a mapping describes, and reads rows out of their answers."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.adapters.custom import paging
from integrations.adapters.custom.answers import explainer
from integrations.adapters.custom.mapping.loading import ErpMapping
from integrations.adapters.custom.mapping.requests import Operation
from integrations.adapters.custom.paths import MISSING
from integrations.adapters.custom.signing_in import SignIn
from integrations.adapters.custom.template import (
    Filling,
    filled_headers,
    filled_path,
    filled_query,
)
from integrations.errors import AuthFailed, NeedsOperator
from integrations.http import Reply, Session, dumps

MOST_PAGES = 50

Values = Mapping[str, Any]


class CustomClient:
    """One connection. Not shared between threads."""

    def __init__(self, session: Session, mapping: ErpMapping, secrets: Mapping[str, str]) -> None:
        self.session, self.mapping = session, mapping
        self._sign_in = SignIn(session, mapping["auth"], secrets)
        self._explain = explainer(mapping["errors"])

    def call(
        self, operation: Operation, values: Values, *, writes: bool, currency: str = ""
    ) -> Reply:
        """One call. `writes` says what a lost answer means; `currency` that of its amounts.

        Raises NeedsOperator (`mapping_misfit`) for a value that the template cannot say.
        """
        path, query, headers, body = self.request(
            operation, values, currency=currency, is_search=not writes
        )
        return self._send(operation, path, query, headers, body, writes)

    def file(self, operation: Operation, values: Values, *, up_to: int) -> bytes:
        """What a call that only reads answers, if that is no text. Raises Rejected for more
        than `up_to` bytes."""
        path, query, headers, body = self.request(operation, values)
        return self._send(
            operation, path, query, headers, body, writes=False, file_up_to=up_to
        ).content

    def page(self, operation: Operation, values: Values, cursor: str | None) -> paging.RawPage:
        """One page of a list, with the cursor of the next."""
        style = operation.paging.style
        if style == "link" and cursor is not None:
            reply = self._send(operation, cursor, [], {}, None, writes=False)
        else:
            asked = {**values, **paging.asked(operation.paging, cursor)}
            reply = self.call(operation, asked, writes=False)
        rows = self.rows(operation, reply)
        body = reply.json() if reply.text.strip() else None
        following = paging.following(
            operation, rows, body, reply.headers.get("link", ""), cursor, self.session.base_url
        )
        return paging.RawPage(rows, following, body)

    def all_rows(self, operation: Operation, values: Values) -> list[Any]:
        """Every page of a list that is bounded by what it is asked for."""
        found: list[Any] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self.page(operation, values, cursor)
            found += page.rows
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise misfit(operation, f"has more than {MOST_PAGES} pages; does the ERP ignore a filter?")

    def rows(self, operation: Operation, reply: Reply) -> list[Any]:
        """The list in an answer; null and an empty answer are an empty list."""
        if not reply.text.strip():
            return []
        found = operation.rows.find(reply.json())
        if found is None:
            return []
        if not isinstance(found, list):
            what = "nothing" if found is MISSING else "no list"
            raise misfit(operation, f"holds {what} at {operation.rows.text!r}")
        return found

    def request(
        self, operation: Operation, values: Values, *, currency: str = "", is_search: bool = False
    ) -> tuple[str, list[tuple[str, str]], dict[str, str], Any]:
        """(path, query, headers, body) as they would be sent, without credentials."""
        given = self._given(values, currency, is_search)
        try:
            return (
                filled_path(operation.path, given),
                filled_query(operation.query, given),
                filled_headers(operation.headers, given),
                None if operation.body is None else operation.body.fill(given),
            )
        except ValueError as exc:
            raise misfit(operation, f"cannot be filled: {exc}") from exc

    def body(self, operation: Operation, values: Values, *, currency: str) -> Any:
        """What would be sent, of a call whose path is not known yet."""
        try:
            return operation.body.fill(self._given(values, currency, False))
        except ValueError as exc:
            raise misfit(operation, f"cannot be filled: {exc}") from exc

    def shown_body(self, operation: Operation, values: Values, *, currency: str) -> Any:
        """`body` to be kept and looked at: numbers with decimals as texts, digit for digit."""
        sent = dumps(self.body(operation, values, currency=currency))
        return json.loads(sent, parse_float=str)

    def _given(self, values: Values, currency: str, is_search: bool) -> Filling:
        formats = self.mapping.formats
        return Filling(values, formats, currency or self.mapping.currency, is_search)

    def _send(
        self,
        operation: Operation,
        path: str,
        query: list[tuple[str, str]],
        headers: dict[str, str],
        body: Any,
        writes: bool,
        file_up_to: int | None = None,
    ) -> Reply:
        sent: dict[str, Any] = {"json": body}
        if operation.send_as == "form" and body is not None:
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            sent = {"body": urlencode(body, doseq=True).encode()}
        for is_last in (False, True):
            signed = {**headers, **self._sign_in.headers()}
            try:
                return self.session.call(
                    operation.method,
                    path,
                    writes=writes,
                    params=query,
                    headers=signed,
                    explain=self._explain,
                    file_up_to=file_up_to,
                    **sent,
                )
            except AuthFailed:
                # refused before anything was done; a fresh token may be taken
                if is_last or not self._sign_in.renew():
                    raise
        raise AssertionError("unreachable")


def misfit(operation: Operation, what: str) -> NeedsOperator:
    """The mapping and the ERP do not fit together here."""
    return NeedsOperator(
        f"{operation.where} (line {operation.line} of the mapping) {what}.",
        reason="mapping_misfit",
        cause=f"mapping_misfit:{operation.where}",
        hint="Correct the mapping on the connection, then requeue.",
    )
