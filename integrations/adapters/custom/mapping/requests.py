"""Shapes of a call: what is sent, how a list is paged, where the new id is told."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from integrations.adapters.custom import paths
from integrations.adapters.custom.mapping.fields import PATH
from integrations.adapters.custom.mapping.shapes import (
    Entry,
    Flag,
    Key,
    Schema,
    Section,
    Table,
    Text,
    Whole,
    Word,
)
from integrations.adapters.custom.mapping.source import Mistakes
from integrations.adapters.custom.mapping.templates import (
    BodyTemplate,
    Names,
    PathTemplate,
    ValueTemplate,
)

PAGING_NAMES = {"page": "whole", "offset": "whole", "limit": "whole", "cursor": "text"}
STYLES = ("none", "page", "offset", "cursor", "link")
_OWN_HEADERS = {"authorization", "cookie", "host", "content-length", "content-type"}
_NEEDED = {"page": "page", "offset": "offset", "cursor": "cursor"}


@dataclass(frozen=True, slots=True)
class Paging:
    """`size` is how many rows are asked for; `next` where an answer tells the next cursor,
    `more`, `pages` and `total` how it tells that there is more."""

    style: str = "none"
    size: int = 100
    first: int = 1
    next: paths.Path | None = None
    more: paths.Path | None = None
    pages: paths.Path | None = None
    total: paths.Path | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One call, ready to be filled. `where` and `line` tell an operator which one it is."""

    where: str
    line: int
    method: str
    path: tuple[Any, ...]
    query: tuple[tuple[str, Any], ...] = ()
    headers: tuple[tuple[str, Any], ...] = ()
    body: Any = None
    send_as: str = "json"
    rows: paths.Path = field(default_factory=lambda: paths.compiled("."))
    paging: Paging = Paging()
    ref: Any = None
    uses: frozenset[str] = frozenset()


_PAGING = Section(
    (
        Key("style", Word(STYLES), "How the list is cut into pages.", is_required=True),
        Key("size", Whole(1, 10_000), "Rows of a full page; sent as {limit}.", default=100),
        Key("first", Whole(0, 1), "The number of the first page, for style page.", default=1),
        Key("next", PATH, "Where the answer tells the cursor of the next page."),
        Key("more", PATH, "Where the answer tells whether there is more: true, or a number > 0."),
        Key("pages", PATH, "Where it tells how many pages there are, for style page."),
        Key("total", PATH, "Where it tells how many rows there are, for style offset."),
    )
)
_REF = Section(
    (
        Key("path", PATH, "Where the body of the answer tells the new id."),
        Key("header", Text(), "The header that tells it, when only a header does."),
        Key("last_segment", Flag(), "Only what follows the last '/'.", default=False),
    )
)


@dataclass(frozen=True, slots=True)
class OperationShape:
    """`must_use` are names without which the call would do something else than it is for."""

    names: Names
    is_list: bool = False
    has_ref: bool = False
    must_use: tuple[str, ...] = ()

    def _section(self) -> Section:
        names = self.names
        if self.is_list:
            names = Names({**names.plain, **PAGING_NAMES}, names.lists)
        keys = [
            Key(
                "method",
                Word(("GET", "POST", "PUT", "PATCH", "DELETE")),
                "GET unless said otherwise; a search may well be a POST.",
                default="GET",
            ),
            Key("path", PathTemplate(names), "Below the connection's address.", is_required=True),
            Key("query", Table(ValueTemplate(names)), "Parameters after the '?'."),
            Key("headers", Table(ValueTemplate(names)), "Further headers; never credentials."),
            Key("body", BodyTemplate(names), "What is sent."),
            Key("send_as", Word(("json", "form")), "How the body is sent.", default="json"),
        ]
        if self.is_list:
            keys += [
                Key("rows", PATH, "Where the list stands; '.' when it is the answer itself."),
                Key("paging", _PAGING, "How to reach the next page; without it there is one."),
            ]
        if self.has_ref:
            keys.append(
                Key(
                    "ref", _REF, "Where the answer tells the id of what was made.", is_required=True
                )
            )
        return Section(tuple(keys))

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Operation:
        entry = self._section().read(node, mistakes, where)
        operation = self._made(entry)
        self._check(entry, operation, mistakes)
        return operation

    def _made(self, entry: Entry) -> Operation:
        query = tuple((entry["query"] or {}).items())
        headers = tuple((entry["headers"] or {}).items())
        paging = Paging(**(entry.get("paging") or {})) if self.is_list else Paging()
        parts = [part for part in entry["path"] or () if not isinstance(part, str)]
        used = [*parts, *(one for _, one in (*query, *headers)), entry["body"]]
        return Operation(
            where=entry.where,
            line=entry.line,
            method=entry["method"],
            path=entry["path"] or ("/",),
            query=query,
            headers=headers,
            body=entry["body"],
            send_as=entry["send_as"],
            rows=entry.get("rows") or paths.compiled("."),
            paging=paging,
            ref=entry.get("ref"),
            uses=frozenset().union(*(self.names.used_by(one) for one in used)),
        )

    def _check(self, entry: Entry, operation: Operation, mistakes: Mistakes) -> None:
        if operation.method == "GET" and operation.body is not None:
            mistakes.at(entry.line_of("body"), f"{entry.where} is a GET, which sends no body")
        for name in self.must_use:
            if name not in operation.uses:
                mistakes.at(entry.line, f"{entry.where} uses {{{name}}} nowhere")
        for name in entry["headers"] or ():
            if name.lower() in _OWN_HEADERS:
                line = (entry["headers"]).line_of(name)
                mistakes.at(line, f"the header {name!r} is set by the portal itself; see 'auth'")
        self._check_paging(entry, operation, mistakes)
        if operation.ref is not None and not (operation.ref["path"] or operation.ref["header"]):
            mistakes.at(operation.ref.line, f"{operation.ref.where} needs 'path' or 'header'")

    def _check_paging(self, entry: Entry, operation: Operation, mistakes: Mistakes) -> None:
        paging, line = operation.paging, entry.line_of("paging")
        needed = _NEEDED.get(paging.style, "")
        if needed and needed not in operation.uses:
            mistakes.at(
                line, f"{entry.where} pages by {paging.style}, but sends {{{needed}}} nowhere"
            )
        for name in sorted((set(PAGING_NAMES) - {needed, "limit"}) & operation.uses):
            mistakes.at(line, f"{entry.where} sends {{{name}}}, but does not page by {name}")
        for key, style in (("pages", "page"), ("total", "offset"), ("next", "cursor")):
            if getattr(paging, key) is not None and paging.style != style:
                mistakes.at(line, f"{entry.where}: {key!r} belongs to style {style}")
        if paging.style == "cursor" and paging.next is None:
            mistakes.at(line, f"{entry.where}: style cursor needs 'next'")

    def schema(self) -> Schema:
        return self._section().schema()
