"""Services that one thing needs and all else does without."""

import logging
from collections.abc import Callable
from typing import TypeVar

from integrations.errors import NeedsOperator

T = TypeVar("T")
logger = logging.getLogger(__name__)

ABSENT = {"erp_service_missing", "erp_access_denied"}


def read_or(read: Callable[[], T], instead: T, *, of: str) -> T:
    """What `read` brings, or `instead` where the service is not set up or not allowed."""
    try:
        return read()
    except NeedsOperator as exc:
        if exc.reason not in ABSENT:
            raise
        logger.warning("sap_not_readable what=%s reason=%s", of, exc.reason)
        return instead
