"""What keeps an order out of an ERP and is put right by a person, in the same words for all.

Each parks the order that met it, and no other; equal ones are one Issue by their `cause`. The
remote's own words stand at the end of the sentence. Pure.
"""

from integrations.errors import NeedsOperator
from integrations.records import DraftLine, OrderDraft

ACCESS_DENIED = "erp_access_denied"
BAD_SETTING = "bad_setting"
CLOSED_PERIOD = "closed_period"
CUSTOMER_BLOCKED = "customer_blocked"
UNKNOWN_CUSTOMER = "unknown_customer"
UNKNOWN_PRODUCT = "unknown_product"


def unknown_product(
    *, erp: str, draft: OrderDraft, words: str, line: DraftLine | None = None
) -> NeedsOperator:
    """`line` where the ERP told, or the portal found out, which one it is."""
    if line is None:
        thing = f"a product of order {draft.display_ref}"
        cause, ids = words[:120], {"order": draft.our_ref}
    else:
        ref = line.product_ref or line.kind
        thing = f"the product of line {line.description or line.our_ref!r} ({ref})"
        cause, ids = ref, {"order": draft.our_ref, "line": line.our_ref}
    return NeedsOperator(
        f"{erp} does not sell {thing}: {words}",
        reason=UNKNOWN_PRODUCT,
        cause=f"{UNKNOWN_PRODUCT}:{cause}",
        hint=f"Link the variant to a product that {erp} sells, or bring it back there; "
        "then requeue.",
        ids=ids,
    )


def unknown_customer(*, erp: str, draft: OrderDraft, words: str) -> NeedsOperator:
    return NeedsOperator(
        f"{erp} has no customer {draft.customer_ref}: {words}",
        reason=UNKNOWN_CUSTOMER,
        cause=f"{UNKNOWN_CUSTOMER}:{draft.customer_ref}",
        hint=f"Link the buyer to a customer that {erp} has, then requeue.",
        ids={"order": draft.our_ref, "customer": draft.customer_ref},
    )


def of_customer(error: NeedsOperator, draft: OrderDraft) -> NeedsOperator:
    """A blocked customer by name, who makes one Issue; any other error as it is."""
    if error.reason != CUSTOMER_BLOCKED or "customer" in error.ids:
        return error
    return NeedsOperator(
        f"Customer {draft.customer_ref}: {error.message}",
        reason=error.reason,
        cause=f"{CUSTOMER_BLOCKED}:{draft.customer_ref}",
        hint=error.hint,
        ids={"order": draft.our_ref, "customer": draft.customer_ref},
    )
