"""How NetSuite rounds an order.

A line's amount is rounded to the currency's precision, always (Help: "Currency Decimal
Precision"); tax per tax detail line or per transaction, as the nexus is set up (Help: "Setting
Up Nexus Preferences"). REST does not show that preference, so the connection has a setting.
"""

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.mapping import RATE_DIGITS
from integrations.records import RoundingProfile

QUANTITY_DIGITS = 5


class Rounding(NetSuitePart):
    """Implements `ProposesRounding`."""

    def rounding_profile(self) -> RoundingProfile:
        """Asks nothing."""
        return RoundingProfile(
            per="line" if self.settings.tax_rounding == "line" else "total",
            method="half_up",
            unit_price_digits=RATE_DIGITS,
            quantity_digits=QUANTITY_DIGITS,
            rounds_line_nets=True,
        )
