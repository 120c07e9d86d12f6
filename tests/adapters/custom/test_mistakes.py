"""A bad mapping is refused with the line of each mistake, and what to do."""

from typing import Any

import pytest

from integrations import adapters
from integrations.adapters.custom.mapping import load_mapping
from tests.adapters.custom.lab import ODD, PLAIN, SMALL, line_of, mistakes_in


@pytest.mark.parametrize("text", [PLAIN, ODD, SMALL], ids=["plain", "odd", "small"])
def test_good_mapping_has_no_mistake(text: str) -> None:
    assert mistakes_in(text) == ""


def spoilt(text: str, before: str, after: str) -> str:
    assert before in text, before
    return text.replace(before, after, 1)


# (mapping, what is replaced, by what, the sentence); the line is that of the replacement
CASES = [
    (PLAIN, "version: version", "versoin: version", "unknown key 'versoin' in test.fields, did you "
     "mean 'version'?"),
    (PLAIN, "  token_path:", "  tokenpath:", "unknown key 'tokenpath' in auth, did you mean "
     "'token_path'?"),
    (PLAIN, "  kind: oauth_client_credentials", "  kind: oauth", "auth.kind is 'oauth'; it must be "
     "one of none, basic, bearer, api_key, oauth_client_credentials"),
    (PLAIN, "query: {external_reference: \"{our_ref}\"}",
     "query: {external_reference: \"{our_reff}\"}",
     "unknown name 'our_reff', did you mean 'our_ref'?"),
    (PLAIN, 'note: "{note?}"', 'note: "{line.quantity}"', "unknown name 'line.quantity'; it is "
     "known inside '$each: lines'"),
    (PLAIN, "$each: lines", "$each: line", "$each names no list: 'line', did you mean 'lines'?"),
    (PLAIN, 'note: "{note?}"', 'note: "{note"', "is no hole; write {name} or {name|style}"),
    (PLAIN, 'date: "{asked_on}"', 'date: "{asked_on|minor}"', "'asked_on' cannot be written as "
     "'minor'"),
    (PLAIN, "read: {path: \"/api/v1/orders/{ref}\"}", "read: {path: /api/v1/orders}",
     "orders.read uses {ref} nowhere"),
    (PLAIN, "paging: {style: page, size: 50, pages: pages}", "paging: {style: offset, size: 50}",
     "products.list pages by offset, but sends {offset} nowhere"),
    (PLAIN, "path: status", "path: status[", "the path 'status[' cannot be read from '[' on"),
    (PLAIN, "draft: received", "draft: open", "orders.fields.state.values.draft is 'open'; it must "
     "be one of received, confirmed"),
    (PLAIN, "  per: total", "  per: order", "rounding.per is 'order'; it must be one of line, "
     "total"),
    (PLAIN, "reference: {enforced: true, settle_s: 2}", "reference: {enforced: no}",
     "orders.reference.enforced must be true or false"),
    (PLAIN, "reference: {enforced: true, settle_s: 2}", "reference: {enforced: false}",
     "orders.reference is not enforced, so 'created' must say how to list orders"),
    (PLAIN, "path: /api/v1/company", "path: api/v1/company", "must begin with one '/', below the "
     "connection's address"),
    (PLAIN, "path: /api/v1/company", "path: //evil.example/me", "must begin with one '/'"),
    (PLAIN, "path: /api/v1/company", "path: /api/../admin", "must not climb with '..'"),
    (PLAIN, "path: /api/v1/company", "path: /me, headers: {Authorization: Bearer x}",
     "the header 'Authorization' is set by the portal itself; see 'auth'"),
    (PLAIN, '          discount_percent: "{line.discount_percent}"\n', "",
     "orders.create sends no {line.discount_percent}: discounts get lost"),
    (ODD, "  timezone: Europe/Berlin", "  timezone: Berlin", "'Berlin' is no time zone; write it "
     "like Europe/Berlin"),
    (ODD, '  date: "%d.%m.%Y"', "  date: TT.MM.JJJJ", "'TT.MM.JJJJ' is no format"),
    (ODD, '  date: "%d.%m.%Y"', '  date: "%d.%m."', "lacks the year"),
    (ODD, '  thousands_mark: "."', '  thousands_mark: ","', "both marks of numbers are the same"),
    (ODD, "    lines_expected: {path: soll_positionen}\n", "", "orders.fields needs "
     "'lines_expected'"),
    (ODD, "  change: lines_apart", "  change: by_hand", "'change: lines_apart' and the section "
     "'lines_apart' are one"),
    (ODD, "failed_if: {path: ergebnis, is: FEHLER}", "failed_if: {path: ergebnis}",
     "errors.failed_if needs one of 'is', 'is_not', 'present'"),
    (ODD, "    100: auth", "    100: login", "errors.meanings.100 is 'login'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "before", "after", "sentence"), CASES)
def test_mistake_is_told_in_a_sentence(text: str, before: str, after: str, sentence: str) -> None:
    assert sentence in mistakes_in(spoilt(text, before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    title: name", "    titel: name"),
        ("      sku: sku", "      sku: sku\n      colour: red"),
        ("  per: total", "  pre: total"),
        ("    number: number", "    nummber: number"),
    ],
)
def test_mistake_is_told_with_its_line(before: str, after: str) -> None:
    text = spoilt(PLAIN, before, after)
    wrong = after.splitlines()[-1].strip().partition(":")[0]

    told = mistakes_in(text)

    assert f"line {line_of(text, f' {wrong}:')}: unknown key {wrong!r}" in told


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = SMALL.replace("path: /me", "pth: /me").replace("kind: none", "kind: magic")

    told = mistakes_in(text)

    assert told.index("line 3: auth.kind is 'magic'") < told.index("line 6: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: a mapping begins with 'mapping: 1'"),
        ("- a\n- b\n", "line 1: a mapping begins with 'mapping: 1'"),
        ("mapping: 1\n\ttitle: x\n", "line 2: this is not YAML"),
        ("mapping: 1\ntitle: [\n", "this is not YAML"),
        (SMALL + "title: again\n", "line 7: 'title' stands twice, first on line 2"),
        (SMALL + "stock: &a {list: *a}\n", "line 7: anchors and aliases (& and *) are not"),
        (SMALL + "stock: !!python/object:os.system x\n", "line 7: tags are not supported"),
        (SMALL + "stock: " + "[" * 40 + "]" * 40, "line 7: nested more than 30 deep"),
        ("#" * 200_001, "longer than 200000 characters"),
        (SMALL + "title2: \x00", "this is not YAML"),
    ],
)  # fmt: skip
def test_text_that_is_no_mapping_is_refused(text: str, sentence: str) -> None:
    assert sentence in mistakes_in(text)


