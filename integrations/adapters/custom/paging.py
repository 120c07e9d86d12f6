"""Where the next page of a list begins, by the style that the mapping names. Pure.

A list of a window must stand still while it is walked: the ERP should sort it by its ids.
Our cursors of styles page and offset carry a digest of the rows, because an ERP that ignores
the parameter answers with the same page for ever.
"""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

from integrations.adapters.custom.mapping.requests import Operation, Paging
from integrations.adapters.custom.paths import MISSING, Path
from integrations.errors import NeedsOperator

_LINK = re.compile(r"<([^<>]*)>([^,<]*)")
_REL_NEXT = re.compile(r';\s*rel\s*=\s*"?[^";]*\bnext\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawPage:
    """Rows as the ERP gave them; `body` is the whole answer."""

    rows: list[Any]
    next_cursor: str | None
    body: Any = None


def asked(paging: Paging, cursor: str | None) -> dict[str, Any]:
    """What the holes {page}, {offset}, {limit} and {cursor} are filled with."""
    values: dict[str, Any] = {"limit": paging.size, "cursor": None}
    if paging.style == "cursor":
        values["cursor"] = cursor
    elif paging.style == "page":
        values["page"] = _number(cursor, paging.first)
    elif paging.style == "offset":
        values["offset"] = _number(cursor, 0)
    return values


def following(
    operation: Operation,
    rows: list[Any],
    body: Any,
    link: str,
    cursor: str | None,
    base_url: str,
) -> str | None:
    """The cursor of the next page, None after the last. Raises NeedsOperator for a list that
    leads in circles or away from the ERP."""
    paging = operation.paging
    if paging.style == "link":
        found = _next_link(operation, link, base_url)
    elif paging.style == "cursor":
        found = _next_cursor(operation, body)
    elif paging.style == "none":
        found = None
    else:
        found = _next_number(operation, rows, body, cursor)
    if found is not None and found == cursor:
        raise _stuck(operation)
    return found


def _next_number(
    operation: Operation, rows: list[Any], body: Any, cursor: str | None
) -> str | None:
    """Our cursor is `number:digest of the rows before:how many they were`."""
    paging = operation.paging
    start = _number(cursor, paging.first if paging.style == "page" else 0)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    _, before, count = (cursor or "::").split(":")
    if rows and digest == before:
        if len(rows) >= paging.size:
            raise _stuck(operation)
        return None  # some repeat their last page beyond the end
    if not rows or not _has_more(paging, body, start, len(rows), int(count or 0)):
        return None
    return f"{start + (1 if paging.style == 'page' else len(rows))}:{digest}:{len(rows)}"


def _has_more(paging: Paging, body: Any, start: int, count: int, count_before: int) -> bool:
    """Where nothing tells, until a page is shorter than the one before it: that the first one
    is shorter than what was asked for may be the ERP's own limit."""
    if paging.more is not None:
        return _is_more(paging, body)
    if paging.pages is not None:
        return start - paging.first + 1 < _told_number(paging.pages, body)
    if paging.total is not None:
        return start + count < _told_number(paging.total, body)
    return count >= count_before


def _told_number(path: Path, body: Any) -> int:
    found = path.find(body)
    try:
        return int(found)
    except (TypeError, ValueError):
        return 0


def _next_cursor(operation: Operation, body: Any) -> str | None:
    paging = operation.paging
    if paging.more is not None and not _is_more(paging, body):
        return None
    found = paging.next.find(body) if paging.next is not None else None
    if found is MISSING or found in (None, "", False):
        return None
    return str(found)


def _is_more(paging: Paging, body: Any) -> bool:
    found = paging.more.find(body) if paging.more is not None else False
    if isinstance(found, str):
        return found.strip().lower() not in {"", "0", "false", "no"}
    return bool(found) and found is not MISSING


def _next_link(operation: Operation, link: str, base_url: str) -> str | None:
    """RFC 8288. The path below the connection's address: credentials go nowhere else."""
    target = next((url for url, params in _LINK.findall(link) if _REL_NEXT.search(params)), "")
    if not target:
        return None
    whole = urljoin(f"{base_url}/", target)
    base, found = urlsplit(base_url), urlsplit(whole)
    root = base.path.rstrip("/")
    is_ours = (base.scheme, base.netloc.lower()) == (found.scheme, found.netloc.lower())
    if not is_ours or not f"{found.path}/".startswith(f"{root}/"):
        raise NeedsOperator(
            f"{operation.where}: the next page is said to be at {found.scheme}://{found.netloc}, "
            f"which is not below the connection's address.",
            reason="mapping_misfit",
            cause=f"mapping_misfit:{operation.where}:link",
            hint="Enter the address that the ERP itself uses, or another paging style.",
        )
    return found.path.removeprefix(root) + (f"?{found.query}" if found.query else "")


def _number(cursor: str | None, first: int) -> int:
    return first if cursor is None else int(Decimal(cursor.partition(":")[0]))


def _stuck(operation: Operation) -> NeedsOperator:
    return NeedsOperator(
        f"{operation.where} (line {operation.line} of the mapping): the ERP gives the same page "
        f"again and again.",
        reason="mapping_misfit",
        cause=f"mapping_misfit:{operation.where}:paging",
        hint="Its paging works otherwise than the mapping says.",
    )
