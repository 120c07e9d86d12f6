"""Changing the lines of an order: everything in one changeset, guarded by the order's ETag.

Lines carry no ETag of their own, so the order itself is touched in the same unit: where somebody
saved it in between, SAP refuses the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.addresses import SHIP_TO, address_body, refuse_cut
from integrations.adapters.sap.batch import Write
from integrations.adapters.sap.fields import ITEM, ORDER, ORDER_ADDRESS, ORDERS, PRICE_ELEMENT
from integrations.adapters.sap.line_refs import line_ref_of, order_ref_of, print_of
from integrations.adapters.sap.mapping import (
    Units,
    is_cancelled,
    item_body,
    material_of,
    price_element,
    price_fields,
    price_of,
    sorted_items,
    tax_classes,
    to_order,
)
from integrations.adapters.sap.orders import Orders, cancelled_error
from integrations.adapters.sap.wire import (
    Row,
    etag_of,
    item_number,
    key,
    number_of,
    number_text,
    rows_of,
    text_of,
)
from integrations.errors import NeedsOperator, Rejected
from integrations.records import Address, DraftLine, ErpOrder, OrderDraft


class Changing(Orders):
    """Adds `change_order` to `PushesOrders`."""

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """Lines that `draft` no longer has are rejected; those added in SAP are left alone.

        Raises NeedsOperator when the order is cancelled, not made by the portal, or when more
        is in delivery than `draft` leaves over, and as `create_order` where SAP refuses.
        """
        row = self.order_row(ref, "to_Partner")
        order_ref = self._refuse_unchangeable(row, draft)
        ours = {line_ref_of(item, order_ref, self.settings): item for item in sorted_items(row)}
        foreign = ours.pop("", None)
        if not ours and foreign is not None:
            raise _foreign(row)
        self._refuse_below_delivered(ref, ours, draft)
        units = self.units_of(draft)
        writes = [
            *self._line_writes(row, ours, draft, units),
            *self._rejections(ref, ours, draft),
            *_address_writes(row, draft),
        ]
        if writes:
            try:
                self.change_guarded(row, writes)
            except Rejected as exc:
                raise self.why_refused(exc, draft) from exc
        return self.read_order(ref)

    def change_guarded(self, row: Row, writes: Sequence[Write]) -> None:
        """These changes as one unit, refused as a whole where the order was saved since `row`
        was read."""
        guard = Write(
            method="PATCH",
            path=key(ORDER.set, SalesOrder=text_of(row["SalesOrder"])),
            body={"PurchaseOrderByShipToParty": text_of(row["PurchaseOrderByShipToParty"])},
            etag=etag_of(row),
        )
        self.client.change(ORDERS, [guard, *writes])

    # -- what to write

    def _line_writes(
        self, row: Row, ours: Mapping[str, Row], draft: OrderDraft, units: Units
    ) -> Iterator[Write]:
        ref = text_of(row["SalesOrder"])
        free = max((int(item["SalesOrderItem"]) for item in sorted_items(row)), default=0) // 10 + 1
        for line in draft.lines:
            item = ours.get(line.our_ref)
            if item is None:
                body = item_body(line, draft, self.settings, units, number=free)
                path = f"{key(ORDER.set, SalesOrder=ref)}/to_Item"
                yield Write(method="POST", path=path, body=body)
                free += 1
            else:
                yield from self._changes_of(item, line, draft, units)

    def _changes_of(
        self, item: Row, line: DraftLine, draft: OrderDraft, units: Units
    ) -> Iterator[Write]:
        material, price = material_of(draft, line, self.settings), price_of(line, draft)
        wanted: dict[str, Any] = {
            "Material": material,
            "RequestedQuantity": line.quantity,
            **tax_classes(line, self.settings),
            "SalesDocumentRjcnReason": "",
        }
        if not self.settings.uses_related_object:
            wanted["PurchaseOrderByShipToParty"] = print_of(
                material, line.quantity, price.net_amount
            )
        changed = {name: value for name, value in wanted.items() if _differs(item, name, value)}
        keys = {"SalesOrder": item["SalesOrder"], "SalesOrderItem": item["SalesOrderItem"]}
        if changed:
            yield Write(method="PATCH", path=key(ITEM.set, **keys), body=_as_sent(changed))
        fields = price_fields(price, draft.currency, units.get(material, ""))
        element = price_element(item, self.settings)
        if element is None:
            body = {"ConditionType": self.settings.price_condition_type, **fields}
            path = f"{key(ITEM.set, **keys)}/to_PricingElement"
            yield Write(method="POST", path=path, body=body)
        elif any(_differs(element, name, _number_or_text(name, fields[name])) for name in fields):
            steps = ("PricingProcedureStep", "PricingProcedureCounter")
            path = key(PRICE_ELEMENT.set, **keys, **{name: element[name] for name in steps})
            yield Write(method="PATCH", path=path, body=fields)

    def _rejections(self, ref: str, ours: Mapping[str, Row], draft: OrderDraft) -> Iterator[Write]:
        wanted = {line.our_ref for line in draft.lines}
        for our_ref, item in ours.items():
            if our_ref not in wanted and not text_of(item["SalesDocumentRjcnReason"]):
                yield self.rejection(ref, item)

    def rejection(self, ref: str, item: Row) -> Write:
        return Write(
            method="PATCH",
            path=key(ITEM.set, SalesOrder=ref, SalesOrderItem=item["SalesOrderItem"]),
            body={"SalesDocumentRjcnReason": self.settings.rejection_reason},
        )

    # -- refusing

    def _refuse_unchangeable(self, row: Row, draft: OrderDraft) -> str:
        order_ref = order_ref_of(row, self.settings)
        if is_cancelled(row):
            raise cancelled_error(to_order(row, self.settings))
        if order_ref != draft.our_ref:
            raise _foreign(row)
        return order_ref

    def _refuse_below_delivered(self, ref: str, ours: Mapping[str, Row], draft: OrderDraft) -> None:
        wanted = {line.our_ref: line.quantity for line in draft.lines}
        delivered: dict[str, Decimal] = {}
        for one in self.delivery_items([ref]):
            number = item_number(one["ReferenceSDDocumentItem"])
            delivered[number] = delivered.get(number, Decimal(0)) + number_of(
                one["ActualDeliveryQuantity"]
            )
        for our_ref, item in ours.items():
            gone = delivered.get(item_number(item["SalesOrderItem"]), Decimal(0))
            if wanted.get(our_ref, Decimal(0)) < gone:
                raise NeedsOperator(
                    f"{ref}: {number_text(gone)} of {text_of(item['SalesOrderItemText'])!r} are in "
                    f"delivery, the change leaves {wanted.get(our_ref, 0)}.",
                    reason="below_delivered",
                    hint="Take the delivery back in SAP, or agree on a return with the buyer.",
                    ids={"order": draft.our_ref, "line": our_ref},
                )


def _address_writes(row: Row, draft: OrderDraft) -> Iterator[Write]:
    if draft.ship_to == Address():
        return
    wanted = address_body(draft.ship_to)
    for partner in rows_of(row.get("to_Partner")):
        if text_of(partner["PartnerFunction"]) != SHIP_TO:
            continue
        for there in rows_of(partner.get("to_Address")):
            changed = {
                name: value for name, value in wanted.items() if text_of(there[name]) != value
            }
            if changed:
                refuse_cut(draft.ship_to, text_of(row["SalesOrder"]))
                path = key(
                    ORDER_ADDRESS.set,
                    SalesOrder=text_of(row["SalesOrder"]),
                    PartnerFunction=SHIP_TO,
                    AddressRepresentationCode=text_of(there["AddressRepresentationCode"]),
                )
                yield Write(method="PATCH", path=path, body=changed)
            return


def _differs(row: Row, name: str, wanted: object) -> bool:
    if isinstance(wanted, Decimal):
        return number_of(row[name]) != wanted
    return text_of(row[name]) != wanted


def _as_sent(fields: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: number_text(value) if isinstance(value, Decimal) else value
        for name, value in fields.items()
    }


def _number_or_text(name: str, value: str) -> Decimal | str:
    return Decimal(value) if name in {"ConditionRateValue", "ConditionQuantity"} else value


def _foreign(row: Row) -> NeedsOperator:
    return NeedsOperator(
        f"{row['SalesOrder']} was not created by the portal, so its lines cannot be told apart.",
        reason="foreign_order",
        hint="Change it in SAP by hand.",
        ids={"erp_number": text_of(row["SalesOrder"])},
    )
