"""Templates are data: what fills a hole is never more than itself."""

from typing import Any

import pytest
import yaml

from integrations.adapters.custom import paths
from integrations.adapters.custom.mapping.source import Mistakes
from integrations.adapters.custom.mapping.templates import BodyTemplate, Names, PathTemplate
from integrations.adapters.custom.template import Filling, filled_headers, filled_path, filled_query
from integrations.adapters.custom.values import Formats

NAMES = Names(
    {"ref": "text", "refs": "text[]", "our_ref": "text", "count": "whole", "kind": "text"},
    {"lines": ("line", {"sku": "text"})},
)


def read(shape: Any, text: str) -> Any:
    mistakes = Mistakes()
    found = shape.read(yaml.compose(text), mistakes, "here")
    assert not mistakes, mistakes.sentences
    return found


def body(text: str, *, is_search: bool = False, **values: Any) -> Any:
    template = read(BodyTemplate(NAMES), text)
    return template.fill(Filling(values, Formats(), "EUR", is_search))


HOSTILE = [
    "../../admin",
    "a/b?c=d#e",
    "x&role=admin",
    '","admin":true,"x":"',
    "{ref}",
    "{0.__class__.__mro__}",
    "{{7*7}}",
    "%s%n",
    "' or 1=1 --",
    "ü\u202e\U0001f600",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_value_stays_itself_in_a_body(value: str) -> None:
    assert body('{a: "{our_ref}", b: ["no. {our_ref}"]}', our_ref=value) == {
        "a": value,
        "b": [f"no. {value}"],
    }


@pytest.mark.parametrize("value", HOSTILE)
def test_value_stays_one_segment_of_a_path(value: str) -> None:
    parts = read(PathTemplate(NAMES), '"/orders/{ref}/lines"')

    path = filled_path(parts, Filling({"ref": value}, Formats()))

    assert path.count("/") == 3
    assert not set("?#& ") & set(path)


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "a\x00b"])
def test_value_that_is_no_segment_is_refused(value: str) -> None:
    parts = read(PathTemplate(NAMES), '"/orders/{ref}"')

    with pytest.raises(ValueError, match="cannot stand in the path"):
        filled_path(parts, Filling({"ref": value}, Formats()))


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "naïve"])
def test_value_that_would_end_a_header_is_refused(value: str) -> None:
    template = read(BodyTemplate(NAMES), '"{our_ref}"')

    with pytest.raises(ValueError, match="cannot stand in the header"):
        filled_headers([("X-Ref", template)], Filling({"our_ref": value}, Formats()))


@pytest.mark.parametrize("value", ["' or '1'='1", "a b", "a;b", "a)", 'a"'])
def test_bare_value_cannot_break_out_of_a_condition(value: str) -> None:
    with pytest.raises(ValueError, match="quote it"):
        body("'ref={our_ref};open=1'", is_search=True, our_ref=value)


def test_quoted_value_has_its_marks_doubled() -> None:
    filled = body("\"ref eq '{our_ref|quoted}'\"", is_search=True, our_ref="' or ''='")

    assert filled == "ref eq ''' or ''''='''"


def test_hole_after_a_quotation_mark_must_be_quoted() -> None:
    mistakes = Mistakes()

    BodyTemplate(NAMES).read(yaml.compose("\"ref eq '{our_ref}'\""), mistakes, "here")

    assert "write {our_ref|quoted}" in mistakes.sentences[0]


def test_single_hole_keeps_its_type_and_an_empty_one_may_be_left_out() -> None:
    filled = body('{n: "{count}", t: "no. {count}", e: "{ref?}", k: 12, b: true, q: "12"}', count=3)

    assert filled == {"n": 3, "t": "no. 3", "k": 12, "b": True, "q": "12"}


def test_list_is_repeated_and_chosen() -> None:
    text = (
        "{$each: lines, $item: {sku: '{line.sku}', of: {$choose: kind, $cases: {a: 1}, $else: 2}}}"
    )

    filled = body(text, lines=[{"sku": "A"}, {"sku": "B"}], kind="a")

    assert filled == [{"sku": "A", "of": 1}, {"sku": "B", "of": 1}]


def test_several_values_repeat_the_parameter_or_are_joined() -> None:
    given = Filling({"refs": ["1", "2"]}, Formats(), is_search=True)
    many, one = (read(BodyTemplate(NAMES), text) for text in ('"{refs}"', '"{refs|csv}"'))

    assert filled_query([("id", many), ("ids", one)], given) == [
        ("id", "1"),
        ("id", "2"),
        ("ids", "1,2"),
    ]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", 1),
        ("list[1].n", 2),
        ("extra[key=plant].value", "B"),
        ("^currency", "EUR"),
        ("missing.deep", paths.MISSING),
        ("a.b.c", paths.MISSING),
        ("list[9].n", paths.MISSING),
        ("__class__", paths.MISSING),
    ],
)
def test_path_is_walked(path: str, found: object) -> None:
    row = {"a": {"b": 1}, "list": [{"n": 1}, {"n": 2}], "extra": [{"key": "plant", "value": "B"}]}

    assert paths.compiled(path).find(row, {"currency": "EUR"}) == found


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", ".a", "a]"])
def test_path_that_cannot_be_walked_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="cannot be read from"):
        paths.compiled(path)
