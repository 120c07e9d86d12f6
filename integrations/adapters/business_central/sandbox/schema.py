"""What each page serves: its fields with their types, what may be written, its parts.

After Microsoft Learn, "API (v2.0) for Business Central", resource by resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Page:
    """`fields`: type by name, as in "Text(100)". `parts`: (entity set, its field, our field).
    `stored`: under which name a field is kept that an upgrade named anew."""

    entity: str
    fields: dict[str, str]
    written: frozenset[str] = frozenset()
    parts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    is_own: bool = False  # of the companion extension
    stored: dict[str, str] = field(default_factory=dict)

    def changed(self, name: str, how: str) -> "Page":
        """As after an upgrade, by one of the dials of fields."""
        fields = {key: kind for key, kind in self.fields.items() if key != name}
        if how == "retype_field":
            return replace(self, fields={**fields, name: _retyped(self.fields[name])})
        if how == "drop_field":
            return replace(self, fields=fields)
        new = f"{name}2"
        return replace(
            self,
            fields={**fields, new: self.fields[name]},
            stored={**self.stored, new: name},
            written=self.written | ({new} if name in self.written else set()),
        )


def _retyped(kind: str) -> str:
    base, _, length = kind.rstrip(")").partition("(")
    if length:
        return f"{base}({int(length) // 2})"
    return {"Boolean": "Int32", "Int32": "Decimal"}.get(base, "Text(50)")


_TYPES = {
    "g": "Guid",
    "d": "Date",
    "t": "DateTimeOffset",
    "n": "Decimal",
    "b": "Boolean",
    "e": "Enum",
    "i": "Int32",
}


def _page(
    entity: str,
    spec: str,
    written: str = "",
    parts: dict[str, tuple[str, str, str]] | None = None,
    *,
    is_own: bool = False,
) -> Page:
    """`spec`: words like "id:g number:c20 displayName:s100"."""
    fields = {}
    for word in spec.split():
        name, _, kind = word.partition(":")
        if kind[0] in "cs" and kind != "s":
            fields[name] = f"{'Code' if kind[0] == 'c' else 'Text'}({kind[1:]})"
        else:
            fields[name] = _TYPES[kind]
    return Page(entity, fields, frozenset(written.split()), parts or {}, is_own)


_DOCUMENT = (
    "id:g number:c20 externalDocumentNumber:c35 postingDate:d customerId:g customerNumber:c20 "
    "currencyCode:c10 totalAmountExcludingTax:n totalTaxAmount:n totalAmountIncludingTax:n "
    "status:e lastModifiedDateTime:t "
)
_SHIP_TO = (
    "shipToName:s100 shipToContact:s100 shipToAddressLine1:s100 shipToAddressLine2:s50 "
    "shipToCity:s30 shipToState:s30 shipToPostCode:c20 shipToCountry:c10 "
)
_LINE_GOODS = (
    "id:g documentId:g sequence:i itemId:g lineType:e lineObjectNumber:c20 description:s100 "
    "description2:s50 unitOfMeasureCode:c10 quantity:n unitPrice:n discountPercent:n "
)
_LINE_WRITTEN = (
    "itemId lineType lineObjectNumber description description2 taxCode quantity unitPrice "
    "discountPercent discountAmount itemVariantId locationId shipmentDate"
)
PAGES: dict[str, Page] = {
    "companies": _page("company", "id:g systemVersion:s250 name:s30 displayName:s250"),
    "items": _page(
        "item",
        "id:g number:c20 displayName:s100 displayName2:s50 type:e itemCategoryCode:c20 blocked:b "
        "gtin:s14 inventory:n unitPrice:n priceIncludesTax:b unitCost:n taxGroupCode:c20 "
        "baseUnitOfMeasureCode:c10 lastModifiedDateTime:t",
        parts={"itemVariants": ("itemVariants", "itemId", "id")},
    ),
    "itemVariants": _page(
        "itemVariant",
        "id:g itemId:g itemNumber:c20 code:c10 description:s100 lastModifiedDateTime:t",
    ),
    "accounts": _page("account", "id:g number:c20 displayName:s100 blocked:b"),
    "customers": _page(
        "customer",
        "id:g number:c20 displayName:s100 type:e addressLine1:s100 addressLine2:s50 city:s30 "
        "state:s30 country:c10 postalCode:c20 phoneNumber:s30 email:s80 balanceDue:n "
        "creditLimit:n taxLiable:b taxRegistrationNumber:s20 currencyCode:c10 paymentTermsId:g "
        "blocked:e lastModifiedDateTime:t",
        parts={"customerFinancialDetails": ("customerFinancialDetails", "id", "id")},
    ),
    "customerFinancialDetails": _page(
        "customerFinancialDetail",
        "id:g number:c20 balance:n totalSalesExcludingTax:n overdueAmount:n",
    ),
    "paymentTerms": _page(
        "paymentTerm", "id:g code:c10 displayName:s100 dueDateCalculation:s32 discountPercent:n"
    ),
    "currencies": _page(
        "currency",
        "id:g code:c10 displayName:s30 symbol:s10 amountDecimalPlaces:s5 "
        "amountRoundingPrecision:n lastModifiedDateTime:t",
    ),
    "locations": _page("location", "id:g code:c10 displayName:s100"),
    "generalLedgerSetup": _page(
        "generalLedgerSetup",
        "id:g allowPostingFrom:d allowPostingTo:d localCurrencyCode:c10 lastModifiedDateTime:t",
    ),
    "generalLedgerEntries": _page(
        "generalLedgerEntry",
        "id:g entryNumber:i postingDate:d documentNumber:c20 description:s100 debitAmount:n "
        "creditAmount:n lastModifiedDateTime:t",
    ),
    "salesOrders": _page(
        "salesOrder",
        _DOCUMENT + _SHIP_TO + "orderDate:d requestedDeliveryDate:d paymentTermsId:g "
        "pricesIncludeTax:b "
        "discountAmount:n fullyShipped:b phoneNumber:s30 email:s80",
        "externalDocumentNumber orderDate postingDate customerId customerNumber currencyCode "
        "requestedDeliveryDate paymentTermsId pricesIncludeTax discountAmount phoneNumber email "
        + " ".join(word.partition(":")[0] for word in _SHIP_TO.split()),
        {"salesOrderLines": ("salesOrderLines", "documentId", "id")},
    ),
    "salesOrderLines": _page(
        "salesOrderLine",
        _LINE_GOODS + "discountAmount:n taxCode:c20 taxPercent:n amountExcludingTax:n "
        "totalTaxAmount:n amountIncludingTax:n netAmount:n netTaxAmount:n "
        "netAmountIncludingTax:n shipmentDate:d shippedQuantity:n invoicedQuantity:n "
        "itemVariantId:g locationId:g",
        _LINE_WRITTEN,
    ),
    "salesShipments": _page(
        "salesShipment",
        "id:g number:c20 externalDocumentNumber:c35 postingDate:d customerNumber:c20 "
        "currencyCode:c10 orderNumber:c20 lastModifiedDateTime:t",
        parts={"salesShipmentLines": ("salesShipmentLines", "documentId", "id")},
    ),
    "salesShipmentLines": _page("salesShipmentLine", _LINE_GOODS.replace("itemId:g ", "")),
    "salesInvoices": _page(
        "salesInvoice",
        _DOCUMENT + "invoiceDate:d dueDate:d orderId:g orderNumber:c20 remainingAmount:n",
    ),
    "salesCreditMemos": _page(
        "salesCreditMemo", _DOCUMENT + "creditMemoDate:d invoiceId:g invoiceNumber:c20"
    ),
    "customerPaymentJournals": _page(
        "customerPaymentJournal",
        "id:g code:c10 displayName:s100",
        parts={"customerPayments": ("customerPayments", "journalId", "id")},
    ),
    "customerPayments": _page(
        "customerPayment",
        "id:g journalId:g lineNumber:i customerId:g customerNumber:c20 postingDate:d "
        "documentNumber:c20 externalDocumentNumber:c35 amount:n description:s100 comment:s250 "
        "lastModifiedDateTime:t",
        "customerId customerNumber postingDate documentNumber externalDocumentNumber amount "
        "description comment",
    ),
    "subscriptions": _page(
        "subscription",
        "subscriptionId:s150 notificationUrl:s250 resource:s250 clientState:s2048 "
        "expirationDateTime:t",
        "notificationUrl resource clientState",
    ),
    # -- pages of the companion extension
    "portalOrders": _page(
        "portalOrder",
        "id:g number:c20 externalDocumentNumber:c35 isReleased:b wasReleased:b isDeleted:b "
        "isPosted:b isTouched:b createdDateTime:t lastModifiedDateTime:t",
        is_own=True,
    ),
    "portalPriceLines": _page(
        "portalPriceLine",
        "id:g priceListCode:c20 priceListDescription:s250 status:e sourceType:e "
        "sourceNumber:c20 sourceId:g itemId:g variantId:g unitOfMeasureCode:c10 "
        "baseUnitOfMeasureCode:c10 minimumQuantity:n currencyCode:c10 unitPrice:n "
        "priceIncludesTax:b lineDiscountPercent:n allowLineDiscount:b startingDate:d "
        "endingDate:d lastModifiedDateTime:t",
        is_own=True,
    ),
    "portalStockLevels": _page(
        "portalStockLevel",
        "id:g itemId:g itemNumber:c20 variantId:g variantCode:c10 locationCode:c10 "
        "locationName:s100 inventory:n reservedQuantity:n quantityOnPurchaseOrders:n "
        "expectedReceiptDate:d baseUnitOfMeasureCode:c10",
        is_own=True,
    ),
    "portalCustomers": _page(
        "portalCustomer",
        "id:g number:c20 priceGroupCode:c10 discountGroupCode:c20 discountGroupName:s100 "
        "isTaxExempt:b outstandingOrders:n shippedNotInvoiced:n",
        is_own=True,
    ),
    "portalShipments": _page(
        "portalShipment",
        "id:g number:c20 shippingAgentName:s50 packageTrackingNumber:s50 trackingUrl:s250",
        is_own=True,
    ),
    "portalReturnLines": _page(
        "portalReturnLine",
        "id:g number:c20 orderNumber:c20 postingDate:d description2:s50 quantity:n",
        is_own=True,
    ),
}


def metadata(pages: Mapping[str, Page], *, is_own: bool) -> str:
    """`$metadata` in EDMX."""
    kinds = []
    for page in pages.values():
        if page.is_own != is_own:
            continue
        properties = "".join(_property(name, kind) for name, kind in page.fields.items())
        kinds.append(f'<EntityType Name="{page.entity}">{properties}</EntityType>')
    return (
        '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" '
        'xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        '<Schema Namespace="Microsoft.NAV" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f"{''.join(kinds)}</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _property(name: str, kind: str) -> str:
    base, _, length = kind.rstrip(")").partition("(")
    edm = {"Code": "Edm.String", "Text": "Edm.String", "Enum": "Microsoft.NAV.enum"}
    shown = edm.get(base, f"Edm.{base}")
    bound = f' MaxLength="{length}"' if length else ""
    return f'<Property Name="{name}" Type="{shown}"{bound}/>'
