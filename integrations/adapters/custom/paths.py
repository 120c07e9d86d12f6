"""Where a value stands in an answer: `customer.name`, `lines[0].sku`, `extra[key=plant].value`.

`.` is the row itself, `^` before a path means the row around this one. Data only: a path is
walked, never run.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()

_STEP = re.compile(
    r"\.?(?P<name>[^.\[\]]+)|\[(?P<place>\d{1,4})\]|\[(?P<key>[^=\[\]]+)=(?P<is>[^\[\]]*)\]"
)


@dataclass(frozen=True, slots=True)
class Path:
    """`steps` are names, places in a list, or (key, value) of the first element that has it."""

    text: str
    steps: tuple[str | int | tuple[str, str], ...]
    is_of_parent: bool = False

    def find(self, row: Any, parent: Any = MISSING) -> Any:
        """What stands there; MISSING where the way ends early. Null is a value."""
        found = parent if self.is_of_parent else row
        for step in self.steps:
            found = _walk(found, step)
            if found is MISSING:
                break
        return found


def compiled(text: str) -> Path:
    """Raises ValueError with a sentence for a path that cannot be walked."""
    is_of_parent = text.startswith("^")
    rest = text.removeprefix("^")
    if rest in {"", "."}:
        return Path(text, (), is_of_parent)
    steps: list[str | int | tuple[str, str]] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None or (match[0].startswith(".") and at == 0):
            raise ValueError(f"the path {text!r} cannot be read from {rest[at:]!r} on")
        at = match.end()
        steps.append(_step(match))
    return Path(text, tuple(steps), is_of_parent)


def _step(match: re.Match[str]) -> str | int | tuple[str, str]:
    if match["name"] is not None:
        return match["name"]
    return int(match["place"]) if match["place"] is not None else (match["key"], match["is"])


def _walk(found: Any, step: str | int | tuple[str, str]) -> Any:
    if isinstance(step, str):
        return found.get(step, MISSING) if isinstance(found, Mapping) else MISSING
    if not isinstance(found, Sequence) or isinstance(found, str):
        return MISSING
    if isinstance(step, int):
        return found[step] if step < len(found) else MISSING
    key, wanted = step
    same = (one for one in found if isinstance(one, Mapping) and plain(one.get(key)) == wanted)
    return next(same, MISSING)


def plain(value: Any) -> str:
    """A scalar of an answer as the tables of a mapping name it: `true`, `null`, `10`, `A`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
