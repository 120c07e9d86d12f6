"""One order with everything it is planned against."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.flows.totals.currency import round_half_up
from integrations.flows.totals.plan import LineRefs
from integrations.records import RoundingProfile, StorefrontLine, StorefrontOrder

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What `plan_totals` was given; see there."""

    order: StorefrontOrder
    profile: RoundingProfile
    refs: Mapping[str, LineRefs]
    rounding_ref: str
    agreed_gross: Decimal | None = None

    @property
    def target(self) -> Decimal:
        """What the ERP shall make of it: the agreed total, or the storefront's."""
        return self.total if self.agreed_gross is None else self.agreed_gross

    @property
    def total(self) -> Decimal:
        return round_half_up(self.order.gross_total, self.order.currency)

    @property
    def lines(self) -> list[StorefrontLine]:
        """The lines that ask for something; an order edit may leave lines of no pieces."""
        return [line for line in self.order.lines if line.quantity]
