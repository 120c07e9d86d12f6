"""Adapters of other packages are made known by a setting, and break only themselves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations import adapters
from integrations.adapters import AdapterSpec
from integrations.errors import NeedsOperator

ROOT = Path(__file__).resolve().parents[2]
ACME = AdapterSpec(
    kind="acme", role="erp", title="Acme", adapter="acme.open", sandbox="acme.StandIn"
)
PATH = "tests.adapters.test_registry.ACME"


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """The registry as it was, afterwards."""
    before = dict(adapters._SPECS)
    yield
    adapters._SPECS.clear()
    adapters._SPECS.update(before)


def test_registered_kind_is_known_and_may_be_registered_again() -> None:
    adapters.register("acme", PATH)
    adapters.register("acme", PATH)

    assert "acme" in adapters.kinds()
    assert adapters.spec("acme") is ACME


def test_known_kind_keeps_its_code() -> None:
    known = adapters.kinds()[0]

    with pytest.raises(ValueError, match="was not registered"):
        adapters.register(known, PATH)

    assert adapters.spec(known).kind == known


@pytest.mark.parametrize(
    "path", ["acme_is_not_installed.SPEC", "tests.adapters.test_registry.ROOT"]
)
def test_kind_that_does_not_load_breaks_only_itself(path: str) -> None:
    known = adapters.kinds()
    adapters.register("broken", path)

    with pytest.raises(NeedsOperator, match="'broken' cannot be loaded"):
        adapters.spec("broken")

    assert sorted(spec.kind for spec in adapters.specs()) == known


def test_kind_of_the_setting_is_known_to_every_process() -> None:
    words = kinds_of(ADAPTERS=f"acme={PATH}")

    assert "acme" in words


def test_setting_of_another_form_is_named() -> None:
    assert "ADAPTERS is not usable: expected key=value" in kinds_of(ADAPTERS="acme_portal.SPEC")


def kinds_of(**environment: str) -> str:
    """What `connection add` says in a process of its own with these variables."""
    found = subprocess.run(
        [sys.executable, "manage.py", "connection", "add", "--help"],
        cwd=ROOT,
        env={**os.environ, "DOTENV": "off", **environment},
        text=True,
        capture_output=True,
        check=False,
    )
    return found.stdout + found.stderr
