"""Sends recorded requests to the stand-in and compares what it answers.

Compared are status, shape and values, amounts to the cent. Not compared are what differs
between two runs of the same Odoo: times, numbers of documents, and words that name them.
"""

import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from integrations.adapters.odoo.sandbox import OdooStandIn
from tests.adapters.odoo.lab import API_KEY, SALES_KEY, STAFF_KEY, confirmed_order

RECORDINGS = Path(__file__).parents[2] / "recordings" / "odoo"
_TIMES = {
    "write_date",
    "create_date",
    "date_done",
    "scheduled_date",
    "date_order",
    "invoice_date",
    "invoice_date_due",
}
_NUMBERED = re.compile(r"\b(S\d{5}|WH/OUT/\d{5}|R?INV/\d{4}/\d{5})\b")
# The secret in a link to an invoice: the recording has `<ACCESS_TOKEN>` in its place.
_TOKEN = re.compile(r"access_token=[^&\"]+")
# Words that name a server, a trace of SQL, or list records of a database that is not ours.
_NOT_OURS = re.compile(r"psycopg2|violates check constraint|LINE 1:|reached its credit limit")


def scenarios() -> list[str]:
    return sorted(path.stem for path in RECORDINGS.glob("*.json"))


def load(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RECORDINGS / f"{name}.json").read_text())["exchanges"]
    return found


class Player:
    """Replays one scenario; ids of new records are made those of the recording."""

    def __init__(self, lab: OdooStandIn, exchanges: list[dict[str, Any]]) -> None:
        self.lab, self.exchanges = lab, exchanges

    def play(self, number: int) -> tuple[int, Any]:
        """(status, answer: JSON or the text of a page) of one exchange."""
        exchange = self.exchanges[number]
        self._prepare_ids(number)
        if "at" in exchange:
            moment = datetime.fromisoformat(exchange["at"]).replace(tzinfo=UTC)
            self.lab.store.clock = lambda: moment
        if "prepare" in exchange:
            self.lab.store.skip_to("sale.order", exchange["id"] - 1)
            confirmed_order(self.lab)
            return 200, None
        if "verb" in exchange:
            self.lab.store.skip_to("account.move", exchange.get("id", 1) - 1)
            getattr(self.lab, exchange["verb"])(**exchange["args"])
            return 200, None
        return send(self.lab.url, {**exchange, "path": self.path_of(exchange["path"])})

    def path_of(self, path: str) -> str:
        """With the token that the stand-in made, where the recording names one."""
        invoice = re.match(r"/my/invoices/(\d+)", path)
        if invoice is None:
            return path
        token = self.lab.store.get("account.move", int(invoice[1]))["access_token"]
        return path.replace("<ACCESS_TOKEN>", token)

    def _prepare_ids(self, number: int) -> None:
        for model, row_id in _new_ids(self.exchanges[number:]):
            self.lab.store.skip_to(model, row_id - 1)


