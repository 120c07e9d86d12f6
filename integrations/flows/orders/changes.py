"""The jobs that bring a later change or cancellation of an order into the ERP."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.errors import NeedsOperator
from integrations.flows.issues import note_move
from integrations.flows.orders import snapshot
from integrations.flows.orders.agreed import for_whom
from integrations.flows.orders.looking import look
from integrations.flows.orders.overrides import EDITABLE_LATER, keep_on_order, overrides_of
from integrations.flows.orders.planning import plan_order
from integrations.flows.orders.push import keep_plan
from integrations.flows.orders.settling import change_settled
from integrations.flows.orders.working import (
    CHANGED_AFTER_PUSH,
    erp_of,
    hold_parked,
    order_of,
    orders_flow,
    require_writing,
    told_values,
)
from integrations.gateways import open_erp, open_storefront
from integrations.models import Order
from integrations.models.order import OrderState
from integrations.ports import PushesOrders
from integrations.records import ErpOrder, OrderDraft, StorefrontOrder
from integrations.records.codec import from_json, to_json

Output = Mapping[str, Any]
HOLD_CHANGES = "hold"


def read(ctx: StepContext) -> Output:
    """The order as the storefront holds it now."""
    return {"order": to_json(look(order_of(ctx.payload)))}


# ---------------------------------------------------------------- change


def plan_change(ctx: StepContext) -> Output:
    """The wanted draft and how it differs from what the ERP holds."""
    order = order_of(ctx.payload)
    seen = from_json(StorefrontOrder, ctx.outputs["read"]["order"])
    fresh = snapshot.digest(seen)
    if not order.is_in_erp or seen.is_canceled or fresh == order.pushed_digest:
        return {}
    erp = erp_of(order)
    with open_erp(erp, PushesOrders) as adapter:
        made = plan_order(
            seen,
            storefront=order.storefront,
            erp=erp,
            erp_adapter=adapter,
            overrides=for_whom(seen, erp, overrides_of(order)),
        )
        held: ErpOrder | None = adapter.find_order(order.storefront_ref)
        payload = adapter.preview_order(made.draft)
    keep_plan(order, payload, made)
    differences = difference(held, made.draft) or [_elsewhere(made.draft)]
    Order.objects.filter(pk=order.pk).update(difference=differences)
    return {"draft": to_json(made.draft), "digest": fresh, "differences": differences}


def apply_change(ctx: StepContext) -> Output:
    """Pushes the change, or holds it with the difference, as the flow says. Repeatable."""
    wanted = ctx.outputs["plan"]
    if "draft" not in wanted:
        return {}
    order = order_of(ctx.payload)
    if _holds_changes(order) and not ctx.payload.get("forced"):
        raise NeedsOperator(
            f"{order} was changed in the storefront after it was sent: "
            + "; ".join(row["text"] for row in wanted["differences"]),
            reason=CHANGED_AFTER_PUSH,
            cause=f"changed:{order.storefront_ref}",
            hint="Compare the difference; change the ERP's order by hand and skip this step, "
            "or set the flow to push changes and requeue.",
            ids={"order": order.storefront_ref},
        )
    require_writing(order)
    draft = from_json(OrderDraft, wanted["draft"])
    with open_erp(erp_of(order), PushesOrders) as adapter:
        ctx.checkpoint()
        changed: ErpOrder = adapter.change_order(order.erp_ref, draft)
    return {"gross_total": str(changed.gross_total)}


def check_change(ctx: StepContext) -> Output:
    """Compares the totals. A step of its own: what was sent is not sent again when a person
    has corrected the ERP's order meanwhile."""
    if "gross_total" not in ctx.outputs["apply"]:
        return {}
    order = order_of(ctx.payload)
    draft = from_json(OrderDraft, ctx.outputs["plan"]["draft"])
    with open_erp(erp_of(order), PushesOrders) as adapter:
        held: ErpOrder | None = adapter.find_order(order.storefront_ref)
    total = held.gross_total if held else Decimal(0)
    _refuse_other_total(order, draft, total)
    _refuse_other_terms(order, held)
    Order.objects.filter(pk=order.pk).update(
        pushed_digest=ctx.outputs["plan"]["digest"], erp_total=total, difference=[]
    )
    return {"gross_total": str(total)}


def difference(held: ErpOrder | None, wanted: OrderDraft) -> list[dict[str, str]]:
    """What differs between the ERP's order and the wanted one, one sentence per line. Pure."""
    before = {line.our_ref: line for line in held.lines} if held else {}
    rows = []
    for line in wanted.lines:
        old = before.pop(line.our_ref, None)
        if old is None:
            rows.append(_row(line.description, "", f"{line.quantity:f}", "is new"))
        elif old.quantity != line.quantity:
            rows.append(
                _row(
                    line.description,
                    f"{old.quantity:f}",
                    f"{line.quantity:f}",
                    f"quantity {old.quantity:f} → {line.quantity:f}",
                )
            )
        elif _price(old) != _price(line):
            rows.append(
                _row(
                    line.description,
                    f"{_price(old):f}",
                    f"{_price(line):f}",
                    f"net price {_price(old):f} → {_price(line):f}",
                )
            )
    rows += [
        _row(old.our_ref or old.ref, f"{old.quantity:f}", "0", "is gone")
        for old in before.values()
        if old.quantity
    ]
    return rows


