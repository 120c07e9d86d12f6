"""Which adapters are tested in every run: the others have hundreds of tests, all in test-all."""

from pathlib import Path

import pytest

IN_TEST_ALL = ("sap", "netsuite", "business_central")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if any(here / vendor in item.path.parents for vendor in IN_TEST_ALL):
            item.add_marker(pytest.mark.slow)
