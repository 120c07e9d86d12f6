"""Stock from the ERP to the storefront: fetch, keep, decide (pure), apply.

1. A page of levels is read from the ERP and kept in the catalogue copy with its as-of time.
2. The levels of one SKU are added up per location of the storefront, by the warehouse mappings.
3. `decide` compares each sum with what was last written. Unchanged ones end here.
4. What the storefront holds of the others is read, and written in batches; a refused batch is
   split until the bad record stands alone.
5. Where something was written of these SKUs at a location that it does not belong to any more (a
   warehouse mapping or `locations` changed), it becomes none there, before it is written
   elsewhere; many of them at once ask a person first.
6. After a complete read, a level that was on no page is none: the ERP no longer has it. Many of
   them at once ask a person first.

What is sent is what the ERP can still promise, and on top of it what the storefront itself
has reserved for orders that the ERP counts already: the storefront takes its reservations
off again, and so they are taken off once. An order that the ERP does not have yet is not
added. A level is never below zero there; a count below zero in the ERP is told in each run.

Settings of the flow: `locations`, `complete_every_h` and `most_removals_pct`, see
`flows/settings.py`.
"""

from integrations.flows.stock.flow import open_stock

__all__ = ["open_stock"]
