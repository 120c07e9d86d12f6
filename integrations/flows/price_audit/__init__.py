"""Whether customers are charged what the ERP says: choose, ask both sides, decide, report.

1. Questions (customer, SKU, quantity) are named by a person or chosen: what drifted the last
   time, what was sold and quoted lately, and the rest by chance, quantity steps preferred.
2. The ERP is asked for its price, the storefront for what it charges the same customer.
3. `decide` (pure) compares the two, net, as the line of an order adds up, rounded to the
   currency. A difference gets its cause, found in what the catalogue copy and the storefront
   hold, and a repair plan.
4. One issue per cause is opened; it closes with the next sample that finds it no more.

Nothing is written to either side by an audit. The storefront tells only what it charges now: for
another day its side is what the portal has planned (`planned`), and shown as such. What can be
repaired by a machine is, when a person asks for it (`repair`); the same prices are compared again.
"""

from integrations.flows.price_audit.repair import repairable, request_repair
from integrations.flows.price_audit.request import request_audit, start_nightly

__all__ = ["repairable", "request_audit", "request_repair", "start_nightly"]
