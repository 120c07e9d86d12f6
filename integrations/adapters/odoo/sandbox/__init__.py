"""A stand-in for Odoo: its wire protocols, its totals, its refusals and its laxness."""

from integrations.adapters.odoo.sandbox.server import OdooStandIn

__all__ = ["OdooStandIn"]
