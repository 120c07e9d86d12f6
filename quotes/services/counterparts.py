"""Where quotes meet the other systems: which storefront and ERP, and the ids they use there."""

from collections.abc import Iterable

from integrations.errors import NeedsOperator
from integrations.flows.links import targets_of
from integrations.models import Account, Buyer, Flow, IdLink
from quotes.errors import Incomplete


def trading_flow() -> Flow:
    """The orders flow: its source is the storefront, its target the ERP. Prefers one that runs."""
    flows = Flow.objects.filter(kind=Flow.Kind.ORDERS).select_related("source", "target")
    running = flows.exclude(mode=Flow.Mode.OFF).first()
    flow = running or flows.first()
    if flow is None:
        raise NeedsOperator(
            "There is no orders flow, so quotes know neither storefront nor ERP.",
            reason="no_orders_flow",
            hint="Add the orders flow from your storefront to your ERP.",
        )
    return flow


def customer_ref(account: Account, person: Buyer | None, flow: Flow) -> str:
    """The ERP's customer: the buyer's own, else their account's. Raises Incomplete for none."""
    buyers = [person] if person else list(account.buyers.all())
    own_ids = [one.storefront_customer_id for one in buyers if one.storefront_customer_id]
    found = set(targets_of(IdLink.Kind.CUSTOMER, flow.source, own_ids, flow.target).values())
    if not found and account.storefront_group_id:
        groups = [account.storefront_group_id]
        found = set(targets_of(IdLink.Kind.ACCOUNT, flow.source, groups, flow.target).values())
    if len(found) != 1:
        several = "several customers" if found else "no customer"
        raise Incomplete(
            f"{account} has {several} in {flow.target.name}: add one link for it under Links."
        )
    return found.pop()


def variants_of(skus: Iterable[str], flow: Flow) -> dict[str, tuple[str, str]]:
    """(product in the ERP, variant in the storefront) of each SKU that the products flow linked."""
    rows = IdLink.objects.filter(
        kind=IdLink.Kind.VARIANT, source=flow.target, target=flow.source, label__in=set(skus)
    )
    return {row.label: (row.source_ref, row.target_ref) for row in rows}
