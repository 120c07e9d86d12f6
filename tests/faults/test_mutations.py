"""With one safeguard removed the matrix goes red; a patch that no longer applies fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import mutations
from tests.faults.mutations import PATCHES, PROOFS, REQUIRED
from tests.faults.running import Ran, run, template_database


def test_every_patch_is_named_and_every_name_has_its_patch() -> None:
    assert {file.stem for file in PATCHES.glob("*.patch")} == {proof.patch for proof in PROOFS}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("mutation") / "tree"
    mutations.copy_tree(tree)
    return tree


@pytest.mark.parametrize("name", [proof.patch for proof in PROOFS])
def test_every_patch_applies(name: str, copied: Path) -> None:
    applies = mutations.apply(PATCHES / f"{name}.patch", copied, only_checks=True)

    assert applies == ""


def test_patch_of_something_else_does_not_apply(copied: Path, tmp_path: Path) -> None:
    patch = tmp_path / "old.patch"
    text = (PATCHES / "sweep.patch").read_text("utf-8")
    patch.write_text(text.replace("transaction.atomic", "transaction.nuclear"), "utf-8")

    assert "does not apply" in mutations.apply(patch, copied)


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    with template_database() as name:
        yield name


@pytest.mark.postgres
@pytest.mark.slow
def test_named_cells_are_green_as_long_as_nothing_is_removed(template: str) -> None:
    cells = [proof.cell for proof in PROOFS if proof.patch in REQUIRED]
    only = [argument for cell in cells for argument in ("--only", cell)]

    ran = run(*only, template=template)

    assert ran.code == 0, ran.output


@pytest.mark.postgres
@pytest.mark.slow
def test_every_removed_safeguard_is_noticed(template: str) -> None:
    names = [argument for name in REQUIRED for argument in ("--mutation", name)]

    ran: Ran = run(*names, template=template)

    assert ran.code == 0, ran.output
    assert ran.output.count("noticed: ") == len(REQUIRED)
