"""Companies from the ERP to the portal and the storefront: fetch, keep, decide, apply.

A complete run first looks at what the storefront holds of it, see `looking`; then

1. A page of changed customers is read from the ERP and kept: the copy (`CustomerCopy`) tells
   terms, credit and blocks with their age, also while the flow only looks.
2. `matching` says which company of the portal each one is. One is linked by itself only where
   a tax id says so on both sides; a tie or a likeness is left to a person, and nothing is made
   beside it.
3. `decide` compares what each should be with what was last carried out. Unchanged ones cost no
   call to the storefront.
4. The others become a company with its buyers here, and rows and group memberships there.
5. After a complete window, what the ERP no longer has is marked, blocked and taken out of its
   groups. At last, who registered in the storefront meanwhile is looked at.

Whom the storefront lets in with a company's prices is a matter of proof, see `registrations`.

Settings of the flow: `unregistered`, `hand_edits` and `complete_every_h`, see `flows/settings.py`.
"""

from integrations.flows.customers.flow import open_customers

__all__ = ["open_customers"]
