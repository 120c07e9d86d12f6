"""The text of a mapping as YAML nodes that know their lines.

Only the plain part of YAML: no anchors, aliases, tags or merges, so that a small text stays
small and nothing in it is more than data. What a scalar means is decided by the place where
it stands, never by how it looks: `no` is a text, and so is a date.
"""

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import yaml

from integrations.errors import NeedsOperator

LONGEST_CHARS = 200_000
DEEPEST = 30
MOST_TOLD = 12

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Mistakes:
    """What is wrong with a mapping, by line; collected, so that all of it is told at once."""

    def __init__(self) -> None:
        self._told: set[tuple[int, str]] = set()

    def at(self, line: int, sentence: str) -> None:
        self._told.add((line, sentence))

    def __bool__(self) -> bool:
        return bool(self._told)

    @property
    def sentences(self) -> list[str]:
        return [f"line {line}: {sentence}" for line, sentence in sorted(self._told)]

    def raise_any(self) -> None:
        if self._told:
            raise bad_mapping(self.sentences)


def bad_mapping(sentences: list[str]) -> NeedsOperator:
    """The error of a mapping that cannot be used, its mistakes in the order of their lines."""
    told = sentences[:MOST_TOLD]
    if len(sentences) > MOST_TOLD:
        told.append(f"and {len(sentences) - MOST_TOLD} more")
    return NeedsOperator(
        f"The mapping cannot be used: {'; '.join(told)}{'' if told[-1].endswith('?') else '.'}",
        reason="bad_mapping",
        hint="Correct the mapping on the connection.",
    )


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses what would make a text mean more than it shows."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(line, "anchors and aliases (& and *) are not supported")
        if getattr(event, "tag", None):
            raise _Refused(line, f"tags are not supported ({event.tag})")
        if self.depth > DEEPEST:
            raise _Refused(line, f"nested more than {DEEPEST} deep")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Refused(Exception):
    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.sentence = line, sentence


def nodes_of(text: str) -> yaml.MappingNode:
    """The root of the text. Raises NeedsOperator, which names the line, for broken YAML."""
    if len(text) > LONGEST_CHARS:
        raise bad_mapping([f"line 1: longer than {LONGEST_CHARS} characters"])
    try:
        root = yaml.compose(text, Loader=_Loader)
    except _Refused as exc:
        raise bad_mapping([f"line {exc.line}: {exc.sentence}"]) from exc
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(filter(None, (exc.context, exc.problem)))
        raise bad_mapping([f"line {line}: this is not YAML: {what}"]) from exc
    except yaml.YAMLError as exc:  # a character that no YAML takes
        raise bad_mapping([f"line 1: this is not YAML: {exc}"]) from exc
    if not isinstance(root, yaml.MappingNode):
        raise bad_mapping(["line 1: a mapping begins with 'mapping: 1'"])
    return root


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def is_empty(node: yaml.Node) -> bool:
    """A key with nothing after its colon."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in {"", "~", "null"}


def scalar_of(node: yaml.ScalarNode) -> Any:
    """A scalar as JSON would have it: quoted is text; 12, 1.50, true and null are themselves."""
    if node.style:
        return node.value
    if node.value in _WORDS:
        return _WORDS[node.value]
    if _WHOLE.fullmatch(node.value):
        return int(node.value)
    return Decimal(node.value) if _DECIMAL.fullmatch(node.value) else node.value


def pairs_of(node: yaml.MappingNode, mistakes: Mistakes) -> list[tuple[str, yaml.Node, yaml.Node]]:
    """(key, its node, its value); a key that stands twice is a mistake."""
    found: dict[str, tuple[str, yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            mistakes.at(line_of(key), "a key must be a plain text")
        elif key.value in found:
            first = line_of(found[key.value][1])
            mistakes.at(line_of(key), f"{key.value!r} stands twice, first on line {first}")
        else:
            found[key.value] = (key.value, key, value)
    return list(found.values())


def meant(word: str, known: Iterable[str]) -> str:
    """ ", did you mean 'endpoint'?", or the known words, to end a sentence with."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f", did you mean {close[0]!r}?"
    return f"; known: {', '.join(words)}" if words else ""
