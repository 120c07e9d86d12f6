"""The matching workbench at the command line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.models import IdLink, MatchProposal
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def match() -> MatchProposal:
    candidate = {
        "ref": "prod_1",
        "label": "Old bolt",
        "confidence": 90,
        "reasons": ["same barcode 1"],
        "warning": "",
        "parts": [["p58", "variant_1"]],
    }
    made: MatchProposal = MatchProposal.objects.create(
        flow=make.FlowFactory(kind="products"),
        kind="product",
        source_ref="58",
        label="Bolt (BOLT)",
        told=[["sku", "BOLT", "p58"]],
        why="nothing proves it",
        candidates=[candidate],
        confidence=90,
    )
    return made


def run(*words: str) -> str:
    out = StringIO()
    call_command("match", *words, stdout=out)
    return out.getvalue()


def test_what_waits_is_listed_with_its_candidates(match: MatchProposal) -> None:
    told = run("list")

    assert f"{match.pk}  Bolt (BOLT): nothing proves it" in told
    assert "prod_1  Old bolt  90 %  same barcode 1" in told


def test_accepted_and_undone(match: MatchProposal) -> None:
    assert run("accept", str(match.pk), "--reason", "same") == "Bolt (BOLT): accepted\n"
    assert set(IdLink.objects.values_list("kind", "source_ref", "target_ref", "label")) == {
        ("product", "58", "prod_1", "Bolt (BOLT)"),
        ("variant", "p58", "variant_1", "BOLT"),
    }

    run("undo", str(match.pk), "--reason", "not the same")

    assert not IdLink.objects.exists()
    assert "Bolt (BOLT)" in run("list")


def test_unknown_number_says_where_they_are_listed() -> None:
    with pytest.raises(CommandError, match="There is no match 999. `manage.py match list`"):
        run("accept", "999", "--reason", "x")


def test_list_for_programs(match: MatchProposal) -> None:
    (row,) = json.loads(run("list", "--json"))

    assert (row["id"], row["candidates"][0]["ref"]) == (match.pk, "prod_1")


def test_refusal_is_told_in_words(match: MatchProposal) -> None:
    run("reject", str(match.pk), "--reason", "new")

    with pytest.raises(CommandError, match="cannot be pressed so: none of them"):
        run("reject", str(match.pk), "--reason", "new")
