"""Hand edits of prices: of variants' own prices, and of price lists with what is in them.

No event of the storefront tells of them. They are looked for at the end of a complete reading,
where the flow is told to; what was written is known from the rows of the catalogue copy.
"""

from integrations.flows.prices.edits.lists import OWNED_PRICE_LISTS
from integrations.flows.prices.edits.looking import EDITS, FIRST, look_page
from integrations.flows.prices.edits.variants import OWNED_LIST_PRICES

__all__ = ["EDITS", "FIRST", "OWNED_LIST_PRICES", "OWNED_PRICE_LISTS", "look_page"]