def _new_ids(exchanges: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """The ids that the first exchange makes, as later answers tell them."""
    model, method, answer = parts(exchanges[0])
    found: list[tuple[str, int]] = []
    if exchanges[0].get("verb") == "invoice":
        found += _invoice_line_ids(exchanges)
    if model == "sale.order" and method in {"load", "create", "copy"}:
        order_id = _made(answer)
        if order_id:
            found.append(("sale.order", order_id))
            found += _line_ids(exchanges, order_id)
    if method in {"action_confirm", "button_validate"}:
        found += _first_ids(exchanges)
    if method == "message_post" and isinstance(answer, list):
        found.append(("mail.message", answer[0]))
    return found


def _made(answer: Any) -> int:
    """The id in the answer of load, create or copy; 0 for none."""
    ids = answer.get("ids") if isinstance(answer, dict) else answer
    if not ids:
        return 0
    return ids if isinstance(ids, int) else int(ids[0])


def _invoice_line_ids(exchanges: list[dict[str, Any]]) -> list[tuple[str, int]]:
    for later in exchanges[1:]:
        model, _, answer = parts(later)
        if model == "account.move.line" and answer:
            return [("account.move.line", min(row["id"] for row in answer))]
    return []


def _line_ids(exchanges: list[dict[str, Any]], order_id: int) -> list[tuple[str, int]]:
    for later in exchanges[1:]:
        model, method, answer = parts(later)
        if method in {"create", "copy", "load"} and _made(answer) not in {0, order_id}:
            break
        if model == "sale.order.line" and isinstance(answer, list) and answer:
            return [("sale.order.line", min(row["id"] for row in answer))]
    return []


def _first_ids(exchanges: list[dict[str, Any]]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for later in exchanges[1:]:
        model, method, answer = parts(later)
        if method in {"action_confirm", "button_validate"} and found:
            break
        if not isinstance(answer, list) or not answer or not isinstance(answer[0], dict):
            continue
        if model == "sale.order" and answer[0].get("picking_ids"):
            found.setdefault("stock.picking", max(answer[0]["picking_ids"]))
        if model == "stock.move":
            found.setdefault("stock.move", min(row["id"] for row in answer))
        if model in {"sale.order.line", "stock.picking"} and answer[0].get("move_ids"):
            found.setdefault("stock.move", min(answer[0]["move_ids"]))
    return list(found.items())


def parts(exchange: dict[str, Any]) -> tuple[str, str, Any]:
    """(model, method, result) over either protocol."""
    answer = exchange.get("answer")
    if exchange.get("path", "").startswith("/json/2/"):
        model, _, method = exchange["path"].removeprefix("/json/2/").strip("/").partition("/")
        return model, method, answer
    if exchange.get("path") == "/jsonrpc" and isinstance(exchange.get("body"), dict):
        args = exchange["body"].get("params", {}).get("args", [])
        if len(args) >= 5 and isinstance(answer, dict):
            return args[3], args[4], answer.get("result")
    return "", "", None


# ---------------------------------------------------------------- sending


def send(url: str, exchange: dict[str, Any]) -> tuple[int, Any]:
    key = SALES_KEY if exchange.get("salesman") else API_KEY
    key = STAFF_KEY if exchange.get("staff") else key
    body = exchange.get("text")
    if "body" in exchange:
        sent = _as_staff(exchange["body"]) if exchange.get("staff") else exchange["body"]
        body = json.dumps(sent)
    text = (body or "").replace("<API_KEY>", key).replace("<PASSWORD>", key)
    usual = {
        "Authorization": f"bearer {key}",
        "Content-Type": "application/json",
        "X-Odoo-Database": "lab",
    }
    headers = exchange.get("headers", usual)
    headers = {name: value.replace("<API_KEY>", key) for name, value in headers.items()}
    answer = requests.request(
        exchange["method"],
        url + exchange["path"],
        data=None if body is None else text.encode(),
        headers=headers,
        timeout=10,
        allow_redirects=False,
    )
    is_json = "json" in answer.headers.get("Content-Type", "")
    return answer.status_code, answer.json() if is_json else answer.text


def _as_staff(body: Any) -> Any:
    if isinstance(body, dict) and "params" in body:
        args = body["params"]["args"]
        return {**body, "params": {**body["params"], "args": [args[0], 2, *args[2:]]}}
    return body


# ---------------------------------------------------------------- comparing


def differences(recorded: Any, ours: Any, path: str = "") -> list[str]:
    """Where our answer is not the recorded one; empty when they are alike."""
    name = path.rsplit(".", 1)[-1].split("[")[0]
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return _of_objects(recorded, ours, path)
    if name in _TIMES and recorded and ours:
        return [] if type(recorded) is type(ours) else [f"{path}: {recorded!r} / {ours!r}"]
    if isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            return [f"{path}: {len(recorded)} items / {len(ours)}"]
        pairs = zip(recorded, ours, strict=True)
        return [
            text
            for number, (one, other) in enumerate(pairs)
            for text in differences(one, other, f"{path}[{number}]")
        ]
    return [] if _same(recorded, ours) else [f"{path}: {recorded!r} / {ours!r}"]


def _of_objects(recorded: dict[str, Any], ours: dict[str, Any], path: str) -> list[str]:
    ours = {name: value for name, value in ours.items() if name != "debug"}
    found = [f"{path}: only recorded {name!r}" for name in recorded.keys() - ours.keys()]
    found += [f"{path}: only ours {name!r}" for name in ours.keys() - recorded.keys()]
    for name in recorded.keys() & ours.keys():
        found += differences(recorded[name], ours[name], f"{path}.{name}")
    return found


def _same(recorded: Any, ours: Any) -> bool:
    if isinstance(recorded, bool) or isinstance(ours, bool):
        return recorded is ours
    if isinstance(recorded, int | float) and isinstance(ours, int | float):
        return math.isclose(recorded, ours, abs_tol=0.0001)
    if isinstance(recorded, str) and isinstance(ours, str):
        if _NOT_OURS.search(recorded):
            return True
        return _without_names(recorded) == _without_names(ours)
    return bool(recorded == ours)


def _without_names(text: str) -> str:
    return _TOKEN.sub("access_token=#", _NUMBERED.sub("#", text))
