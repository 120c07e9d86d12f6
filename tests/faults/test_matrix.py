"""The part of the matrix that runs with the tests; `make faults` runs all of it."""

from collections.abc import Iterator

import pytest

from tests.faults import rules
from tests.faults.running import run, template_database

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    with template_database() as name:
        yield name


def test_nothing_is_lost_or_doubled_at_any_point(template: str) -> None:
    ran = run("--subset", "ci", template=template)

    count = len(rules.ci_subset())
    assert ran.code == 0, ran.output
    assert f"planned {count}, ran {count}, not run 0, failed 0" in ran.output


def test_cell_that_cannot_be_run_counts_as_not_run(template: str) -> None:
    ran = run("--only", "no such cell", template=template)

    assert ran.code == 1
    assert "planned 0, ran 0" in ran.output
