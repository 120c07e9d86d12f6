"""How Business Central rounds an order.

Its documentation: a line's amount and the discount on it are rounded by themselves (amount
rounding precision); VAT is worked out from the amounts excluding VAT of all lines with one VAT
identifier, and rounded to the nearest (VAT rounding type).
"""

from integrations.adapters.business_central.base import BcPart
from integrations.records import RoundingProfile


class Rounding(BcPart):
    """Implements `ProposesRounding`."""

    def rounding_profile(self) -> RoundingProfile:
        """Asks nothing: what differs between companies is not served, but for the currencies'
        own precision, which the test of the connection compares."""
        return RoundingProfile(
            per="total",
            rounds_line_nets=True,
            method="half_up",
            unit_price_digits=self.settings.unit_price_digits,
            quantity_digits=5,
            discount_digits=5,
            discount_apart=True,
        )
