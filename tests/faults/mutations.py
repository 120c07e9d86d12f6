"""Proves that the matrix notices: one safeguard is removed, and a named cell must go red.

Each mutation is a patch in `mutations/`, applied without fuzz to a temporary copy of the
tree. One that no longer applies fails. To make it anew:

    1. remove from the engine what PROOFS says, in as few lines as possible
    2. git diff -U1 erp_portal integrations > tests/faults/mutations/<name>.patch
    3. git checkout erp_portal integrations
    4. python -m tests.faults --mutation <name>
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).with_suffix("")
# What a cell needs of the tree.
COPIED = ("manage.py", "pyproject.toml", "erp_portal", "integrations", "quotes", "templates")
COPIED_TESTS = ("__init__.py", "settings.py", "factories.py", "faults", "support")
IGNORED = shutil.ignore_patterns("node_modules", "__pycache__", "var")
PATIENCE_S = 6.0
SIDE_BY_SIDE = 2


@dataclass(frozen=True, slots=True)
class Proof:
    """`finds` are words that the checker must say about the cell."""

    patch: str
    removes: str
    cell: str
    finds: str


PROOFS = (
    Proof(
        "fencing",
        "writes and checks of a worker pass whoever holds the lease",
        "intent:stop/create/answered/keyless",
        "create of A-1 happened 2 times",
    ),
    Proof(
        "sweep",
        "expired leases are not given back",
        "claimed:kill/create/answered/keyed",
        "not at rest",
    ),
    Proof(
        "find_before_repeat",
        "a step whose answer was lost is sent again without a look",
        "sent:kill/create/answered/keyless",
        "create of A-1 happened 2 times",
    ),
    Proof(
        "watchdog",
        "a cluster that gets nothing done is left alone",
        "cluster_workers:stop/real/answered/keyless",
        "not at rest",
    ),
    Proof(
        "settle_time",
        "a look that may come too early is believed",
        "failed:kill/pivot/slow/keyless",
        "create of A-1 happened 2 times",
    ),
    Proof(
        "order_of_a_key",
        "a job does not wait for the older ones of its key",
        "claimed:kill/repeatable/refused/keyed",
        "A-2 is done, not queued",
    ),
    Proof(
        "crash_record",
        "the sweep does not close what a dead worker began",
        "intent:kill/create/answered/keyed",
        "has no outcome",
    ),
    Proof(
        "crash_count",
        "a job that kills its worker is claimed again for ever",
        "intent:kill_each/create/answered/keyed",
        "A-1 is done, not parked",
    ),
    Proof(
        "frozen_transaction",
        "a process that is frozen inside a transaction keeps its locks",
        "claiming:stop/create/answered/keyed",
        "not at rest",
    ),
    Proof(
        "frozen_leader",
        "a beat that is frozen goes on leading",
        "tree:stop/real/answered/keyed",
        "not at rest",
    ),
    Proof(
        "retry_after",
        "only the throttled job waits, not its connection",
        "finished:kill/create/throttled/keyed",
        "before Retry-After was over",
    ),
)
REQUIRED = ("fencing", "sweep", "find_before_repeat", "watchdog")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem` is empty when the mutation was noticed as it should be."""

    proof: Proof
    problem: str
    output: str = ""

    @property
    def line(self) -> str:
        ending = self.problem or f"noticed: {self.proof.finds}"
        return f"{self.proof.patch:<20}{self.proof.cell:<46}{ending}"


def named(names: Sequence[str]) -> list[Proof]:
    """The proofs of these names, all for none."""
    unknown = set(names) - {proof.patch for proof in PROOFS}
    if unknown:
        raise LookupError(f"No mutation is named {', '.join(sorted(unknown))}.")
    return [proof for proof in PROOFS if not names or proof.patch in names]


def prove(proofs: Sequence[Proof], *, template: str) -> Iterator[Verdict]:
    """Runs each proof's cell in a mutated copy. That it is green here is the matrix's part."""
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as several:
        yield from several.map(lambda proof: _prove(proof, template), proofs)


def _prove(proof: Proof, template: str) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="faults-mutation-") as folder:
        tree = Path(folder) / "tree"
        copy_tree(tree)
        refusal = apply(PATCHES / f"{proof.patch}.patch", tree)
        if refusal:
            return Verdict(proof, "the patch no longer applies", refusal)
        return _judge(proof, _run_cell(proof.cell, tree, template))


def copy_tree(to: Path) -> None:
    """What a cell needs of this tree, elsewhere."""
    (to / "tests").mkdir(parents=True)
    copied = [*COPIED, *(f"tests/{name}" for name in COPIED_TESTS)]
    for source in (ROOT / name for name in copied):
        target = to / source.relative_to(ROOT)
        if source.is_dir():
            shutil.copytree(source, target, ignore=IGNORED)
        elif source.exists():
            shutil.copy2(source, target)


def apply(patch: Path, tree: Path, *, only_checks: bool = False) -> str:
    """Applies a patch exactly, or only sees whether it would; says why it does not."""
    check = ["--check"] if only_checks else []
    applied = subprocess.run(
        ["git", "apply", *check, "--whitespace=nowarn", str(patch)],
        cwd=tree,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)},
        capture_output=True,
        text=True,
    )
    return applied.stderr if applied.returncode else ""


def _run_cell(cell: str, tree: Path, template: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.faults", "--only", cell, "--jobs", "1"]
    command += ["--template", template, "--patience", str(PATIENCE_S)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)


def _judge(proof: Proof, ran: "subprocess.CompletedProcess[str]") -> Verdict:
    said = ran.stdout + ran.stderr
    if ran.returncode == 0:
        return Verdict(proof, "NOT NOTICED: the cell stayed green", said)
    if f"FAILED {proof.cell}" not in ran.stdout or proof.finds not in ran.stdout:
        return Verdict(proof, f"the cell did not find: {proof.finds}", said)
    return Verdict(proof, "")