def _elsewhere(wanted: OrderDraft) -> dict[str, str]:
    """No line differs: what is left are the addresses and the taxes."""
    to = wanted.ship_to
    place = f"{to.street1}, {to.postal_code} {to.city} {to.country_code}"
    return _row("Address or taxes", "", place, f"deliver to {place}")


def _price(line: Any) -> Decimal:
    price: Decimal = line.net_unit_price * (100 - line.discount_percent) / 100
    return price.normalize()


def _row(what: str, before: str, after: str, words: str) -> dict[str, str]:
    return {"what": what, "before": before, "after": after, "text": f"{what}: {words}"}


def _holds_changes(order: Order) -> bool:
    flow = orders_flow(order.storefront)
    return flow is not None and flow.settings.get("changes") == HOLD_CHANGES


def _refuse_other_total(order: Order, draft: OrderDraft, total: Decimal) -> None:
    if total != draft.expected_gross_total:
        raise NeedsOperator(
            f"After the change {order} is {draft.expected_gross_total} {draft.currency} in the "
            f"storefront but {total} in the ERP.",
            reason="erp_total_differs",
            cause=f"erp_total:{order.storefront_ref}",
            hint="Correct the order in the ERP, then requeue.",
            ids={"order": order.storefront_ref},
        )


def _refuse_other_terms(order: Order, held: ErpOrder | None) -> None:
    """No ERP's change carries terms: what a person decided of them is set there by people."""
    wanted = overrides_of(order).payment_term_ref
    if not wanted or held is None or held.payment_term_ref in (None, wanted):
        return
    raise NeedsOperator(
        f"{order} shall have the payment terms {wanted}, as was decided here, but order "
        f"{held.number} in {erp_of(order).name} has {held.payment_term_ref or 'none'}: a change "
        "of an order that the ERP has leaves its terms alone.",
        reason="erp_terms_differ",
        cause=f"erp_terms:{order.storefront_ref}",
        hint="Set the terms of the order in the ERP, then requeue.",
        ids={"order": order.storefront_ref, "erp_number": held.number},
    )


# ---------------------------------------------------------------- cancel


def cancel(ctx: StepContext) -> Output:
    """Cancels the ERP's order when the storefront's is cancelled. Repeatable."""
    order = order_of(ctx.payload)
    seen = from_json(StorefrontOrder, ctx.outputs["read"]["order"])
    if not seen.is_canceled or order.state == OrderState.CANCELLED:
        return {}
    _cancel_in_erp(order, ctx)
    order.move(
        OrderState.CANCELLED,
        actor=ctx.actor,
        job_id=ctx.job_id,
        reason="cancelled in the storefront",
    )
    return {"cancelled": True}


def _cancel_in_erp(order: Order, ctx: StepContext) -> None:
    """Also an unconfirmed order that a push left there before it could write its number here."""
    with open_erp(erp_of(order), PushesOrders) as adapter:
        held: ErpOrder | None = adapter.find_order(order.storefront_ref)
        ref = order.erp_ref or (held.ref if held else "")
        if not ref or (held is not None and held.is_cancelled):
            return
        require_writing(order)
        ctx.checkpoint()
        adapter.cancel_order(ref, "cancelled in the storefront")


def tell_cancelled(ctx: StepContext) -> Output:
    """The storefront's order shows what the ERP did with it. Repeatable."""
    order = order_of(ctx.payload)
    if not order.is_in_erp:
        return {}
    with open_storefront(order.storefront) as storefront:
        storefront.write_metadata(order.storefront_ref, told_values(order))
    return {"told": order.state}


CHANGE_ORDER = register(
    JobKind(
        "change_order",
        [
            StepSpec("read", read, on="storefront"),
            StepSpec("plan", plan_change, on="erp"),
            StepSpec("apply", apply_change, on="erp"),
            StepSpec("check", check_change, on="erp"),
        ],
        on_parked=hold_parked,
        on_settled=change_settled,
        on_move=note_move,
        editable=EDITABLE_LATER,
        on_edited=keep_on_order,
    )
)

CANCEL_ORDER = register(
    JobKind(
        "cancel_order",
        [
            StepSpec("read", read, on="storefront"),
            StepSpec("cancel", cancel, on="erp"),
            StepSpec("tell", tell_cancelled, on="storefront"),
        ],
        on_parked=hold_parked,
        on_move=note_move,
    )
)
