"""The `fields` parameter: `a,b.c` replaces the defaults, `+x` adds, `-x` removes, `*rel` expands.

Unknown names are ignored. Some relations of an order come along whatever was asked.
"""

from collections.abc import Collection, Mapping
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
) -> dict[str, Any]:
    """The part of `whole` that was asked for.

    `default` are the names of an answer without `fields`, `lazy` the relations (dotted) that
    only come when they are named, `always` what comes along with any fields.
    """
    tokens = [token.strip() for token in fields.split(",") if token.strip()]
    replaces = any(token[0] not in "+-*" for token in tokens)
    tree = _tree(tokens)
    if not replaces:
        for name in default:
            tree.setdefault(name, {})[_ALL] = {}
    for name in always:
        tree.setdefault(name, {})
    for token in tokens:
        if token.startswith("-"):
            tree.pop(token[1:], None)
    return {
        name: _select(whole[name], branch, name, lazy)
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


def _select(value: Any, tree: Tree, path: str, lazy: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_select(one, tree, path, lazy) for one in value]
    if not isinstance(value, Mapping):
        return value
    found: dict[str, Any] = {}
    if not tree or _ALL in tree:
        found = {
            name: _select(inner, {}, f"{path}.{name}", lazy)
            for name, inner in value.items()
            if f"{path}.{name}" not in lazy
        }
    for name, branch in tree.items():
        if name in value:
            found[name] = _select(value[name], branch, f"{path}.{name}", lazy)
    return {**found, "id": value["id"]} if "id" in value else found
