"""A stand-in for SAP S/4HANA: its OData V2 services over a small company."""

from integrations.adapters.sap.sandbox.server import SapStandIn

__all__ = ["SapStandIn"]
