"""What is decided about an order's total, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from integrations.records import DraftLine

HoldReason = Literal[
    "",
    "credit_lines",
    "quantity_digits",
    "storefront_total_unclear",
    "total_difference",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefs:
    """The ERP's ids for one storefront line. `tax_refs` follow the order of the line's taxes."""

    product_ref: str
    tax_refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What the ERP will compute, rounded as it rounds. `line_nets` is before any rounding of
    totals, in the order of the lines it was asked about."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_by_ref: Mapping[str, Decimal]
    line_nets: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineExplanation:
    """One line as the storefront counted it and as it is sent. Amounts net unless they say so."""

    our_ref: str
    title: str
    quantity: Decimal
    storefront_net: Decimal
    storefront_tax: Decimal
    net_unit_price: Decimal
    discount_percent: Decimal
    erp_net: Decimal
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsPlan:
    """How an order is sent so that both sides show the same total, or why it is held.

    `lines` are ready for an OrderDraft, the rounding line (kind "rounding") last if one is
    needed; empty when the order is held before its lines were priced. `storefront_gross` is
    the storefront's total rounded half-up to the currency; `agreed_gross` stands in for it
    where people agreed on another one. `hold_reason` is a stable word,
    empty when the decision is "send"; `message` says the same to an operator.
    """

    decision: Literal["send", "hold"]
    currency: str
    lines: tuple[DraftLine, ...]
    predicted_net: Decimal
    predicted_tax: Decimal
    predicted_gross: Decimal
    storefront_gross: Decimal
    rounding_amount: Decimal
    explanation: tuple[LineExplanation, ...]
    hold_reason: HoldReason = ""
    message: str = ""
    hint: str = ""
    agreed_gross: Decimal | None = None

    @property
    def is_held(self) -> bool:
        return self.decision == "hold"

    @property
    def expected_gross(self) -> Decimal:
        """The total that the ERP must come to."""
        return self.storefront_gross if self.agreed_gross is None else self.agreed_gross

    def as_json(self) -> dict[str, Any]:
        """The plan without its draft lines, decimals as texts, to keep on a row and show."""
        return {
            "decision": self.decision,
            "reason": self.hold_reason,
            "message": self.message,
            "currency": self.currency,
            "storefront_gross": str(self.storefront_gross),
            "agreed_gross": None if self.agreed_gross is None else str(self.agreed_gross),
            "predicted_net": str(self.predicted_net),
            "predicted_tax": str(self.predicted_tax),
            "predicted_gross": str(self.predicted_gross),
            "rounding_amount": str(self.rounding_amount),
            "lines": [_line_as_json(line) for line in self.explanation],
        }


def _line_as_json(line: LineExplanation) -> dict[str, str]:
    return {
        "ref": line.our_ref,
        "title": line.title,
        "quantity": str(line.quantity),
        "storefront_net": str(line.storefront_net),
        "storefront_tax": str(line.storefront_tax),
        "net_unit_price": str(line.net_unit_price),
        "discount_percent": str(line.discount_percent),
        "erp_net": str(line.erp_net),
        "note": line.note,
    }
