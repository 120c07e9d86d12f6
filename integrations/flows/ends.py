"""Which kinds of flow exist, and between whom each of them moves data."""

from integrations.errors import NeedsOperator
from integrations.models import Connection, Flow

_K, _R = Flow.Kind, Connection.Role
ROLES: dict[str, tuple[str, str]] = {
    _K.PRODUCTS: (_R.ERP, _R.STOREFRONT),
    _K.PRICES: (_R.ERP, _R.STOREFRONT),
    _K.STOCK: (_R.ERP, _R.STOREFRONT),
    _K.CUSTOMERS: (_R.ERP, _R.STOREFRONT),
    _K.ORDERS: (_R.STOREFRONT, _R.ERP),
    _K.ORDER_STATUS: (_R.ERP, _R.STOREFRONT),
}
KINDS = tuple(ROLES)


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
