"""A stand-in NetSuite account: SuiteTalk REST records and SuiteQL over a small company."""

from integrations.adapters.netsuite.sandbox.server import NetSuiteStandIn

__all__ = ["NetSuiteStandIn"]
