"""How Medusa refuses: its statuses, types and sentences, and the shape check of a body."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.standin import Request, Response, route

Json = dict[str, Any]

HTML_404 = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n'
    "</head>\n<body>\n<pre>Cannot {method} {path}</pre>\n</body>\n</html>\n"
)
KILOBYTE = 1000


class Refusal(Exception):
    """Ends a handler; nothing it did is kept (handlers check before they change)."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_data", code: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"type": type, "message": message}
        if code:
            self.body = {"code": code, **self.body}


def not_found(message: str) -> Refusal:
    return Refusal(message, status=404, type="not_found")


def not_allowed(message: str, code: str = "") -> Refusal:
    return Refusal(message, type="not_allowed", code=code)


def broken() -> Refusal:
    """What a lock timeout, a bad order column and a bad date all look like."""
    message = "An unknown error occurred."
    return Refusal(message, status=500, type="unknown_error", code="unknown_error")


def unauthorized(message: str = "Unauthorized") -> Response:
    return Response(401, {"message": message})


Answer = Callable[[Any, Request], Json]


def endpoint(method: str, path: str, name: str) -> Callable[[Answer], Any]:
    """A route whose handler returns the JSON of a 200, or raises Refusal."""

    def mark(handler: Answer) -> Any:
        @functools.wraps(handler)
        def answer(standin: Any, request: Request) -> Response:
            try:
                return Response(200, handler(standin, request))
            except Refusal as refusal:
                return Response(refusal.status, refusal.body)

        return route(method, path, name)(answer)

    return mark


# ---------------------------------------------------------------- bodies


@dataclass(frozen=True, slots=True)
class Shape:
    """Known fields of an object and their kinds; a `!` in a kind says required.

    Kinds: text, number, bool, object, list, any; a Shape for an object; a list of one Shape.
    """

    fields: Mapping[str, Any]


def body_of(request: Request, shape: Shape) -> Json:
    """The body, checked as Medusa's schemas check it. Raises Refusal with its sentence."""
    try:
        body = request.json() if request.body else {}
    except ValueError as exc:
        raise Refusal("Unexpected token in JSON") from exc
    if not isinstance(body, dict):
        raise Refusal("Invalid request: Field '' is required")
    problems, unknown = _problems(body, shape, ())
    if unknown:
        problems.append(f"Unrecognized fields: '{', '.join(unknown)}'")
    if problems:
        raise Refusal(f"Invalid request: {'; '.join(problems)}")
    return body


def _problems(body: Json, shape: Shape, path: tuple[str, ...]) -> tuple[list[str], list[str]]:
    problems: list[str] = []
    unknown = [name for name in body if name not in shape.fields]
    for name, kind in shape.fields.items():
        found, strange = _field(body.get(name), name in body, kind, (*path, name))
        problems += found
        unknown += strange
    return problems, unknown


def _field(
    value: Any, is_given: bool, kind: Any, path: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    is_required = isinstance(kind, str) and kind.endswith("!")
    where = ", ".join(path)
    if not is_given:
        return ([f"Field '{where}' is required"] if is_required else []), []
    if isinstance(kind, Shape) and isinstance(value, dict):
        return _problems(value, kind, path)
    if isinstance(kind, list) and isinstance(value, list):
        return _rows(value, kind[0], path)
    if isinstance(kind, str) and not _fits(value, kind.rstrip("!")):
        if len(path) == 1 and kind.startswith("number"):
            return [f"Expected type: 'number' for field '{where}', got: '{value}'"], []
        return [f"Field '{where}' is required"], []
    return [], []


def _rows(rows: list[Any], shape: Shape, path: tuple[str, ...]) -> tuple[list[str], list[str]]:
    problems: list[str] = []
    unknown: list[str] = []
    for place, row in enumerate(rows):
        if isinstance(row, dict):
            found, strange = _problems(row, shape, (*path, str(place)))
            problems += found
            unknown += strange
    return problems, unknown


def _fits(value: Any, kind: str) -> bool:
    if kind == "any" or value is None:
        return True
    if kind == "number":
        return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    kinds: dict[str, type] = {"text": str, "bool": bool, "object": dict, "list": list}
    return isinstance(value, kinds[kind])
