"""From a storefront order to what the ERP shall hold: counterparts, totals, draft.

Used alike by shadow mode, which only shows it, and by the push, which sends it: both see
exactly the same payload and predicted total.
"""

from dataclasses import dataclass, replace
from typing import Any

from integrations.errors import NeedsOperator
from integrations.flows.orders.agreed import Agreement, note_of, own_agreement_of, term_ref_of
from integrations.flows.orders.overrides import NONE, Overrides, refuse_outdated
from integrations.flows.orders.places import places
from integrations.flows.orders.resolve import Counterparts, resolve
from integrations.flows.orders.snapshot import po_number
from integrations.flows.totals import LineRefs, TotalsPlan, plan_totals
from integrations.models import Connection
from integrations.ports import ProposesRounding
from integrations.records import (
    DraftLine,
    OrderDraft,
    RoundingProfile,
    StorefrontLine,
    StorefrontOrder,
)

ROUNDING_PRODUCT = "rounding_product_ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be sent and what the ERP would make of it."""

    draft: OrderDraft
    totals: TotalsPlan
    agreed: Agreement | None


def plan_order(
    seen: StorefrontOrder,
    *,
    storefront: Connection,
    erp: Connection,
    erp_adapter: Any,
    overrides: Overrides = NONE,
) -> Plan:
    """The plan of one order, with what people decided for it.

    Raises NeedsOperator when something has no counterpart, the ERP does not know the agreed
    terms, or the totals cannot be made equal within the tolerance.
    """
    refuse_outdated(seen, overrides)
    agreed = own_agreement_of(seen, erp)
    term_ref = term_ref_of(agreed, seen, erp, overrides.payment_term_ref)
    counterparts = resolve(
        seen, storefront=storefront, erp=erp, customer_ref=overrides.customer_ref
    )
    outcome = plan_totals(
        seen,
        refs={line.line_id: _refs(line, counterparts) for line in seen.lines},
        profile=_profile(erp_adapter),
        rounding_ref=erp.setting(ROUNDING_PRODUCT),
        agreed_gross=overrides.agreed_total,
    )
    if outcome.is_held:
        raise NeedsOperator(
            outcome.message,
            reason=outcome.hold_reason,
            cause=f"{outcome.hold_reason}:{seen.order_id}",
            hint=outcome.hint,
            ids={"order": seen.order_id},
        )
    ship_to, bill_to = places(seen, agreed, overrides)
    draft = replace(
        _draft(seen, counterparts.customer_ref, outcome),
        lines=_configured(seen, outcome.lines, agreed),
        po_number=overrides.po_number or (agreed and agreed.po_number) or po_number(seen),
        payment_term_ref=term_ref,
        ship_to=ship_to,
        bill_to=bill_to,
        note="\n".join(filter(None, (note_of(agreed, term_ref), overrides.note))),
    )
    return Plan(draft=draft, totals=outcome, agreed=agreed)


def _configured(
    seen: StorefrontOrder, lines: tuple[DraftLine, ...], agreed: Agreement | None
) -> tuple[DraftLine, ...]:
    if agreed is None or not agreed.configurations:
        return lines
    names = {line.line_id: line.agreed_line for line in seen.lines if line.agreed_line}
    return tuple(
        replace(line, configuration=agreed.configurations.get(names.get(line.our_ref, ""), ()))
        for line in lines
    )


def _refs(line: StorefrontLine, counterparts: Counterparts) -> LineRefs:
    return LineRefs(
        product_ref=counterparts.products[line.line_id],
        tax_refs=tuple(counterparts.taxes[tax.code] for tax in line.taxes),
    )


def _profile(erp_adapter: Any) -> RoundingProfile:
    if isinstance(erp_adapter, ProposesRounding):
        return erp_adapter.rounding_profile()
    return RoundingProfile(per="line")


def _draft(seen: StorefrontOrder, customer_ref: str, outcome: TotalsPlan) -> OrderDraft:
    return OrderDraft(
        our_ref=seen.order_id,
        display_ref=f"#{seen.display_id}",
        placed_at=seen.placed_at,
        currency=seen.currency,
        customer_ref=customer_ref,
        ship_to=seen.ship_to,
        bill_to=seen.bill_to,
        lines=outcome.lines,
        expected_gross_total=outcome.expected_gross,
    )
