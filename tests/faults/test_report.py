"""What is counted where, and what a failing cell says."""

import pytest

from tests.faults import report
from tests.faults.cells import Cell
from tests.faults.checker import Found
from tests.faults.play import Outcome, judge

DOUBLE = "create of A-1 happened 2 times"


def cell(point: str = "checked", action: str = "stop", remote: str = "keyless") -> Cell:
    return Cell(point=point, action=action, step="create", answer="answered", remote=remote)


def judged(cell: Cell, *doubled: str) -> Outcome:
    outcome = Outcome(cell=cell)
    judge(outcome, Found(doubled=list(doubled)))
    return outcome


def test_double_of_a_stalled_sender_has_a_column_of_its_own() -> None:
    outcome = judged(cell(), DOUBLE)

    assert (outcome.doubled, outcome.doubled_found, outcome.is_failed) == (0, 1, False)


@pytest.mark.parametrize(
    "elsewhere", [cell(point="sent"), cell(action="kill"), cell(remote="keyed")]
)
def test_double_anywhere_else_fails(elsewhere: Cell) -> None:
    outcome = judged(elsewhere, DOUBLE)

    assert (outcome.doubled, outcome.doubled_found, outcome.is_failed) == (1, 0, True)


def test_second_double_of_a_stalled_sender_fails() -> None:
    outcome = judged(cell(), DOUBLE, DOUBLE)

    assert (outcome.doubled, outcome.doubled_found, outcome.is_failed) == (2, 0, True)


def test_failing_cell_says_what_was_seen_and_how_to_repeat_it() -> None:
    outcome = judged(cell(point="sent"), DOUBLE)
    outcome.log = "the worker's last words"

    assert list(report.failure(outcome)) == [
        "FAILED sent:stop/create/answered/keyless",
        "    repeat: python -m tests.faults --only 'sent:stop/create/answered/keyless'",
        f"    {DOUBLE}",
        "    | the worker's last words",
    ]


def test_table_has_a_row_for_each_point_and_fault_and_one_for_all() -> None:
    fast, slow = Outcome(cell=cell(), recovery_s=1.0), Outcome(cell=cell(), recovery_s=3.0)
    other = Outcome(cell=cell(point="sent", action="kill"), lost=1, problems=["lost"])

    rows = [line.split() for line in report.table([other, fast, slow])]

    assert rows[1:] == [
        ["checked", "stop", "2", "0", "0", "0", "0", "2.0", "3.0"],
        ["sent", "kill", "1", "1", "1", "0", "0", "-", "-"],
        ["all", "3", "1", "1", "0", "0", "2.0", "3.0"],
    ]


def test_cell_that_did_not_run_is_counted_and_not_in_the_table() -> None:
    outcome = Outcome(cell=cell(), not_run="sent was not reached")

    assert report.summary([cell()], [outcome]) == "planned 1, ran 0, not run 1, failed 0"
    assert len(list(report.table([outcome]))) == 2
