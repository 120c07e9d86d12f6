"""What may stand where in a mapping: each shape reads a node, and describes itself as JSON Schema.

One description serves both, so that the published schema cannot say anything else than the
loader does. A shape never raises: it tells its mistakes and returns something harmless.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import yaml

from integrations.adapters.custom.mapping.source import (
    Mistakes,
    is_empty,
    line_of,
    meant,
    pairs_of,
    scalar_of,
)

Schema = dict[str, Any]


class Shape(Protocol):
    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Any: ...
    def schema(self) -> Schema: ...


@dataclass(frozen=True, slots=True)
class Entry(Mapping[str, Any]):
    """A section that was read: its values by key, with defaults, and the lines they stand on."""

    where: str
    line: int
    values_by_key: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.values_by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_key)

    def __len__(self) -> int:
        return len(self.values_by_key)

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def has(self, key: str) -> bool:
        """Whether it was written, not filled in."""
        return key in self.lines


@dataclass(frozen=True, slots=True)
class Text:
    """`is_empty_allowed`: also a key with nothing after it, which is the empty text."""

    is_empty_allowed: bool = False

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            mistakes.at(line_of(node), f"{where} must be a text")
            return ""
        if not node.value and not self.is_empty_allowed:
            mistakes.at(line_of(node), f"{where} is empty")
        return str(node.value)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class Word:
    choices: tuple[str, ...]

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> str:
        value = str(getattr(node, "value", ""))
        if not isinstance(node, yaml.ScalarNode) or value not in self.choices:
            shown = value if isinstance(node, yaml.ScalarNode) else "a list or section"
            mistakes.at(
                line_of(node),
                f"{where} is {shown!r}; it must be one of {', '.join(self.choices)}",
            )
            return self.choices[0]
        return value

    def schema(self) -> Schema:
        # a plain 1 or true is no text to a reader of YAML
        plain = {"1": 1, "true": True, "false": False}
        return {"enum": [*self.choices, *(plain[one] for one in self.choices if one in plain)]}


@dataclass(frozen=True, slots=True)
class Whole:
    lowest: int = 0
    highest: int = 100_000

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> int:
        value = scalar_of(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int):
            value = None
        if value is None or not self.lowest <= value <= self.highest:
            mistakes.at(
                line_of(node),
                f"{where} must be a whole number from {self.lowest} to {self.highest}",
            )
            return self.lowest
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> bool:
        value = scalar_of(node) if isinstance(node, yaml.ScalarNode) else None
        if not isinstance(value, bool):
            mistakes.at(line_of(node), f"{where} must be true or false")
        return value is True

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; a single value is a list of one."""

    item: Shape

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            return [self.item.read(node, mistakes, where)]
        return [self.item.read(one, mistakes, where) for one in node.value]

    def schema(self) -> Schema:
        one = self.item.schema()
        return {"anyOf": [{"type": "array", "items": one}, one]}


@dataclass(frozen=True, slots=True)
class Table:
    """Free keys, values of one shape; with `keys`, only those."""

    item: Shape
    keys: tuple[str, ...] = ()

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Entry:
        if not isinstance(node, yaml.MappingNode):
            mistakes.at(line_of(node), f"{where} must be a table of 'key: value'")
            return Entry(where, line_of(node))
        found, lines = {}, {}
        for name, key, value in pairs_of(node, mistakes):
            if self.keys and name not in self.keys:
                mistakes.at(
                    line_of(key), f"unknown key {name!r} in {where}{meant(name, self.keys)}"
                )
                continue
            found[name] = self.item.read(value, mistakes, f"{where}.{name}")
            lines[name] = line_of(key)
        return Entry(where, line_of(node), found, lines)

    def schema(self) -> Schema:
        one = self.item.schema()
        if self.keys:
            keys = dict.fromkeys(self.keys, one)
            return {"type": "object", "properties": keys, "additionalProperties": False}
        return {"type": "object", "additionalProperties": one}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section; `default` is what a missing one counts as."""

    name: str
    shape: Shape
    help: str
    is_required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Section:
    """Fixed keys; `refused` are keys that people try, with the sentence they get."""

    keys: tuple[Key, ...]
    refused: Mapping[str, str] = field(default_factory=dict)

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Entry:
        if not isinstance(node, yaml.MappingNode):
            mistakes.at(line_of(node), f"{where or 'the mapping'} must be a section of keys")
            return Entry(where, line_of(node), {key.name: key.default for key in self.keys})
        known = {key.name: key for key in self.keys}
        found = {key.name: key.default for key in self.keys}
        lines: dict[str, int] = {}
        for name, key_node, value in pairs_of(node, mistakes):
            if name in self.refused:
                mistakes.at(line_of(key_node), self.refused[name])
            elif name not in known:
                inside = f" in {where}" if where else ""
                mistakes.at(line_of(key_node), f"unknown key {name!r}{inside}{meant(name, known)}")
            elif not (is_empty(value) and not known[name].is_required):
                place = f"{where}.{name}" if where else name
                found[name] = known[name].shape.read(value, mistakes, place)
                lines[name] = line_of(key_node)
        self._tell_missing(node, lines, mistakes, where)
        return Entry(where, line_of(node), found, lines)

    def _tell_missing(
        self, node: yaml.Node, lines: Mapping[str, int], mistakes: Mistakes, where: str
    ) -> None:
        missing = [key.name for key in self.keys if key.is_required and key.name not in lines]
        if missing:
            place = where or "the mapping"
            mistakes.at(line_of(node), f"{place} lacks {', '.join(map(repr, missing))}")

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {
                key.name: {"description": key.help, **key.shape.schema()} for key in self.keys
            },
            "required": [key.name for key in self.keys if key.is_required],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class WordOr:
    """A word, or the other shape for what is no scalar (or none of the words)."""

    word: Word
    other: Shape

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Any:
        is_scalar = isinstance(node, yaml.ScalarNode)
        takes_scalars = not isinstance(self.other, (Section, Table))
        if is_scalar and (node.value in self.word.choices or not takes_scalars):
            return self.word.read(node, mistakes, where)
        return self.other.read(node, mistakes, where)

    def schema(self) -> Schema:
        return {"anyOf": [self.word.schema(), self.other.schema()]}
