"""What a link is for a kind of record: how it is made, taken back, and told to be there.

Most kinds are linked by rows of IdLink; a kind that is linked otherwise registers its own way.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from integrations.errors import NeedsOperator
from integrations.models import Flow, IdLink, MatchProposal

# What a link is made of, and what an undo puts back.
_FIELDS = ("kind", "source_ref", "target_ref", "label", "fingerprint", "created_by")
PART_KIND: dict[str, str] = {IdLink.Kind.PRODUCT: IdLink.Kind.VARIANT}
Made = list[list[str]]
Parts = Sequence[tuple[str, ...]]


class Linker(Protocol):
    """All of it within the caller's transaction, for a proposal that is locked."""

    def make(
        self, proposal: MatchProposal, ref: str, parts: Parts, *, actor: str
    ) -> tuple[Made, dict[str, Any]]:
        """Links the record to `ref`; what was made, and what was there before. Raises
        NeedsOperator where either side is linked elsewhere."""
        ...

    def take_back(self, proposal: MatchProposal, *, actor: str) -> None:
        """Puts back what was there before. Raises NeedsOperator where it changed since."""
        ...

    def is_linked(self, proposal: MatchProposal) -> bool:
        """Whether the record is linked to anything."""
        ...


class IdLinker:
    """By rows of IdLink, one for the record and one for each of its parts."""

    def make(
        self, proposal: MatchProposal, ref: str, parts: Parts, *, actor: str
    ) -> tuple[Made, dict[str, Any]]:
        pairs = [(proposal.kind, proposal.source_ref, ref, proposal.label)]
        kind = PART_KIND.get(proposal.kind)
        names = {pair[0]: _name_of(proposal, pair[0]) for pair in parts}
        pairs += [(kind, one, two, names[one]) for one, two in parts if kind]
        removed: list[dict[str, str]] = []
        for pair_kind, source_ref, target_ref, label in pairs:
            removed += _make(proposal, pair_kind, source_ref, target_ref, label, actor=actor)
        return [list(pair[:3]) for pair in pairs], {"removed": removed}

    def take_back(self, proposal: MatchProposal, *, actor: str) -> None:
        _take_back(proposal, _links(proposal.flow))

    def is_linked(self, proposal: MatchProposal) -> bool:
        links = _links(proposal.flow).filter(kind=proposal.kind)
        return bool(links.filter(source_ref=proposal.source_ref).exists())


_usual: Linker = IdLinker()
_linkers: dict[str, Linker] = {}


def register_linker(kind: str, linker: Linker) -> None:
    """Has records of a kind linked in a way of their own. Safe to repeat."""
    _linkers[kind] = linker


def linker_of(kind: str) -> Linker:
    return _linkers.get(kind, _usual)


def _make(
    proposal: MatchProposal, kind: str, source_ref: str, target_ref: str, label: str, *, actor: str
) -> list[dict[str, str]]:
    """Makes one link; returns the one of the same record that it replaced."""
    links = _links(proposal.flow).filter(kind=kind)
    taken = links.filter(target_ref=target_ref).exclude(source_ref=source_ref).first()
    if taken is not None:
        raise NeedsOperator(
            f"{target_ref} is linked to {taken.label or taken.source_ref} already.",
            reason="link_taken",
            hint="Delete that link first, or choose another one.",
        )
    former = list(links.filter(source_ref=source_ref))
    links.filter(source_ref=source_ref).delete()
    IdLink.objects.create(
        kind=kind,
        source=proposal.flow.source,
        target=proposal.flow.target,
        source_ref=source_ref,
        target_ref=target_ref,
        label=label[:200],
        created_by=actor,
    )
    return [{name: getattr(one, name) for name in _FIELDS} for one in former]


def _take_back(proposal: MatchProposal, links: Any) -> None:
    for kind, source_ref, target_ref in proposal.made:
        current = links.filter(kind=kind, source_ref=source_ref).first()
        if current is not None and current.target_ref != target_ref:
            raise NeedsOperator(
                f"{current.label or source_ref} was linked to {current.target_ref} since.",
                reason="linked_since",
                hint="Look at that link and delete it if it is wrong.",
            )
    for kind, source_ref, target_ref in proposal.made:
        links.filter(kind=kind, source_ref=source_ref, target_ref=target_ref).delete()
    for row in proposal.before.get("removed", []):
        IdLink.objects.create(**row, source=proposal.flow.source, target=proposal.flow.target)


def _links(flow: Flow) -> Any:
    return IdLink.objects.filter(source=flow.source, target=flow.target)


def _name_of(proposal: MatchProposal, part: str) -> str:
    """A part's link is named by what it is known by first (its SKU), told in the same order."""
    return next((value for by, value, at in proposal.told if at == part), part)
