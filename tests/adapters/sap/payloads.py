"""Payloads of SAP for the tests of mapping: recorded ones, and small ones that a test changes."""

import copy
from typing import Any

from integrations.adapters.sap.settings import SapSettings, read_settings
from tests.adapters.sap.replay import load

GIVEN = {
    "sales_organization": "1010",
    "distribution_channel": "10",
    "draft_block": "Z1",
    "rejection_reason": "00",
    "payment_terms": "0004=30 Net 30",
    "tracking_url": "https://track.example/{number}",
}


def settings(**changed: str) -> SapSettings:
    return read_settings({**GIVEN, **changed})


def recorded(name: str, note: str) -> dict[str, Any]:
    """The `d` of a recorded answer, by what its note begins with."""
    found = [one for one in load(name) if one["note"].partition(": ")[2].startswith(note)]
    body: dict[str, Any] = copy.deepcopy(found[0]["response"]["json"]["d"])
    return body


def read_back() -> dict[str, Any]:
    return recorded("orders", "read back with everything")
