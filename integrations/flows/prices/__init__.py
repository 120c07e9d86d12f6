"""Prices from the ERP to the storefront: fetch, keep, decide (pure), apply.

1. A page of prices is read from the ERP and kept in the catalogue copy.
2. All that one variant costs one audience in one currency is an offer. `decide` works out
   from how many pieces to how many each of its prices holds, and compares with what was last
   written. Unchanged ones end here, without a call to the storefront.
3. What everyone pays is written to the variants themselves, what a price list, a group or a
   single customer pays to a price list there, which is tied to one customer group. In
   batches; a refused batch is split until the bad record stands alone.
4. After a complete read, what the ERP did not name any more is taken out.

A price that becomes another one under the same id of the ERP, for others, in another currency
or of another variant, is two: what it was is taken out, what it is is written, see `moved`.

Two prices of the ERP that contradict each other are both left alone and named. A missing
price is never zero. A list is never active without its group.

Settings of the flow: `list_prices`, `audiences`, `precedence`, `currencies`, `zone` and
`complete_every_h`, see `flows/settings.py`.
"""

from integrations.flows.prices.flow import open_prices

__all__ = ["open_prices"]
