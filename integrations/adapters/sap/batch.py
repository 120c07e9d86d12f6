"""The bodies of `$batch`: several reads, or several writes as one unit. Pure.

SAP answers 202 with one part per read. Writes go into one changeset: all of it is stored or
nothing, and a failure comes back as a single part in place of the whole changeset.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from integrations.http import Reply, dumps

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)
BATCH, CHANGESET = "batch_of_portal", "changeset_of_portal"
BATCH_TYPE = f"multipart/mixed; boundary={BATCH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One change of an entity; `etag` where it must still be as it was read."""

    method: str
    path: str
    body: Mapping[str, object]
    etag: str = ""


def reads_body(addresses: Iterable[str]) -> bytes:
    lines: list[str] = []
    for address in addresses:
        lines += [f"--{BATCH}", *_ENVELOPE, "", f"GET {address} HTTP/1.1"]
        lines += ["Accept: application/json", "", ""]
    return _text([*lines, f"--{BATCH}--", ""])


def writes_body(writes: Sequence[Write], addresses: Sequence[str]) -> bytes:
    """`addresses` are those of the writes, encoded."""
    lines = [f"--{BATCH}", f"Content-Type: multipart/mixed; boundary={CHANGESET}", ""]
    for number, (write, address) in enumerate(zip(writes, addresses, strict=True), start=1):
        body = dumps(write.body)
        lines += [f"--{CHANGESET}", *_ENVELOPE, f"Content-ID: {number}", ""]
        lines += [f"{write.method} {address} HTTP/1.1", "Content-Type: application/json"]
        lines += ["Accept: application/json"]
        lines += [f"If-Match: {write.etag}"] if write.etag else []
        lines += [f"Content-Length: {len(body.encode())}", "", body, ""]
    return _text([*lines, f"--{CHANGESET}--", "", f"--{BATCH}--", ""])


_ENVELOPE = ("Content-Type: application/http", "Content-Transfer-Encoding: binary")


def _text(lines: Sequence[str]) -> bytes:
    return "\r\n".join(lines).encode()


def replies_of(reply: Reply) -> list[Reply]:
    """The answers inside, in their order; those of a changeset one after another.

    Raises ValueError where the body is not the multipart it claims to be.
    """
    boundary = _BOUNDARY.search(reply.headers.get("content-type", ""))
    if boundary is None:
        raise ValueError("the answer to $batch names no boundary")
    return _replies(reply.text, boundary[1])


def _replies(text: str, boundary: str) -> list[Reply]:
    found: list[Reply] = []
    parts = re.split(rf"(?:^|\r?\n)--{re.escape(boundary)}(?:--)?[ \t]*(?:\r?\n|$)", text)
    for part in parts[1:]:
        if not part.strip():
            continue
        head, _, rest = _halves(part)
        inner = _BOUNDARY.search(head)
        if "multipart/mixed" in head.lower() and inner:
            found += _replies(rest, inner[1])
        else:
            found.append(_reply(rest))
    return found


def _reply(text: str) -> Reply:
    head, _, body = _halves(text.lstrip("\r\n"))
    status, *lines = head.splitlines()
    match = re.match(r"HTTP/\d\.\d (\d{3})", status)
    if match is None:
        raise ValueError(f"no HTTP answer inside a $batch: {status[:60]!r}")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Reply(int(match[1]), headers, body.strip())


def _halves(text: str) -> tuple[str, str, str]:
    match = re.search(r"\r?\n\r?\n", text)
    if match is None:
        return text, "", ""
    return text[: match.start()], match[0], text[match.end() :]
