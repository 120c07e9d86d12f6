"""Which record a record is: proof links, likeness asks, strangers are new."""

import pytest

from integrations.flows.matching import Record, Trait, decide
from integrations.flows.matching.loose import loose_code, loose_name
from integrations.flows.products.matching import RULES

# (variant, SKU, barcode), …; the name
Variants = tuple[tuple[str, str, str], ...]


def record(ref: str, name: str, *variants: tuple[str, str, str], owner: str = "") -> Record:
    traits = [
        Trait(by=by, value=value, key=loose_code(value), part=part)
        for part, sku, barcode in variants
        for by, value in (("sku", sku), ("barcode", barcode))
        if value
    ]
    named = Trait(by="name", value=name, key=loose_name(name))
    return Record(ref=ref, label=name, traits=(*traits, named), owner_ref=owner)


BOLT = record("58", "Hex bolt M8", ("p58", "BOLT-M8", "4006381333931"))


def there(ref: str, name: str, sku: str, barcode: str = "", owner: str = "") -> Record:
    return record(ref, name, (f"v{ref}", sku, barcode), owner=owner)


CASES = [
    ("nothing like it", [there("a", "Nut", "NUT")], "new", "", []),
    ("the same SKU", [there("a", "Other name", "BOLT-M8")], "link", "", [("a", 100)]),
    (
        "the same SKU, and another of that name",
        [there("a", "Bolt", "BOLT-M8"), there("b", "Hex bolt M8", "OLD")],
        "link", "", [("a", 100), ("b", 60)],
    ),
    (
        "a SKU in other case and with a space",
        [there("a", "Bolt", "bolt -m8")],
        "ask", "SKU BOLT-M8 is typed bolt -m8 there", [("a", 80)],
    ),
    (
        "the same SKU, and its dirty twin",
        [there("a", "Bolt", "BOLT-M8"), there("b", "Bolt", "bolt-m8 ")],
        "ask", "another one there is like it, too", [("a", 100), ("b", 80)],
    ),
    (
        "the same SKU here, the same barcode there",
        [there("a", "Bolt", "BOLT-M8"), there("b", "Screw", "X", "4006381333931")],
        "ask", "another one there is like it, too", [("a", 100), ("b", 90)],
    ),
    (
        "the same barcode only",
        [there("a", "Bolt", "B8", "4006381333931")],
        "ask", "nothing proves it: same barcode", [("a", 90)],
    ),
    (
        "the same barcode at two",
        [there("a", "A", "B8", "4006381333931"), there("b", "B", "B9", "4006381333931")],
        "ask", "nothing proves it", [("a", 90), ("b", 90)],
    ),
    (
        "barcode and name agree",
        [there("a", "hex  BOLT m8", "B8", "4006381333931")],
        "ask", "nothing proves it", [("a", 93)],
    ),
    ("the same name only", [there("a", "Hex bolt M8", "B8")], "ask", "same name", [("a", 60)]),
    ("a name but for its case", [there("a", "HEX BOLT M8", "B8")], "ask", "typed", [("a", 50)]),
    (
        "the same SKU of somebody else's",
        [there("a", "Bolt", "BOLT-M8", owner="77")],
        "ask", "it comes from 77", [("a", 100)],
    ),
    (
        "the same SKU, carrying our ref",
        [there("a", "Bolt", "BOLT-M8", owner="58")],
        "link", "", [("a", 100)],
    ),
    (
        "the same SKU beside variants that only the other has",
        [record("a", "Bolts", ("v1", "BOLT-M8", ""), ("v2", "BOLT-M10", ""))],
        "ask", "would remove what only it has there: SKU BOLT-M10", [("a", 100)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "what", "why", "candidates"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_verdict(others, what, why, candidates) -> None:
    verdict = decide(BOLT, others, RULES)

    assert (verdict.what, [(one.ref, one.confidence) for one in verdict.candidates]) == (
        what,
        candidates,
    )
    assert why in verdict.why
    assert bool(verdict.why) == (what == "ask")


def test_variants_spread_over_two_records_there_are_asked_about() -> None:
    both = record("70", "Shirt", ("p70-S", "SHIRT-S", ""), ("p70-M", "SHIRT-M", ""))
    others = [there("a", "Shirt S", "SHIRT-S"), there("b", "Shirt M", "SHIRT-M")]

    verdict = decide(both, others, RULES)

    assert verdict.what == "ask"
    assert "it is in several there: Shirt M, Shirt S" in verdict.why


def test_second_record_of_the_source_with_nearly_the_same_sku_is_asked_about() -> None:
    twin = record("59", "Bolt again", ("p59", "bolt-m8", ""))

    verdict = decide(BOLT, [there("a", "Bolt", "BOLT-M8")], RULES, twins=[BOLT, twin])

    assert (verdict.what, verdict.why) == (
        "ask",
        "another record of the source is like it, too: Bolt again",
    )


def test_rejected_candidates_are_passed_over() -> None:
    others = [there("a", "Bolt", "BOLT-M8"), there("b", "Hex bolt M8", "OLD")]

    assert decide(BOLT, others, RULES, rejected={"a", "b"}).what == "new"
    assert [one.ref for one in decide(BOLT, others, RULES, rejected={"a"}).candidates] == ["b"]


def test_variants_are_paired_however_they_are_typed() -> None:
    both = record("70", "Shirt", ("p-S", "SHIRT-S", ""), ("p-M", "SHIRT-M", ""))
    other = record("a", "Shirt", ("v1", "shirt-m", ""), ("v2", "SHIRT-S", ""))

    (found,) = decide(both, [other], RULES).candidates

    assert found.parts == (("p-M", "v1"), ("p-S", "v2"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("BOLT-M8", " bolt-m8", True),
        ("BOLT M8", "BOLTM8", True),
        ("ROD-1.5", "ROD-15", False),
        ("AB-1", "AB1", False),
    ],
)
def test_codes_are_told_apart_by_their_dots_and_dashes(one: str, other: str, same: bool) -> None:
    assert (loose_code(one) == loose_code(other)) is same


@pytest.mark.parametrize("name", ["🔥", "مسمار", "…"])
def test_any_name_has_a_key(name: str) -> None:
    assert loose_name(name)
