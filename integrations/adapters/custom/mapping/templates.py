"""Shapes of what a request is made of: texts with holes, bodies, paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from integrations.adapters.custom.mapping.shapes import Schema
from integrations.adapters.custom.mapping.source import (
    Mistakes,
    line_of,
    meant,
    pairs_of,
    scalar_of,
)
from integrations.adapters.custom.template import (
    DATE_STYLES,
    HOLE,
    NUMBER_STYLES,
    TEXT_STYLES,
    Arr,
    Choose,
    Const,
    Each,
    Hole,
    Joined,
    Obj,
)

_STYLES = {
    "text": TEXT_STYLES,
    "date": (*DATE_STYLES, "text"),
    "time": (*DATE_STYLES, "text"),
    "amount": NUMBER_STYLES,
    "unit_price": NUMBER_STYLES,
    "number": NUMBER_STYLES,
    "whole": ("text",),
    "flag": ("text",),
}
_DIRECTIVES = {"$each", "$item", "$choose", "$cases", "$else"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the holes of one request may name, and the kind of each.

    `lists` are what `$each` may repeat: the prefix of a row's names, and their kinds.
    """

    plain: Mapping[str, str]
    lists: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)

    def within(self, list_name: str) -> "Names":
        prefix, kinds = self.lists[list_name]
        more = {f"{prefix}.{name}" if name else prefix: kind for name, kind in kinds.items()}
        return Names({**self.plain, **more})

    def used_by(self, template: Any) -> set[str]:
        """The names that a template's holes, choices and lists go by."""
        if isinstance(template, Hole):
            return {template.name}
        if isinstance(template, Joined):
            return {part.name for part in template.parts if isinstance(part, Hole)}
        if isinstance(template, Each):
            return {template.rows} | self.used_by(template.item)
        if isinstance(template, Choose):
            inner = [*template.cases.values(), template.otherwise]
            return {template.name}.union(*map(self.used_by, inner))
        items = getattr(template, "items", ())
        return set().union(
            *(self.used_by(one[1] if isinstance(template, Obj) else one) for one in items)
        )


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A scalar with holes."""

    names: Names

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            mistakes.at(line_of(node), f"{where} must be a single value")
            return Const("")
        parts = parts_of(node, self.names, mistakes, where)
        if len(parts) == 1 and isinstance(parts[0], Hole):
            return parts[0]
        if any(isinstance(part, Hole) for part in parts):
            return Joined(tuple(parts))
        return Const(scalar_of(node))

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean", "null"]}


@dataclass(frozen=True, slots=True)
class ValueTemplate:
    """One value of a query: a text with holes, or a list that repeats the name."""

    names: Names

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Any:
        one = TextTemplate(self.names)
        if isinstance(node, yaml.SequenceNode):
            return Arr(tuple(one.read(item, mistakes, where) for item in node.value))
        return one.read(node, mistakes, where)

    def schema(self) -> Schema:
        one = TextTemplate(self.names).schema()
        return {"anyOf": [one, {"type": "array", "items": one}]}


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """The path of a request below the connection's address."""

    names: Names

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> tuple[Any, ...]:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not text.startswith("/") or text.startswith("//"):
            mistakes.at(
                line_of(node),
                f"{where} must begin with one '/', below the connection's address",
            )
        if any(mark in HOLE.sub("", text) for mark in "?#\\ "):
            mistakes.at(line_of(node), f"{where} holds '?', '#' or a space; use 'query'")
        if ".." in text.split("/"):
            mistakes.at(line_of(node), f"{where} must not climb with '..'")
        if not isinstance(node, yaml.ScalarNode):
            return ("/",)
        return tuple(parts_of(node, self.names, mistakes, where))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "^/(?!/)[^?#\\\\ ]*$"}


