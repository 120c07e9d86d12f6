"""The `fields` parameter: `a,b.c` replaces the defaults, `+x` adds, `-x` removes, `*rel` expands.

Unknown names are ignored. Some relations of an order come along whatever was asked.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

Tree = dict[str, Any]
_ALL = "*"


def project(
    whole: Mapping[str, Any],
    fields: str,
    *,
    default: Collection[str],
    lazy: Collection[str] = (),
    always: Collection[str] = (),
    entire: Collection[str] = (),
    has_ids: bool = True,
) -> dict[str, Any]:
    """The part of `whole` that was asked for.

    `default` are the names of an answer without `fields`, `lazy` the names (dotted) that
    only come when they are named, `always` what comes along with any fields, `entire` those
    of them that come whole even if a part was named. `has_ids`: rows of a relation bring
    their id along.
    """
    # A "+" that was not encoded arrives as a space; Medusa takes it for a "+".
    tokens = [re.sub(r"^ ", "+", token).strip() for token in fields.split(",") if token.strip()]
    replaces = any(token[0] not in "+-*" for token in tokens)
    tree = _tree(tokens)
    if not replaces:
        for name in default:
            tree.setdefault(name, {})[_ALL] = {}
    for name in always:
        tree.setdefault(name, {})
    for name in entire:
        tree.setdefault(name, {})[_ALL] = {}
    for token in tokens:
        if token.startswith("-"):
            tree.pop(token[1:], None)
    cut = _Cut(lazy, has_ids)
    return {
        name: cut.select(whole[name], branch, name)
        for name, branch in tree.items()
        if name in whole
    }


def _tree(tokens: list[str]) -> Tree:
    tree: Tree = {}
    for token in tokens:
        if token.startswith("-"):
            continue
        node = tree
        for name in token.lstrip("+*").split("."):
            node = node.setdefault(name, {})
        if token.startswith("*"):
            node[_ALL] = {}
    return tree


@dataclass(frozen=True)
class _Cut:
    lazy: Collection[str]
    has_ids: bool

    def select(self, value: Any, tree: Tree, path: str) -> Any:
        if isinstance(value, list):
            return [self.select(one, tree, path) for one in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        if not tree or _ALL in tree:
            found = {
                name: self.select(inner, {}, f"{path}.{name}")
                for name, inner in value.items()
                if f"{path}.{name}" not in self.lazy
            }
        for name, branch in tree.items():
            if name in value:
                found[name] = self.select(value[name], branch, f"{path}.{name}")
        return {**found, "id": value["id"]} if self.has_ids and "id" in value else found
