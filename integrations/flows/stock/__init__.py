"""Stock from the ERP to the storefront: fetch, keep, decide (pure), apply.

1. A page of levels is read from the ERP and kept in the catalogue copy with its as-of time.
2. The levels of one SKU are added up per location of the storefront, by the warehouse mappings.
3. `decide` compares each sum with what was last written. Unchanged ones end here.
4. What the storefront holds of the others is read, and written in batches; a refused batch is
   split until the bad record stands alone.

What is sent is what the ERP can still promise, and on top of it what the storefront itself
has reserved for orders that the ERP counts already: the storefront takes its reservations
off again, and so they are taken off once. An order that the ERP does not have yet is not
added. A level is never below zero there.

Settings of the flow: `locations` and `complete_every_h`, see `flows/settings.py`.
"""

from integrations.flows.stock.flow import open_stock

__all__ = ["open_stock"]