@pytest.mark.parametrize("word", ["password", "token", "client_secret", "api_key", "username"])
def test_credentials_never_stand_in_a_mapping(word: str) -> None:
    told = mistakes_in(SMALL.replace("{kind: none}", f"{{kind: basic, {word}: hunter2}}"))

    assert "credentials never stand in a mapping" in told
    assert "hunter2" not in told


def test_section_that_needs_another_says_so() -> None:
    text = PLAIN.replace("rounding:\n", "test2:\n")

    assert "'orders' needs the section 'rounding'" in mistakes_in(text)


def test_amounts_without_a_currency_are_refused() -> None:
    text = PLAIN.replace(
        "    net_unit_price: amount\n    currency: currency\n", "    net_unit_price: amount\n"
    )

    assert "prices.fields tells no 'currency'; or give one to 'formats'" in mistakes_in(text)


def test_connection_with_a_bad_mapping_is_not_saved() -> None:
    spec = adapters.spec("custom")
    settings: dict[str, Any] = {"mapping": SMALL.replace("title: Tiny", "titel: Tiny")}

    (problem,) = spec.problems(settings, {})

    assert "line 2: unknown key 'titel', did you mean 'title'?" in problem


def test_words_that_other_readers_of_yaml_turn_around_stay_texts() -> None:
    """`no` is Norway, not false; 012 is no octal number; a day is a text."""
    text = SMALL.replace(
        "path: /me", "path: /me, query: {country: no, number: 012, day: 2026-01-02}"
    )

    query = load_mapping(text)["test"]["call"].query
    assert [(name, one.value) for name, one in query] == [
        ("country", "no"),
        ("number", "012"),
        ("day", "2026-01-02"),
    ]