@dataclass(frozen=True, slots=True)
class BodyTemplate:
    """Any JSON, with holes, `$each` … `$item` and `$choose` … `$cases` … `$else`."""

    names: Names

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return Arr(tuple(self.read(one, mistakes, where) for one in node.value))
        if not isinstance(node, yaml.MappingNode):
            return TextTemplate(self.names).read(node, mistakes, where)
        pairs = pairs_of(node, mistakes)
        inner = {name: value for name, _, value in pairs}
        if "$each" in inner:
            return self._each(node, inner, mistakes, where)
        if "$choose" in inner:
            return self._choose(node, inner, mistakes, where)
        for name, key, _ in pairs:
            if name.startswith("$"):
                mistakes.at(line_of(key), f"unknown word {name!r}{meant(name, _DIRECTIVES)}")
        read = ((name, self.read(value, mistakes, f"{where}.{name}")) for name, _, value in pairs)
        return Obj(tuple(read))

    def _each(
        self, node: yaml.Node, inner: Mapping[str, Any], mistakes: Mistakes, where: str
    ) -> Any:
        _only(node, inner, {"$each", "$item"}, mistakes)
        rows = str(getattr(inner["$each"], "value", ""))
        if rows not in self.names.lists:
            known = meant(rows, self.names.lists) or "; there is no list here"
            mistakes.at(line_of(inner["$each"]), f"$each names no list: {rows!r}{known}")
            return Const(None)
        if "$item" not in inner:
            mistakes.at(line_of(node), "$each needs $item, what to make of each row")
            return Const(None)
        item = BodyTemplate(self.names.within(rows)).read(inner["$item"], mistakes, where)
        return Each(rows, self.names.lists[rows][0], item)

    def _choose(
        self, node: yaml.Node, inner: Mapping[str, Any], mistakes: Mistakes, where: str
    ) -> Any:
        _only(node, inner, {"$choose", "$cases", "$else"}, mistakes)
        name = str(getattr(inner["$choose"], "value", ""))
        if name not in self.names.plain:
            mistakes.at(
                line_of(inner["$choose"]), f"unknown name {name!r}{meant(name, self.names.plain)}"
            )
        cases = inner.get("$cases")
        if not isinstance(cases, yaml.MappingNode):
            mistakes.at(line_of(node), "$choose needs $cases, a value for each case")
            return Const(None)
        read = {
            case: self.read(value, mistakes, where) for case, _, value in pairs_of(cases, mistakes)
        }
        otherwise = self.read(inner["$else"], mistakes, where) if "$else" in inner else None
        return Choose(name, read, otherwise)

    def schema(self) -> Schema:
        return {}


def _only(node: yaml.Node, inner: Mapping[str, Any], allowed: set[str], mistakes: Mistakes) -> None:
    for name in sorted(set(inner) - allowed):
        mistakes.at(line_of(node), f"{name!r} cannot stand beside {', '.join(sorted(allowed))}")


def parts_of(
    node: yaml.ScalarNode, names: Names, mistakes: Mistakes, where: str
) -> list[str | Hole]:
    """The text of a scalar, cut at its holes."""
    text, line, at = node.value, line_of(node), 0
    parts: list[str | Hole] = []
    for match in HOLE.finditer(text):
        before = text[at : match.start()]
        _refuse_braces(before, line, mistakes, where)
        if before:
            parts.append(before)
        parts.append(_hole(match, before, names, line, mistakes))
        at = match.end()
    rest = text[at:]
    _refuse_braces(rest, line, mistakes, where)
    return [*parts, rest] if rest else parts


def _hole(match: Any, before: str, names: Names, line: int, mistakes: Mistakes) -> Hole:
    name, optional, styles = match[1], bool(match[2]), tuple(filter(None, match[3].split("|")))
    if name not in names.plain:
        listed = next(
            (one for one, (prefix, _) in names.lists.items() if name.startswith(f"{prefix}.")), ""
        )
        hint = f"; it is known inside '$each: {listed}'" if listed else meant(name, names.plain)
        mistakes.at(line, f"unknown name {name!r}{hint}")
    listed_kind = names.plain.get(name, "text")
    kind = listed_kind.removesuffix("[]")
    known = (*_STYLES[kind], "csv") if listed_kind != kind else _STYLES[kind]
    for style in styles:
        if style not in known and name in names.plain:
            mistakes.at(line, f"{name!r} cannot be written as {style!r}{meant(style, known)}")
    mark = before[-1:] if before[-1:] in {"'", '"'} else ""
    if ("quoted" in styles) != bool(mark) and kind == "text":
        mistakes.at(
            line,
            f"{match[0]} stands after a quotation mark: write {{{name}|quoted}}"
            if mark
            else f"{match[0]}: 'quoted' needs a quotation mark right before the hole",
        )
    return Hole(name, kind, optional, styles, mark)


def _refuse_braces(text: str, line: int, mistakes: Mistakes, where: str) -> None:
    """A brace outside a hole is nearly always a hole that was mistyped."""
    if "{" in text or "}" in text:
        mistakes.at(line, f"{where}: {text.strip()!r} is no hole; write {{name}} or {{name|style}}")
