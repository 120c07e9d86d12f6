"""$filter, $select and $expand, as far as Business Central takes them.

Microsoft Learn: "OData filter expressions" and "Known limitations": `or` joins conditions on
one field only; a name that the page does not have is refused.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.faults import bad_request, no_segment
from integrations.adapters.business_central.sandbox.schema import Page

Row = dict[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(r"\s*(\(|\)|,|'(?:[^']|'')*'|[\w.:+-]+)", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}


class _Filter:
    def __init__(self, text: str, page: Page) -> None:
        self.page = page
        self.tokens = _tokens(text)

    def parse(self) -> Test:
        test, _ = self._or()
        if self.tokens:
            raise bad_request(f"Syntax error at '{self.tokens[0]}' in the filter.")
        return test

    def _or(self) -> tuple[Test, set[str]]:
        test, names = self._and()
        while self._take("or"):
            other, more = self._and()
            if len(names | more) > 1:
                raise bad_request("The filter 'OR' operator is not supported on distinct fields.")
            test, names = _either(test, other), names | more
        return test, names

    def _and(self) -> tuple[Test, set[str]]:
        test, names = self._one()
        while self._take("and"):
            other, more = self._one()
            test, names = _both(test, other), names | more
        return test, names

    def _one(self) -> tuple[Test, set[str]]:
        if self._take("("):
            found = self._or()
            self._expect(")")
            return found
        name = self._next()
        if name in {"startswith", "contains"}:
            return self._function(name)
        self._known(name)
        compare = _COMPARE.get(self._next())
        if compare is None:
            raise bad_request(f"Unknown operator after '{name}' in the filter.")
        kind, stored = self.page.fields[name], self.page.stored.get(name, name)
        wanted = self._literal(self._next(), kind)
        return (lambda row: compare(_plain(_typed(row[stored], kind)), wanted)), {name}

    def _function(self, function: str) -> tuple[Test, set[str]]:
        self._expect("(")
        name = self._next()
        self._known(name)
        self._expect(",")
        text = self._literal(self._next(), "Text")
        self._expect(")")
        stored = self.page.stored.get(name, name)
        if function == "startswith":
            return (lambda row: str(row[stored]).startswith(text)), {name}
        return (lambda row: text in str(row[stored])), {name}

    def _literal(self, word: str, kind: str) -> Any:
        is_text = word.startswith("'")
        if kind.startswith(("Code", "Text", "Enum")) != is_text:
            raise bad_request(f"A binary operator with incompatible types was detected: {word}.")
        if is_text:
            text = word[1:-1].replace("''", "'")
            # the filter of a code is a code
            return text.upper().strip() if kind.startswith("Code") else text
        if kind in {"Decimal", "Int32"}:
            return Decimal(word)
        if kind == "Boolean":
            return word == "true"
        if kind == "Guid" and not _GUID.fullmatch(word):
            raise bad_request(f"'{word}' is not a valid Guid.")
        return word.lower() if kind == "Guid" else word

    def _known(self, name: str) -> None:
        if name not in self.page.fields:
            raise unknown_property(name, self.page)

    def _next(self) -> str:
        if not self.tokens:
            raise bad_request("The filter ends too early.")
        return self.tokens.pop(0)

    def _take(self, word: str) -> bool:
        if self.tokens and self.tokens[0] == word:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise bad_request(f"'{word}' is expected in the filter.")


def filtered(rows: list[Row], text: str, page: Page) -> list[Row]:
    if not text:
        return rows
    test = _Filter(text, page).parse()
    return [row for row in rows if test(row)]


def unknown_property(name: str, page: Page) -> Exception:
    return bad_request(
        f"Could not find a property named '{name}' on type 'Microsoft.NAV.{page.entity}'."
    )


def shown(
    row: Row,
    entity_set: str,
    options: dict[str, str],
    rows_of: Callable[[str, str, Any], list[Row]],
    pages: Mapping[str, Page],
) -> Row:
    """The row with the fields of `$select` and the parts of `$expand`."""
    page = pages[entity_set]
    names = [name for name in options.get("$select", "").split(",") if name] or list(page.fields)
    for name in names:
        if name not in page.fields:
            raise unknown_property(name, page)
    found: Row = {
        "@odata.etag": etag_of(row),
        **{name: _sent(row[page.stored.get(name, name)], page.fields[name]) for name in names},
    }
    for part, inner in _parts(options.get("$expand", "")):
        if part not in page.parts:
            raise no_segment(part)
        target, theirs, ours = page.parts[part]
        children = [
            shown(child, target, inner, rows_of, pages)
            for child in rows_of(target, theirs, row[ours])
        ]
        is_single = target == "customerFinancialDetails"
        found[part] = children[0] if is_single else children
    return found


def etag_of(row: Row) -> str:
    return f'W/"JzE5O{row["_version"]:08d};00;Jw=="'


def _parts(text: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    for name, inner in re.findall(r"(\w+)(?:\(([^()]*)\))?,?", text):
        options = dict(piece.split("=", 1) for piece in inner.split(";") if "=" in piece)
        found.append((name, options))
    return found


def _sent(value: Any, kind: str) -> Any:
    """Names of choices come encoded as in XML where they hold blanks."""
    typed = _typed(value, kind)
    return typed.replace(" ", "_x0020_") if kind == "Enum" else typed


def _typed(value: Any, kind: str) -> Any:
    """A value that is kept in the type of before an upgrade, as it is told since."""
    if kind.startswith("Text") and not isinstance(value, str):
        return str(value)
    return int(value) if kind == "Int32" and isinstance(value, bool) else value


def _plain(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _either(one: Test, other: Test) -> Test:
    return lambda row: one(row) or other(row)


def _both(one: Test, other: Test) -> Test:
    return lambda row: one(row) and other(row)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise bad_request(f"Syntax error at position {at} in the filter.")
        found.append(match[1])
        at = match.end()
    return found
