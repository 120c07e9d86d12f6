"""How SAP rounds an order."""

from integrations.adapters.sap.base import SapPart
from integrations.records import RoundingProfile


class Rounding(SapPart):
    """Implements `ProposesRounding`."""

    def rounding_profile(self) -> RoundingProfile:
        """Every condition of a line, its tax as well, is rounded by itself, half away from zero,
        in the digits of the currency; totals are sums.

        Prices may be as fine as wanted: what SAP cannot hold per piece is sent for the whole
        quantity. A quantity has three digits.
        """
        return RoundingProfile(per="line", method="half_up", quantity_digits=3, discount_digits=2)
