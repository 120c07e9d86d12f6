"""What Odoo takes without a word, and what is a mistake of ours all the same. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

_SEARCHES = {"search", "search_count", "search_read"}
_ON_MODEL = {
    *_SEARCHES,
    "load",
    "fields_get",
    "context_get",
    "check_access_rights",
    "read_group",
    "formatted_read_group",
}
_MAY_BE_EMPTY = {"has_access", "onchange"}  # asked about the model, not about records


def check_call(method: str, ids: Sequence[int] | None, args: Mapping[str, Any]) -> None:
    """Raises ValueError for a call that would read everything, or nothing, and look fine."""
    if method.startswith("_"):
        raise ValueError(f"{method} is private")
    if method in _ON_MODEL:
        if ids is not None:
            raise ValueError(f"{method} takes no ids")
    elif not ids and method not in _MAY_BE_EMPTY:
        raise ValueError(f"{method} without ids would do nothing and look fine")
    if any(not isinstance(one, int) or isinstance(one, bool) for one in ids or ()):
        raise ValueError(f"{method}: ids must be numbers, Odoo finds nothing by texts")
    if method in _SEARCHES and "domain" not in args:
        raise ValueError(f"{method} without a domain would return everything")
    if method in {"read", "search_read"} and not args.get("fields"):
        raise ValueError(f"{method} without fields would return all of them")
    if "limit" in args and not args["limit"]:
        raise ValueError("limit 0 means no limit")
