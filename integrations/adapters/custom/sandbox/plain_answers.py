"""How the plain ERP says no, and what it reads out of a request."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox.books import Refused
from integrations.standin import Request, Response

STATUSES = {
    "unknown_order": 404,
    "unknown_customer": 404,
    "duplicate_reference": 409,
    "bad_request": 400,
    "customer_blocked": 403,
    "period_closed": 422,
}


def refusal(status: int, code: str, message: str) -> Response:
    return Response(status, {"error": {"code": code, "message": message}})


def instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as exc:
        raise Refused("bad_request", f"{text!r} is no time") from exc


def body_of(request: Request, required: Mapping[str, type], optional: Mapping[str, type]) -> Any:
    """The JSON object, each key known and of its type: manual, "Strict input"."""
    try:
        body = request.json()
    except ValueError as exc:
        raise Refused("bad_request", "The body is no JSON") from exc
    return checked(body, required, optional)


def checked(body: Any, required: Mapping[str, type], optional: Mapping[str, type]) -> Any:
    if not isinstance(body, dict):
        raise Refused("bad_request", "An object is expected")
    known = {**required, **optional}
    for name, value in body.items():
        if name not in known:
            raise Refused("unknown_field", f"Unknown field {name!r}")
        if not _fits(value, known[name]):
            raise Refused("wrong_type", f"{name!r} must be {known[name].__name__}")
    for name in required:
        if name not in body:
            raise Refused("missing_field", f"{name!r} is missing")
    return body


def _fits(value: Any, kind: type) -> bool:
    if kind is Decimal:
        return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return isinstance(value, kind)


def money_in(text: str, name: str) -> Decimal:
    """Money is a text: "129.00"."""
    try:
        amount = Decimal(text)
    except ArithmeticError as exc:
        raise Refused("wrong_type", f"{name!r} is no amount: {text!r}") from exc
    if not amount.is_finite():
        raise Refused("wrong_type", f"{name!r} is no amount: {text!r}")
    return amount


def told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def paged(rows: list[Any], request: Request, *, most: int = 100) -> dict[str, Any]:
    """{"data", "page", "pages"}; at most 100 rows: manual, "Paging"."""
    page = max(1, int(request.param("page", "1")))
    size = min(most, max(1, int(request.param("per_page", "50"))))
    pages = max(1, -(-len(rows) // size))
    return {"data": rows[(page - 1) * size : page * size], "page": page, "pages": pages}
