"""A company in Business Central, with its companion extension or without."""

from collections.abc import Iterator

import pytest

from tests.adapters.business_central.desk import Desk, opened


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as made:
        yield made


@pytest.fixture
def plain() -> Iterator[Desk]:
    """No companion extension: API v2.0 alone."""
    with opened(extension="") as made:
        yield made
