"""Products from the ERP to the storefront: fetch, decide (pure), apply.

1. A page of changed products is read from the ERP.
2. `decide` compares what each should be with what was last written (fingerprints on the
   links) and with the rules (a SKU, a price, no double SKU). Unchanged ones end here.
3. `address` finds out where the others live in the storefront, also when an earlier answer
   was lost and no link was kept: a product is never created twice. What a complete run saw to
   be absent when it read the whole storefront is not looked for again on its later pages.
4. SKUs that they take from articles which gave them up are freed (`releasing`): the variant
   that has one in the storefront gets a stand-in, and keeps its id and its link.
5. They are written in batches, new ones with what everyone pays for them; a refused batch is
   split until the bad record stands alone.

Settings of the flow: `currency` in which prices are written (default: the ERP's own; prices
are never converted), `manage_inventory` (default false: the shop does not count stock),
`complete_every_h` (default 24: how often everything is read instead of what changed). What
was refused is tried again when it changes in the ERP, and with each complete reading.
"""

from integrations.flows.products.flow import open_products

__all__ = ["open_products"]
