"""Every boundary is in the matrix, and what is left out has a reason."""

from integrations.engine import faults
from tests.faults import cells, kinds, rules
from tests.faults.mutations import PROOFS, REQUIRED


def test_every_point_of_the_engine_is_planned() -> None:
    ours = {kinds.IN_FLIGHT, "cluster_workers", "tree"}  # points of this suite, not of the engine
    elsewhere = {"pressed", "press_committed"}  # of bulk presses: tests/engine/test_presses.py

    assert {cell.point for cell in rules.planned()} == set(faults.POINTS) - elsewhere | ours


def test_every_value_of_every_axis_is_planned() -> None:
    planned = [cell for cell in rules.planned() if not cell.is_real]

    assert {cell.step for cell in planned} == set(cells.STEPS)
    assert {cell.answer for cell in planned} == set(cells.ANSWERS)
    assert {cell.remote for cell in planned} == set(cells.REMOTES)
    assert {cell.action for cell in planned} == set(cells.ACTIONS)


def test_every_combination_is_planned_or_left_out_with_a_reason() -> None:
    forked = [cell for cell in rules.planned() if not cell.is_real]

    assert len(forked) + sum(rules.left_out().values()) == len(list(cells.every_combination()))


def test_no_rule_is_idle() -> None:
    assert set(rules.left_out()) == {rule.reason for rule in rules.RULES}


def test_names_are_unique() -> None:
    names = [cell.name for cell in rules.planned()]

    assert len(names) == len(set(names))


def test_subset_for_ci_has_every_point_that_is_forked_and_every_axis() -> None:
    forked = [cell for cell in rules.ci_subset() if not cell.is_real]

    assert {cell.point for cell in forked} == {*cells.FORWARD, *cells.BACKWARD}
    assert {cell.step for cell in forked} == set(cells.STEPS)
    assert {cell.answer for cell in forked} == set(cells.ANSWERS)
    assert {cell.remote for cell in forked} == set(cells.REMOTES)


def test_every_mutation_names_a_planned_cell() -> None:
    names = {cell.name for cell in rules.planned()}

    assert {proof.cell for proof in PROOFS} <= names
    assert set(REQUIRED) <= {proof.patch for proof in PROOFS}
