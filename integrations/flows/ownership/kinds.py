"""What a kind of owned record brings along so that its hand edits are found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.models import Flow, IdLink

Content = dict[str, Any]
Change = tuple[str, str, str]


def has_copy(link: IdLink) -> bool:
    """Whether what was written of it was kept (`remember`)."""
    return hasattr(link, "written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """`read(shop, links)` maps target refs to what the storefront holds, in few calls; gone
    ones are left out. `differences(link, found)` tells (field, what was written, what is
    there), found None: it is gone. `write(shop, flow, link)` writes the same again; it may raise
    what the storefront's gateway raises. `events` are the storefront's words for a change.

    `is_judged(link)`: whether it is known what was written of it, so that it can be compared.
    `note(flow)` is called after edits of the flow were found or ended: for an issue of its own.
    """

    flow_kind: str
    link_kind: str
    events: tuple[str, ...] = ()
    read: Callable[[Any, Sequence[IdLink]], Mapping[str, Any]]
    differences: Callable[[IdLink, Any], Sequence[Change]]
    write: Callable[[Any, Flow, IdLink], None]
    is_judged: Callable[[IdLink], bool] = has_copy
    note: Callable[[Flow], None] | None = None


_owned: dict[tuple[str, str], Owned] = {}


def register_owned(owned: Owned) -> None:
    """Makes hand edits of this kind known. The same kinds again replace it."""
    _owned[owned.flow_kind, owned.link_kind] = owned


def owned_by(flow_kind: str, link_kind: str) -> Owned | None:
    return _owned.get((flow_kind, link_kind))


def told_by_events(flow_kind: str) -> list[Owned]:
    """What a flow of this kind owns and the storefront tells of."""
    return [one for one in _owned.values() if one.flow_kind == flow_kind and one.events]


def all_owned() -> list[Owned]:
    return list(_owned.values())
