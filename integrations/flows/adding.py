"""Adds a flow between two connections, switched off."""

from django.db import IntegrityError, transaction

from integrations.errors import NeedsOperator
from integrations.flows.modes import ROLES
from integrations.models import Connection, Flow, StateChange

KINDS = tuple(ROLES)


def add_flow(*, kind: str, source: Connection, target: Connection, actor: str) -> Flow:
    """Saves a new flow in mode `off`; `set_mode` switches it on.

    Raises NeedsOperator when the two connections are not what this kind moves between, or
    the flow is there already.
    """
    refuse_wrong_roles(kind, source, target)
    try:
        with transaction.atomic():
            flow = Flow.objects.create(kind=kind, source=source, target=target)
            StateChange.objects.create(
                subject="flow", subject_id=flow.pk, after=flow.mode, actor=actor, reason="added"
            )
    except IntegrityError as exc:
        raise NeedsOperator(
            f"There is already a flow of {kind} from {source.name} to {target.name}.",
            reason="flow_exists",
            hint="Change its mode instead.",
        ) from exc
    return flow


def refuse_wrong_roles(kind: str, source: Connection, target: Connection) -> None:
    """Raises NeedsOperator when this kind of flow does not go from `source` to `target`."""
    if kind not in ROLES:
        raise NeedsOperator(
            f"There is no flow of the kind {kind!r}.",
            reason="unknown_flow_kind",
            hint=f"Known kinds: {', '.join(KINDS)}.",
        )
    source_role, target_role = ROLES[kind]
    if (source.role, target.role) != (source_role, target_role):
        raise NeedsOperator(
            f"A flow of {kind} goes from the {source_role} to the {target_role}, "
            f"not from {source.name} ({source.role}) to {target.name} ({target.role}).",
            reason="wrong_direction",
            hint="Swap source and target, or choose another kind.",
        )
