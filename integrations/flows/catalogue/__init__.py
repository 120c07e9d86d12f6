"""The catalogue copy as quotes read it: what is in stock and what would be charged, with as-of.

It asks no remote. What is older than CATALOGUE_COPY_STALE_HOURS is stale: it is marked, and no
price is taken from it.
"""

from integrations.flows.catalogue.prices import Ask, KeptPrice, Unkept, prices_of
from integrations.flows.catalogue.stock import KeptStock, stock_of

__all__ = ["Ask", "KeptPrice", "KeptStock", "Unkept", "prices_of", "stock_of"]
