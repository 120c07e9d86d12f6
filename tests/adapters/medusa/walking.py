"""Walking through an API step by step, and keeping what it answered without its ids."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests


@dataclass
class Lab:
    """A running server and the ids of its shop; what is saved on the way joins `names`."""

    url: str
    secret_key: str
    publishable_key: str
    names: dict[str, str]
    session: requests.Session = field(default_factory=requests.Session)


@dataclass(frozen=True)
class Step:
    """`save` maps a name to a path in the answer; `{name}` in path and body is filled in.

    `keys`: "same" compares the names in the answer exactly, "known" asks that the stand-in
    invents none, "" leaves them (an answer that the portal never reads).
    """

    note: str
    method: str
    path: str
    body: Any = None
    save: dict[str, str] = field(default_factory=dict)
    auth: str = "basic"
    keys: str = "same"


def take(lab: Lab, step: Step) -> dict[str, Any]:
    """Makes one step; what it answered, without the ids of this server."""
    reply = lab.session.request(
        step.method,
        lab.url + _filled(step.path, lab.names),
        json=_filled(step.body, lab.names),
        headers=_headers(lab, step.auth),
        timeout=30,
    )
    is_json = "json" in reply.headers["content-type"]
    answer = reply.json() if is_json else {}
    for name, path in step.save.items():
        lab.names[name] = _at(answer, path)
    found: dict[str, Any] = {"note": step.note, "status": reply.status_code}
    if reply.status_code >= 400:
        found |= {name: answer[name] for name in ("code", "type") if name in answer}
        found["message"] = _nameless(answer.get("message", reply.text), lab.names)
    elif step.keys:
        found["keys"] = sorted(_keys(answer))
    return found


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], value)
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, names) for key, one in value.items()}
    return value


def _headers(lab: Lab, auth: str) -> dict[str, str]:
    if auth == "basic":
        return {"Authorization": f"Basic {lab.secret_key}"}
    if auth == "bearer":
        return {"Authorization": f"Bearer {lab.secret_key}"}
    if auth == "wrong":
        return {"Authorization": "Basic sk_wrong"}
    keys = {"publishable": lab.publishable_key, "wrong publishable": "pk_wrong"}
    return {"x-publishable-api-key": keys[auth]} if auth else {}


def _at(answer: Any, path: str) -> str:
    for part in path.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return str(answer)


def _nameless(message: str, names: dict[str, str]) -> str:
    for name, value in sorted(names.items(), key=lambda pair: -len(pair[1])):
        message = message.replace(value, f"{{{name}}}")
    return message


def _keys(value: Any, path: str = "") -> set[str]:
    """Dotted names; what a merchant may put in freely (metadata) is not looked into."""
    if isinstance(value, list):
        return {path, *(key for one in value for key in _keys(one, path))}
    if not isinstance(value, dict) or path.endswith(("metadata", "data", "context")):
        return {path} if path else set()
    inner = {key for name, one in value.items() for key in _keys(one, f"{path}.{name}".lstrip("."))}
    return inner | ({path} if path else set())
