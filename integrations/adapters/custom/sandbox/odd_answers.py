"""How the odd ERP speaks: everything is a 200, money is cents, times are the clock on its wall."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.custom.sandbox.books import Refused
from integrations.standin import Request, Response

BERLIN = ZoneInfo("Europe/Berlin")
_DIGITS = {"JPY": 0, "KWD": 3}

# Its numbers for what went wrong; what has none is 900.
CODES = {
    "unknown_order": 404,
    "unknown_customer": 405,
    "unknown_article": 310,
    "article_locked": 311,
    "customer_blocked": 220,
    "wrong_currency": 230,
    "bad_key": 100,
    "busy": 503,
    "period_closed": 640,
    "no_right": 120,
    "already_confirmed": 701,
}
# Its numbers for where an order is.
STAGES = {
    "draft": 10, "confirmed": 20, "partly_shipped": 30, "shipped": 40, "invoiced": 50,
    "paid": 60, "cancelled": 90,
}  # fmt: skip


def good(**found: Any) -> Response:
    return Response(200, {"ergebnis": "OK", **found})


def bad(code: str, message: str) -> Response:
    """Manual, "Fehler": the status is 200 whatever happened; `code` is a number."""
    number = CODES.get(code, 900)
    return Response(200, {"ergebnis": "FEHLER", "code": number, "meldung": message})


def cents(amount: Decimal, currency: str = "EUR") -> int:
    return int(amount.scaleb(_DIGITS.get(currency, 2)).to_integral_value())


def from_cents(number: Any, currency: str = "EUR") -> Decimal:
    if not isinstance(number, int) or isinstance(number, bool):
        raise Refused("bad_request", f"Betrag {number!r} ist keine ganze Zahl")
    return Decimal(number).scaleb(-_DIGITS.get(currency, 2))


def comma(number: Decimal) -> str:
    """Three decimals, a comma, and points between thousands: 1.250,000."""
    text = f"{number:,.3f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def from_comma(text: Any) -> Decimal:
    if not isinstance(text, str):
        raise Refused("bad_request", f"Menge {text!r} ist kein Text")
    try:
        return Decimal(text.replace(".", "").replace(",", "."))
    except ArithmeticError as exc:
        raise Refused("bad_request", f"Menge {text!r} ist keine Zahl") from exc


def clock(moment: datetime) -> str:
    """Without an offset: manual, "Zeiten sind Ortszeit"."""
    return moment.astimezone(BERLIN).strftime("%d.%m.%Y %H:%M:%S")


def day(one: date) -> str:
    return one.strftime("%d.%m.%Y")


def from_clock(text: Any) -> datetime | None:
    if text in (None, ""):
        return None
    try:
        local = datetime.strptime(str(text), "%d.%m.%Y %H:%M:%S").replace(tzinfo=BERLIN)
    except ValueError as exc:
        raise Refused("bad_request", f"Zeit {text!r} ist falsch") from exc
    return local.astimezone(UTC)


def body_of(request: Request, known: str) -> dict[str, Any]:
    """The JSON object. Unknown keys are errors; missing ones are null: manual, "Anfragen"."""
    try:
        body = request.json()
    except ValueError as exc:
        raise Refused("bad_request", "Kein JSON") from exc
    if not isinstance(body, dict):
        raise Refused("bad_request", "Ein Objekt wird erwartet")
    unknown = set(body) - set(known.split())
    if unknown:
        raise Refused("bad_request", f"Unbekanntes Feld {sorted(unknown)[0]}")
    return {name: body.get(name) for name in known.split()}


def slice_of(rows: list[Any], body: dict[str, Any]) -> dict[str, Any]:
    """A part of a list, with the mark of the next one in the body, null after the last."""
    start = int(str(body["weiter"]).removeprefix("M")) if body["weiter"] else 0
    size = int(body["anzahl"] or 25)
    end = start + size
    following = f"M{end}" if end < len(rows) else None
    return {"daten": {"saetze": rows[start:end], "weiter": following}}
