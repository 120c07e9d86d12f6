"""Why SAP refused an order, told by what the order names.

The numbers of SAP's messages differ by release and by customizing, and few are documented. So
where SAP refuses an order, the customer and the materials are looked up, and what is wrong with
them is the sentence; SAP's own words stand behind it. Where nothing is wrong with them, SAP's
words are all there is.
"""

from collections.abc import Mapping, Sequence

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.customer_mapping import block_reason
from integrations.adapters.sap.mapping import material_of
from integrations.adapters.sap.sales_areas import SalesAreas
from integrations.adapters.sap.wire import text_of
from integrations.errors import NeedsOperator, PortalError, Rejected, RemoteError
from integrations.records import OrderDraft

MOST_NAMED = 5


class Refusals(SalesAreas):
    def why_refused(self, refused: Rejected, draft: OrderDraft) -> PortalError:
        """The reason as NeedsOperator, or `refused` itself where none is found. Two calls."""
        try:
            found = self._about_customer(draft) or self._about_materials(draft)
        except NeedsOperator as exc:
            found = exc
        except RemoteError:
            return refused  # the refusal is what counts, not that its reason cannot be looked up
        return _with_words(found, refused) if found else refused

    def _about_customer(self, draft: OrderDraft) -> NeedsOperator | None:
        """Raises NeedsOperator for one that is not in the sales area."""
        area, customer = self.customer_in_area(draft.customer_ref)
        reason = block_reason(area, customer, {})
        if not reason:
            return None
        return NeedsOperator(
            reason,
            reason="customer_blocked",
            cause=f"customer_blocked:{text_of(customer['Customer'])}",
            hint="Take the block off the customer in SAP, or cancel the order; then requeue.",
            ids={"customer": text_of(customer["Customer"])},
        )

    def _about_materials(self, draft: OrderDraft) -> NeedsOperator | None:
        numbers = list(
            dict.fromkeys(material_of(draft, line, self.settings) for line in draft.lines)
        )
        there = self.materials(numbers)
        missing = [number for number in numbers if number not in there]
        if missing:
            return _unknown_materials(missing)
        return _unsold([there[number] for number in numbers])


def _unknown_materials(numbers: Sequence[str]) -> NeedsOperator:
    return NeedsOperator(
        f"SAP has no material {_named(numbers)}.",
        reason="unknown_product",
        cause=f"unknown_product:{numbers[0]}",
        hint="Create it in SAP, or link the variant to a material that SAP has; then requeue.",
        ids={"material": numbers[0]},
    )


def _unsold(materials: Sequence[Material]) -> NeedsOperator | None:
    first = next((one for one in materials if not one.is_sold), None)
    if first is None:
        return None
    alike = [one.number for one in materials if one.not_sold == first.not_sold]
    return NeedsOperator(
        f"Material {_named(alike)} {first.not_sold} in SAP.",
        reason="product_not_sold",
        cause=f"product_not_sold:{first.number}",
        hint="Extend or release it for sale in SAP, or cancel the order; then requeue.",
        ids={"material": first.number},
    )


def _named(numbers: Sequence[str]) -> str:
    more = len(numbers) - MOST_NAMED
    return ", ".join(numbers[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _with_words(found: NeedsOperator, refused: Rejected) -> NeedsOperator:
    """With SAP's words behind the sentence; what groups equal failures stays without them."""
    ids: Mapping[str, str | int] = {**refused.ids, **found.ids}
    words = f" (SAP: {refused.remote_words})" if refused.remote_words else ""
    return NeedsOperator(
        f"{found.message.rstrip('.')}{words}.",
        reason=found.reason,
        cause=found.cause,
        hint=found.hint,
        ids=ids,
    )
