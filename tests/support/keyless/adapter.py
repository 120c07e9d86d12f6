"""The adapter of the keyless ERP: orders pushed, tracked and listed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.errors import NeedsOperator
from integrations.http import Session
from integrations.records import (
    ErpOrder,
    ErpOrderLine,
    ErpSighting,
    OrderDraft,
    OrderProgress,
    Page,
    RoundingProfile,
    Window,
)

Row = Mapping[str, Any]


class KeylessAdapter:
    """Implements PushesOrders, TracksOrders, ListsOrders and ProposesRounding."""

    enforces_key = False
    settle_s = 0.5

    def __init__(self, session: Session) -> None:
        self._session = session

    def rounding_profile(self) -> RoundingProfile:
        return RoundingProfile(per="line", line_digits=2)

    # -- pushing

    def find_order(self, our_ref: str) -> ErpOrder | None:
        rows = self._under(our_ref)
        alive = [row for row in rows if row["state"] != "cancelled"]
        if len(alive) > 1:
            numbers = ", ".join(row["number"] for row in alive)
            raise NeedsOperator(
                f"The ERP has {len(alive)} orders with the reference {our_ref}: {numbers}.",
                reason="ambiguous_order",
                cause=f"ambiguous_order:{our_ref}",
                hint="The next sweep cancels the one nobody touched; or cancel one in the ERP.",
                ids={"order": our_ref},
            )
        chosen = alive or rows
        return _to_order(chosen[-1]) if chosen else None

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        return _to_order(self._write("POST", "/orders", self.preview_order(draft)))

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        return {"our_ref": draft.our_ref, "currency": draft.currency, "lines": _lines(draft)}

    def confirm_order(self, ref: str) -> ErpOrder:
        return _to_order(self._write("POST", f"/orders/{ref}/confirm"))

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        return _to_order(self._write("PUT", f"/orders/{ref}", {"lines": _lines(draft)}))

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        return _to_order(self._write("POST", f"/orders/{ref}/cancel", {"reason": reason}))

    # -- listing

    def orders_created(self, window: Window, cursor: str | None) -> Page[ErpSighting]:
        start = window.start or datetime(2000, 1, 1, tzinfo=UTC)
        params = [
            ("from", start.astimezone(UTC).isoformat()),
            ("to", window.end.astimezone(UTC).isoformat()),
            ("after", cursor or "0"),
        ]
        answer = self._read("/orders", params)
        return Page(rows=tuple(map(_to_sighting, answer["orders"])), next_cursor=answer["after"])

    def orders_under(self, our_ref: str) -> Sequence[ErpSighting]:
        return [_to_sighting(row) for row in self._under(our_ref)]

    # -- tracking

    def order_progress(self, refs: Sequence[str]) -> Iterator[OrderProgress]:
        for ref in refs:
            row = self._read(f"/orders/{ref}", [])
            yield OrderProgress(
                ref=row["ref"],
                number=row["number"],
                our_ref=row["our_ref"],
                state="cancelled" if row["state"] == "cancelled" else "confirmed",
                currency=row["currency"],
                gross_total=Decimal(row["gross"]),
                changed_at=datetime.now(UTC),
            )

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        page = self.orders_created(window, cursor)
        return Page(rows=tuple(row.ref for row in page.rows), next_cursor=page.next_cursor)

    # -- talking

    def _under(self, our_ref: str) -> list[Row]:
        rows: list[Row] = self._read("/orders", [("our_ref", our_ref)])["orders"]
        return rows

    def _read(self, path: str, params: list[tuple[str, str]]) -> Any:
        return self._session.call("GET", path, writes=False, params=params).json()

    def _write(self, method: str, path: str, body: Any = None) -> Any:
        return self._session.call(method, path, writes=True, json=body or {}).json()


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> KeylessAdapter:
    return KeylessAdapter(session)


def _lines(draft: OrderDraft) -> list[dict[str, object]]:
    return [
        {
            "our_ref": line.our_ref,
            "product_ref": line.product_ref,
            "quantity": str(line.quantity),
            "net_unit_price": str(line.net_unit_price),
            "discount_percent": str(line.discount_percent),
            "tax_rates": [str(rate) for rate in line.tax_rates],
        }
        for line in draft.lines
    ]


def _to_order(row: Row) -> ErpOrder:
    return ErpOrder(
        ref=row["ref"],
        number=row["number"],
        our_ref=row["our_ref"],
        currency=row["currency"],
        net_total=Decimal(row["net"]),
        tax_total=Decimal(row["tax"]),
        gross_total=Decimal(row["gross"]),
        is_confirmed=row["state"] == "confirmed",
        is_cancelled=row["state"] == "cancelled",
        lines=tuple(
            ErpOrderLine(
                our_ref=line["our_ref"],
                ref=line["our_ref"],
                product_ref=line["product_ref"],
                quantity=Decimal(line["quantity"]),
                net_unit_price=Decimal(line["net_unit_price"]),
                discount_percent=Decimal(line["discount_percent"]),
                net_total=Decimal(line["net_total"]),
            )
            for line in row["lines"]
        ),
    )


def _to_sighting(row: Row) -> ErpSighting:
    return ErpSighting(
        ref=row["ref"],
        number=row["number"],
        our_ref=row["our_ref"],
        created_at=datetime.fromisoformat(row["created_at"]),
        is_cancelled=row["state"] == "cancelled",
        is_untouched=row["state"] == "draft" and not row["edited_by"] and not row["is_delivered"],
    )
