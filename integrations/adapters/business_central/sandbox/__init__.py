"""A Business Central in memory that speaks API v2.0 over HTTP."""

from integrations.adapters.business_central.sandbox.server import BusinessCentralStandIn

__all__ = ["BusinessCentralStandIn"]
