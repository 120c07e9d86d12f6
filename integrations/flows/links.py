"""The three verbs of links: `target_of`, `source_of`, `bind`; and each of them for many.

A link reads from the connection that owns the record (source) to its copy (target): products
from the ERP to the storefront, customers and taxes of orders from the storefront to the ERP.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.flows.bulk import insert_each
from integrations.models import Connection, IdLink

# Ends the label of a SKU that is no longer sold. Its link stays: orders placed before must
# still find what they ordered.
REMOVED = " (removed)"
# In place of the fingerprint of a variant whose SKU another article has now: its label is a SKU
# of no article, until it is sold again.
SET_ASIDE = "set aside"
_BOUND = ("kind", "source_ref", "target_ref", "label", "fingerprint")


def target_of(kind: str, source: Connection, source_ref: str, target: Connection) -> str | None:
    """The counterpart in `target`, or None."""
    return targets_of(kind, source, [source_ref], target).get(source_ref)


def source_of(kind: str, target: Connection, target_ref: str, source: Connection) -> str | None:
    """Which record of `source` this one of `target` is, or None."""
    return sources_of(kind, target, [target_ref], source).get(target_ref)


def targets_of(
    kind: str, source: Connection, source_refs: Iterable[str | None], target: Connection
) -> dict[str, str]:
    """{source ref: target ref} of those that are linked, in one query."""
    wanted = {ref for ref in source_refs if ref}
    rows = IdLink.objects.filter(kind=kind, source=source, target=target, source_ref__in=wanted)
    return dict(rows.values_list("source_ref", "target_ref"))


def sources_of(
    kind: str, target: Connection, target_refs: Iterable[str | None], source: Connection
) -> dict[str, str]:
    """{target ref: source ref} of those that are linked, in one query.

    For kinds that allow several sources of one target, any one of them.
    """
    wanted = {ref for ref in target_refs if ref}
    rows = IdLink.objects.filter(kind=kind, source=source, target=target, target_ref__in=wanted)
    return dict(rows.values_list("target_ref", "source_ref"))


def bind(
    kind: str,
    source: Connection,
    source_ref: str,
    target: Connection,
    target_ref: str,
    *,
    actor: str,
    label: str = "",
    fingerprint: str = "",
) -> IdLink:
    """Links two records. Repeating it updates label and fingerprint.

    Raises NeedsOperator when either side is linked to something else already.
    """
    known = IdLink.objects.filter(
        kind=kind, source=source, source_ref=source_ref, target=target
    ).first()
    if known is None:
        try:
            with transaction.atomic():
                return IdLink.objects.create(
                    kind=kind,
                    source=source,
                    source_ref=source_ref,
                    target=target,
                    target_ref=target_ref,
                    label=label,
                    fingerprint=fingerprint,
                    created_by=actor,
                )
        except IntegrityError as exc:
            raise _taken(kind, source_ref, target_ref, target) from exc
    if known.target_ref != target_ref:
        raise _taken(kind, source_ref, target_ref, target)
    if (known.label, known.fingerprint) != (label, fingerprint):
        known.label, known.fingerprint = label or known.label, fingerprint
        known.save(update_fields=["label", "fingerprint"])
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One of many links between the same two connections."""

    kind: str
    source_ref: str
    target_ref: str
    label: str
    fingerprint: str = ""


def bind_all(
    source: Connection,
    target: Connection,
    rows: Iterable[LinkRow],
    *,
    actor: str,
    update: Sequence[str] = ("label", "fingerprint"),
) -> None:
    """Makes or updates many links; those that are there get the columns of `update`.

    Unlike `bind` it judges nothing: the caller knows that no side is linked to anything else, or
    names "target_ref" in `update`.
    """
    now = timezone.now()
    insert_each(
        IdLink,
        (*_BOUND, "source", "target", "created_at", "created_by"),
        (
            (row.kind, row.source_ref, row.target_ref, row.label[:200], row.fingerprint)
            + (source.pk, target.pk, now, actor)
            for row in rows
        ),
        unique=("kind", "source", "source_ref", "target"),
        update=update,
    )


def _taken(kind: str, source_ref: str, target_ref: str, target: Connection) -> NeedsOperator:
    return NeedsOperator(
        f"The {kind} {source_ref} cannot be linked to {target_ref} in {target.name}: "
        "one of them is linked to something else.",
        reason="link_taken",
        cause=f"link:{kind}:{source_ref}:{target_ref}",
        hint="Look at both links and delete the wrong one.",
    )
