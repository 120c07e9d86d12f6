"""Adds a flow between two connections, switched off."""

from django.db import IntegrityError, transaction

from integrations.errors import NeedsOperator
from integrations.models import Connection, Flow, StateChange

_ROLE = Connection.Role
_BETWEEN: dict[str, tuple[str, str]] = {
    Flow.Kind.PRODUCTS: (_ROLE.ERP, _ROLE.STOREFRONT),
    Flow.Kind.PRICES: (_ROLE.ERP, _ROLE.STOREFRONT),
    Flow.Kind.STOCK: (_ROLE.ERP, _ROLE.STOREFRONT),
    Flow.Kind.CUSTOMERS: (_ROLE.ERP, _ROLE.STOREFRONT),
    Flow.Kind.ORDERS: (_ROLE.STOREFRONT, _ROLE.ERP),
    Flow.Kind.ORDER_STATUS: (_ROLE.ERP, _ROLE.STOREFRONT),
}
KINDS = tuple(str(kind) for kind in _BETWEEN)


def add_flow(*, kind: str, source: Connection, target: Connection, actor: str) -> Flow:
    """Saves a new flow in mode `off`; `set_mode` switches it on.

    Raises NeedsOperator when the two connections are not what this kind moves between, or
    the flow is there already.
    """
    _refuse_wrong_roles(kind, source, target)
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


def _refuse_wrong_roles(kind: str, source: Connection, target: Connection) -> None:
    if kind not in _BETWEEN:
        raise NeedsOperator(
            f"There is no flow of the kind {kind!r}.",
            reason="unknown_flow_kind",
            hint=f"Known kinds: {', '.join(KINDS)}.",
        )
    source_role, target_role = _BETWEEN[kind]
    if (source.role, target.role) != (source_role, target_role):
        raise NeedsOperator(
            f"A flow of {kind} goes from the {source_role} to the {target_role}, "
            f"not from {source.name} ({source.role}) to {target.name} ({target.role}).",
            reason="wrong_direction",
            hint="Swap source and target, or choose another kind.",
        )
