"""Makes the ERP's order total equal to the storefront's, or says why that cannot be.

    plan = plan_totals(order, refs={line_id: LineRefs(...)}, profile=profile)
    if plan.is_held:
        order.hold(reason=plan.hold_reason, message=plan.message, hint=plan.hint, ...)
    else:
        OrderDraft(lines=plan.lines, expected_gross_total=plan.storefront_gross, ...)

The storefront does not round; the ERP does, each in its own way. So the total that the ERP
will compute is predicted before anything is sent. A difference of a few smallest units is
settled by one explicit rounding line without tax, a larger one holds the order.

Pure: no database, no clock, no I/O. `predict` alone tells what an ERP makes of some lines.
"""

from integrations.flows.totals.currency import round_half_up, smallest_unit
from integrations.flows.totals.plan import LineExplanation, LineRefs, Predicted, TotalsPlan
from integrations.flows.totals.planning import plan_totals
from integrations.flows.totals.prediction import predict

__all__ = [
    "LineExplanation",
    "LineRefs",
    "Predicted",
    "TotalsPlan",
    "plan_totals",
    "predict",
    "round_half_up",
    "smallest_unit",
]
