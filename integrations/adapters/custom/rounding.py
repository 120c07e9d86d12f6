"""How this ERP rounds an order: as its mapping states."""

from integrations.adapters.custom.base import CustomPart
from integrations.records import RoundingProfile


class Rounding(CustomPart):
    """Implements `ProposesRounding`."""

    def rounding_profile(self) -> RoundingProfile:
        """Asks nobody. A wrong statement shows as a total that differs, before confirming."""
        return RoundingProfile(**dict(self.mapping["rounding"]))
