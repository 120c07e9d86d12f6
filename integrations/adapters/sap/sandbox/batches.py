"""`$batch`: the requests inside, and the multipart answer (OData V2 batch processing)."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)


@dataclass
class Inner:
    """One request inside; `change` numbers the changeset it belongs to, None for a read."""

    method: str
    path: str
    params: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    change: int | None = None
    content_id: str = ""


@dataclass
class Answered:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    change: int | None = None
    content_id: str = ""


def requests_in(content_type: str, body: bytes) -> list[Inner]:
    """Raises ValueError for what is no multipart body."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise ValueError("no boundary")
    found: list[Inner] = []
    for number, part in enumerate(_parts(body.decode(), boundary[1])):
        head, _, rest = part.partition("\r\n\r\n")
        inner = _BOUNDARY.search(head)
        if "multipart/mixed" in head and inner:
            for change in _parts(rest, inner[1]):
                envelope, _, request = change.partition("\r\n\r\n")
                one = _request(request)
                one.change, one.content_id = number, _content_id(envelope)
                found.append(one)
        else:
            found.append(_request(rest))
    return found


def _parts(text: str, boundary: str) -> list[str]:
    parts = text.split(f"--{boundary}")
    return [part.lstrip("\r\n") for part in parts[1:] if not part.startswith("--")]


def _content_id(envelope: str) -> str:
    match = re.search(r"^Content-ID:[ \t]*(\S+)", envelope, re.IGNORECASE | re.MULTILINE)
    return match[1] if match else ""


def _request(text: str) -> Inner:
    head, _, body = text.partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    method, target, _version = line.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (one.partition(":") for one in lines)
    }
    parts = urlsplit(target)
    length = int(headers.get("content-length") or 0)
    content = body.encode()[:length] if length else b""
    query = parse_qsl(parts.query, keep_blank_values=True)
    return Inner(method, parts.path, query, headers, content)


def answered(answers: list[Answered], boundary: str = "ejjeeffe0") -> tuple[str, str]:
    """(content type, body). A refused changeset is one part without a changeset around it."""
    lines: list[str] = []
    at = 0
    while at < len(answers):
        one = answers[at]
        if one.change is None:
            lines += [f"--{boundary}", *_part(one)]
            at += 1
            continue
        inner = f"{boundary}_{one.change}"
        lines += [f"--{boundary}", f"Content-Type: multipart/mixed; boundary={inner}", ""]
        while at < len(answers) and answers[at].change == one.change:
            lines += [f"--{inner}", *_part(answers[at])]
            at += 1
        lines += [f"--{inner}--", ""]
    lines += [f"--{boundary}--", ""]
    return f"multipart/mixed; boundary={boundary}", "\r\n".join(lines)


def _part(one: Answered) -> list[str]:
    head = {"Content-Type": "application/json; charset=utf-8", **one.headers}
    return [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        *([f"Content-ID: {one.content_id}"] if one.content_id else []),
        "",
        f"HTTP/1.1 {one.status} {'OK' if one.status < 400 else 'Error'}",
        *(f"{name}: {value}" for name, value in head.items()),
        f"Content-Length: {len(one.body.encode())}",
        "",
        one.body,
        "",
    ]


def as_text(value: object) -> str:
    return json.dumps(value)
