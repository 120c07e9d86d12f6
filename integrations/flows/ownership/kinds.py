"""What a kind of owned record brings along so that its hand edits are found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.models import IdLink

Content = dict[str, Any]
Change = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """`read(shop, links)` maps target refs to what the storefront holds, in few calls; gone
    ones are left out. `differences(content, found)` tells (field, what was written, what is
    there), found None: it is gone. `write(shop, content)` writes the same again; it may raise
    what the storefront's gateway raises. `events` are the storefront's words for a change.
    """

    flow_kind: str
    link_kind: str
    events: tuple[str, ...]
    read: Callable[[Any, Sequence[IdLink]], Mapping[str, Any]]
    differences: Callable[[Content, Any], Sequence[Change]]
    write: Callable[[Any, Content], None]


_owned: dict[str, Owned] = {}


def register_owned(owned: Owned) -> None:
    """Makes hand edits of this kind known. The same flow kind again replaces it."""
    _owned[owned.flow_kind] = owned


def owned_by(flow_kind: str) -> Owned | None:
    return _owned.get(flow_kind)


def owned_of(link_kind: str) -> Owned | None:
    return next((one for one in _owned.values() if one.link_kind == link_kind), None)


def all_owned() -> list[Owned]:
    return list(_owned.values())
