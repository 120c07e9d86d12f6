"""Adds a flow between two connections, switched off."""

from django.db import IntegrityError, transaction

from integrations.errors import NeedsOperator
from integrations.flows.ends import KINDS, refuse_wrong_roles
from integrations.flows.schedules import USUAL
from integrations.models import Connection, Flow, StateChange

__all__ = ["KINDS", "add_flow", "refuse_wrong_roles"]


def add_flow(*, kind: str, source: Connection, target: Connection, actor: str) -> Flow:
    """Saves a new flow in mode `off` with the usual schedule; `set_mode` switches it on.

    Raises NeedsOperator when the two connections are not what this kind moves between, or
    the flow is there already.
    """
    refuse_wrong_roles(kind, source, target)
    try:
        with transaction.atomic():
            flow = Flow.objects.create(
                kind=kind, source=source, target=target, schedule=USUAL.get(kind, "")
            )
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
