"""The sales screens, one module per screen. Importing it puts them on the site."""

from quotes.admin import approvals, now, policy, price_basis, quotes, rfqs, templates

__all__ = ["approvals", "now", "policy", "price_basis", "quotes", "rfqs", "templates"]
