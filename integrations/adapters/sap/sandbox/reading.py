"""Reading sets and entities: keys, options, pages."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from integrations.adapters.sap.sandbox.filters import parsed
from integrations.adapters.sap.sandbox.schema import Field, Kind
from integrations.adapters.sap.sandbox.store import ROOT, Row, Store
from integrations.adapters.sap.sandbox.values import literal

Params = Sequence[tuple[str, str]]
_RESOURCE = re.compile(r"(?P<set>\w+)(?:\((?P<keys>.*)\))?", re.DOTALL)
_KEY = re.compile(r"(?:(\w+)=)?((?:datetime|guid)?'(?:[^']|'')*')(?:,|$)")


class NoSuchEntity(Exception):
    """A key that nobody has."""


def split(segment: str) -> tuple[str, str | None]:
    """The set of a path segment and what stands in its brackets; None without brackets."""
    match = _RESOURCE.fullmatch(segment)
    if match is None:
        raise Field(f'Invalid resource path "{segment}"')
    return match["set"], match["keys"]


def row_by_key(store: Store, set_name: str, keys: str) -> Row:
    """Raises Field for keys that are not those of the set, NoSuchEntity for unknown ones."""
    kind = store.kinds[set_name]
    found = _KEY.findall(keys)
    named = {name or kind.keys[0]: literal(text) for name, text in found}
    if set(named) != set(kind.keys):
        raise Field(f"Invalid key predicate for {set_name}: {keys}")
    row = store.first(set_name, **named)
    if row is None:
        raise NoSuchEntity(set_name)
    return row


def option(params: Params, name: str) -> str:
    return next((value for key, value in params if key == name), "")


def listed(value: str) -> list[str]:
    return [part for part in value.split(",") if part]


def entity(store: Store, set_name: str, row: Row, params: Params, base: str) -> dict[str, Any]:
    return store.shown(
        set_name, row, listed(option(params, "$select")), listed(option(params, "$expand")), base
    )


def collection(
    store: Store, set_name: str, params: Params, base: str, *, server_page: int
) -> dict[str, Any]:
    """A page of a set: `__next` where the server cut it, `__count` where it was asked for."""
    kind = store.kinds[set_name]
    rows = _chosen(store.rows[set_name], kind, params)
    start = int(option(params, "$skiptoken") or option(params, "$skip") or 0)
    if option(params, "$skiptoken"):
        start = int(option(params, "$skiptoken"))
    top = int(option(params, "$top")) if option(params, "$top") else None
    end = min(start + server_page, len(rows))
    if top is not None and not option(params, "$skiptoken"):
        end = min(end, start + top)
    found: dict[str, Any] = {
        "results": [entity(store, set_name, row, params, base) for row in rows[start:end]]
    }
    if option(params, "$inlinecount") == "allpages":
        found["__count"] = str(len(rows))
    if end < len(rows) and (top is None or end - start < top):
        found["__next"] = _next(store, set_name, params, end)
    return found


def _next(store: Store, set_name: str, params: Params, token: int) -> str:
    # the host is what SAP believes to be its own: behind a proxy it is another
    kept = [one for one in params if one[0] not in {"$skiptoken", "$skip", "$top"}]
    query = urlencode([*kept, ("$skiptoken", str(token))])
    service = store.service_of[set_name]
    return f"https://s4.internal.example:44300{ROOT}/{service}/{set_name}?{query}"


def _chosen(rows: Sequence[Row], kind: Kind, params: Params) -> list[Row]:
    test = option(params, "$filter")
    found = list(filter(parsed(test, kind), rows)) if test else list(rows)
    for part in reversed(listed(option(params, "$orderby"))):
        name, _, direction = part.strip().partition(" ")
        if name not in kind.props:
            raise Field(f'Property "{name}" does not exist in "{kind.name}"')
        found.sort(key=partial(_sortable, kind.props[name].stored), reverse=direction == "desc")
    return found


def _sortable(name: str, row: Row) -> tuple[bool, Any]:
    return row[name] is not None, row[name]
