"""Shapes of what is read out of an answer: where a field stands and how it is written there."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from integrations.adapters.custom import paths
from integrations.adapters.custom.mapping.shapes import (
    Entry,
    Flag,
    Key,
    ListOf,
    Schema,
    Section,
    Shape,
    Table,
    Text,
    Word,
)
from integrations.adapters.custom.mapping.source import Mistakes, line_of
from integrations.adapters.custom.values import AMOUNT_STYLES, format_problem


@dataclass(frozen=True, slots=True)
class PathShape:
    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> paths.Path:
        text = node.value if isinstance(node, yaml.ScalarNode) else None
        try:
            if text is None:
                raise ValueError(f"{where} must be a path like customer.name")
            return paths.compiled(text)
        except ValueError as exc:
            mistakes.at(line_of(node), str(exc))
            return paths.compiled(".")

    def schema(self) -> Schema:
        return {"type": "string"}


PATH = PathShape()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a record of ours: its kind, and whether a row without it can be used.

    `is_kept_up`: once it is mapped every row has to have it, if only null: an upgrade that drops
    it would be read as zero.
    """

    name: str
    kind: str
    help: str = ""
    is_required: bool = False
    is_kept_up: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Where one field stands and how it is written there."""

    spec: FieldSpec
    where: str
    line: int
    path: paths.Path
    values: Mapping[str, str] | None = None
    default: str | None = None
    none_if: tuple[str, ...] = ()
    style: str = ""
    last_segment: bool = False


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A path, or a section with a path and how to read what stands there."""

    spec: FieldSpec

    def _section(self) -> Section:
        keys = [
            Key("path", PATH, "Where it stands in the row.", is_required=True),
            Key("values", Table(self._outcome()), "What the ERP's values mean here."),
            Key("default", self._outcome(), "What it is when it is missing, null or in no table."),
            Key("none_if", ListOf(Text(is_empty_allowed=True)), "What stands for nothing: -1."),
            Key("last_segment", Flag(), "Only what follows the last '/'.", default=False),
        ]
        if self.spec.kind in {"amount", "unit_price", "number"}:
            keys.append(Key("as", Word(AMOUNT_STYLES), "Written otherwise than the rest."))
        if self.spec.kind in {"date", "time"}:
            keys.append(Key("as", Text(), "Written otherwise than the rest: iso, unix, %d.%m.%y."))
        return Section(tuple(keys))

    def _outcome(self) -> Shape:
        if self.spec.choices:
            return Word(self.spec.choices)
        if self.spec.kind == "flag":
            return Word(("true", "false"))
        return Text(is_empty_allowed=True)

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> FieldPath:
        if isinstance(node, yaml.ScalarNode):
            return FieldPath(self.spec, where, line_of(node), PATH.read(node, mistakes, where))
        entry = self._section().read(node, mistakes, where)
        style = entry.get("as") or ""
        if style and self.spec.kind in {"date", "time"}:
            problem = format_problem(style, is_time=self.spec.kind == "time")
            if problem:
                mistakes.at(entry.line_of("as"), problem)
        return FieldPath(
            spec=self.spec,
            where=where,
            line=entry.line,
            path=entry["path"] or paths.compiled("."),
            values=entry["values"],
            default=entry["default"],
            none_if=tuple(entry["none_if"] or ()),
            style=style,
            last_segment=entry["last_segment"],
        )

    def schema(self) -> Schema:
        return {"anyOf": [PATH.schema(), self._section().schema()]}


@dataclass(frozen=True, slots=True)
class FieldsShape:
    specs: tuple[FieldSpec, ...]

    def read(self, node: yaml.Node, mistakes: Mistakes, where: str) -> Entry:
        return self._section().read(node, mistakes, where)

    def _section(self) -> Section:
        return Section(
            tuple(
                Key(spec.name, FieldShape(spec), spec.help or spec.kind, spec.is_required)
                for spec in self.specs
            )
        )

    def schema(self) -> Schema:
        return self._section().schema()
