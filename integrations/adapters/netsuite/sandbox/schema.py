"""The fields of the records that the stand-in knows, named as in the REST API Browser."""

from typing import Any

Fields = dict[str, dict[str, Any]]

_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "number", "format": "double"}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_REFERENCE: dict[str, Any] = {"$ref": "#/components/schemas/nsLink"}


def _fields(*groups: tuple[dict[str, Any], str]) -> Fields:
    return {name: dict(kind) for kind, names in groups for name in names.split()}


def schemas() -> dict[str, Fields]:
    """A new copy; an account may take fields away and add its own."""
    return {
        "salesOrder": _fields(
            (_TEXT, "id externalId tranId memo otherRefNum email createdDate lastModifiedDate"),
            (_REFERENCE, "entity currency subsidiary location terms orderStatus status shipMethod"),
            (_REFERENCE, "item shippingAddress billingAddress salesRep customForm"),
            (_DAY, "tranDate shipDate"),
            (_NUMBER, "subtotal discountTotal taxTotal total shippingCost exchangeRate"),
            (_TEXT, "linkedTrackingNumbers"),
        ),
        "salesOrder-itemElement": _fields(
            (_NUMBER, "line quantity rate amount"),
            (_NUMBER, "quantityFulfilled quantityBilled quantityBackOrdered quantityCommitted"),
            (_REFERENCE, "item price location taxCode units"),
            (_TEXT, "description"),
            (_YES_NO, "isClosed"),
            (_DAY, "requestedDate"),
        ),
        "address": _fields(
            (_TEXT, "addressee attention addr1 addr2 addr3 city state zip addrPhone"),
            (_REFERENCE, "country"),
            (_YES_NO, "override"),
        ),
        "customerDeposit": _fields(
            (_TEXT, "id externalId tranId memo"),
            (_REFERENCE, "customer salesOrder currency account"),
            (_NUMBER, "payment"),
            (_DAY, "tranDate"),
            (_YES_NO, "undepFunds"),
        ),
        "customer": _fields(
            (_TEXT, "id externalId entityId companyName email phone"),
            (_REFERENCE, "currency terms priceLevel parent creditHoldOverride category"),
            (_NUMBER, "balance creditLimit overdueBalance daysOverdue depositBalance"),
            (_NUMBER, "unbilledOrders consolUnbilledOrders consolBalance consolDepositBalance"),
            (_YES_NO, "isInactive"),
        ),
        "contact": _fields((_TEXT, "id entityId email phone"), (_REFERENCE, "company")),
    }


def change_schema(fields: dict[str, dict[str, Any]], name: str, how: str) -> None:
    """As an upgrade might: a dial of fields on one of them."""
    usual = fields.pop(name)
    if how == "rename_field":
        fields[f"{name}_2"] = usual
    elif how == "retype_field":
        fields[name] = dict(_NUMBER if usual.get("type") == "string" else _TEXT)


READ_ONLY = {
    "id",
    "tranId",
    "status",
    "subtotal",
    "discountTotal",
    "taxTotal",
    "total",
    "createdDate",
    "lastModifiedDate",
    "linkedTrackingNumbers",
}
