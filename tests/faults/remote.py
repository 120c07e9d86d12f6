"""A remote whose log is the truth: which call changed something, and when.

POST   /orders, /reservations, /others, /payments   creates what the body's `reference` names
GET    /orders/{reference}                          finds it: {} when it is not there
DELETE /orders/{reference}                          cancels all of that reference
PUT    /notes/{key}                                 sets the note of a key; `seq` is its age

201 says that the call made or changed something, 200 to a DELETE that it took something
away; 200 and 204 else, that it changed nothing. So the log alone tells the effects.

With `enforces_key` a second order of one reference is answered with the first, and a note
that is older than the one it has changes nothing. Without, it takes whatever it is sent.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.standin import LogEntry, Request, Response, StandIn, route

MADE, NOTHING_NEW, TOOK_AWAY, NOTHING_THERE = 201, 200, 200, 204


class Remote(StandIn):
    def __init__(self, *, enforces_key: bool) -> None:
        super().__init__()
        self.enforces_key = enforces_key
        self.refused: set[tuple[str, str]] = set()  # (route, reference), for good
        self._orders: list[str] = []
        self._notes: dict[str, int] = {}

    @route("POST", "/orders", "create")
    @route("POST", "/reservations", "reserve")
    @route("POST", "/others", "other")
    @route("POST", "/payments", "pay")
    def create(self, request: Request) -> Response:
        shelf, reference = request.path.strip("/"), request.json()["reference"]
        if self._refuses(_ROUTE_OF[shelf], reference):
            return _REFUSAL
        if self.enforces_key and f"{shelf}/{reference}" in self._orders:
            return Response(NOTHING_NEW, {"ref": f"SO-{reference}"})
        self._orders.append(f"{shelf}/{reference}")
        return Response(MADE, {"ref": f"SO-{reference}"})

    @route("GET", "/orders/{reference}", "find")
    @route("GET", "/reservations/{reference}", "find")
    @route("GET", "/others/{reference}", "find")
    def find(self, request: Request) -> Response:
        known = request.path.strip("/") in self._orders
        return Response(200, {"ref": f"SO-{request.path_values['reference']}"} if known else {})

    @route("DELETE", "/orders/{reference}", "cancel")
    @route("DELETE", "/reservations/{reference}", "release")
    def cancel(self, request: Request) -> Response:
        name = request.path.strip("/")
        if self._refuses("cancel", request.path_values["reference"]):
            return _REFUSAL
        kept = [order for order in self._orders if order != name]
        is_gone = len(kept) < len(self._orders)
        self._orders = kept
        return Response(TOOK_AWAY if is_gone else NOTHING_THERE, {})

    @route("PUT", "/notes/{key}", "note")
    def note(self, request: Request) -> Response:
        key, note = request.path_values["key"], request.json()
        if self._refuses("note", note["reference"]):
            return _REFUSAL
        known = self._notes.get(key, 0)
        if note["seq"] == known or (self.enforces_key and note["seq"] < known):
            return Response(NOTHING_NEW, {})
        self._notes[key] = note["seq"]
        return Response(MADE, {})

    def _refuses(self, route_name: str, reference: str) -> bool:
        return (route_name, reference) in self.refused


_ROUTE_OF = {"orders": "create", "reservations": "reserve", "others": "other", "payments": "pay"}
_REFUSAL = Response(422, {"message": "This order is not wanted."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that changed at the remote; `is_undo` for what took it away again."""

    at: datetime
    route: str
    reference: str
    is_undo: bool = False


UNDONE_BY = {"create": "cancel", "reserve": "release"}


def effects(log: list[LogEntry]) -> list[Effect]:
    """All changes at the remote, oldest first."""
    return [found for entry in log if (found := _effect(entry)) is not None]


def _effect(entry: LogEntry) -> Effect | None:
    if entry.method == "DELETE" and entry.did_work and entry.status == TOOK_AWAY:
        reference = entry.path.rsplit("/", 1)[-1]
        return Effect(at=entry.at, route=entry.route, reference=reference, is_undo=True)
    if entry.did_work and entry.status == MADE:
        body: dict[str, Any] = Request("", "", [], {}, entry.body.encode()).json()
        return Effect(at=entry.at, route=entry.route, reference=body["reference"])
    return None
