"""The fields in use, as the API describes itself now (`$metadata`, one call per API)."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.customers import CUSTOMER_FIELDS, FINANCIAL_FIELDS
from integrations.adapters.business_central.mapping import LINE_FIELDS, ORDER_FIELDS
from integrations.adapters.business_central.posted import INVOICE_FIELDS
from integrations.adapters.business_central.products import ITEM_FIELDS, VARIANT_FIELDS
from integrations.errors import Unavailable
from integrations.records import UsedField

Fields = Mapping[str, Mapping[str, str]]  # type by name, by entity

_EVERYTHING = ("PushesOrders", "TracksOrders", "ListsOrders")
_SHIP_TO = (
    "orderDate,shipToName,shipToContact,shipToAddressLine1,shipToAddressLine2,shipToCity,"
    "shipToState,shipToPostCode,shipToCountry"
)
# (entity, fields, ports that stop without them)
_STANDARD: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("salesOrder", ORDER_FIELDS, _EVERYTHING),
    ("salesOrder", _SHIP_TO, ("PushesOrders",)),
    ("salesOrder", "fullyShipped", ("TracksOrders",)),
    ("salesOrderLine", LINE_FIELDS, ("PushesOrders", "TracksOrders")),
    ("salesInvoice", INVOICE_FIELDS, ("PushesOrders", "TracksOrders")),
    (
        "salesShipment",
        "id,number,orderNumber,externalDocumentNumber,postingDate,lastModifiedDateTime",
        ("PushesOrders", "TracksOrders"),
    ),
    (
        "salesShipmentLine",
        "id,lineType,description,description2,quantity",
        ("TracksOrders",),
    ),
    (
        "salesCreditMemo",
        "number,creditMemoDate,totalAmountIncludingTax,status,invoiceNumber",
        ("TracksOrders",),
    ),
    ("item", ITEM_FIELDS, ("PullsProducts", "PullsPrices", "QuotesPrices")),
    ("item", "inventory", ("PullsStock",)),
    ("item", "unitCost", ("QuotesPrices",)),
    ("itemVariant", VARIANT_FIELDS, ("PullsProducts",)),
    ("customer", CUSTOMER_FIELDS, ("PullsCustomers", "ChecksCredit")),
    ("customerFinancialDetail", FINANCIAL_FIELDS, ("ChecksCredit",)),
    ("paymentTerm", "id,code,displayName,dueDateCalculation", ("PullsCustomers", "ChecksCredit")),
    (
        "generalLedgerSetup",
        "localCurrencyCode,allowPostingFrom,allowPostingTo",
        ("PullsProducts", "PullsPrices", "PullsCustomers", "ChecksCredit"),
    ),
    (
        "customerPayment",
        "id,customerId,postingDate,externalDocumentNumber,amount,description,comment",
        ("RecordsPayments",),
    ),
)
# The same by the page of the companion extension that has them.
EXTENSION: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "orders": (
        (
            "portalOrder",
            "id,number,externalDocumentNumber,isReleased,wasReleased,isDeleted,isPosted,"
            "isTouched,createdDateTime,lastModifiedDateTime",
            _EVERYTHING,
        ),
    ),
    "prices": (
        (
            "portalPriceLine",
            "id,priceListCode,priceListDescription,status,sourceType,sourceNumber,sourceId,"
            "itemId,variantId,unitOfMeasureCode,baseUnitOfMeasureCode,minimumQuantity,"
            "currencyCode,unitPrice,priceIncludesTax,lineDiscountPercent,allowLineDiscount,"
            "startingDate,endingDate,lastModifiedDateTime",
            ("PullsPrices", "QuotesPrices"),
        ),
    ),
    "stock": (
        (
            "portalStockLevel",
            "itemId,itemNumber,variantId,variantCode,locationCode,locationName,inventory,"
            "reservedQuantity,quantityOnPurchaseOrders,expectedReceiptDate,"
            "baseUnitOfMeasureCode",
            ("PullsStock",),
        ),
    ),
    "customers": (
        (
            "portalCustomer",
            "id,priceGroupCode,discountGroupCode,discountGroupName,isTaxExempt,"
            "outstandingOrders,shippedNotInvoiced",
            ("PullsCustomers", "ChecksCredit", "QuotesPrices"),
        ),
    ),
    "shipments": (
        (
            "portalShipment",
            "number,shippingAgentName,packageTrackingNumber,trackingUrl",
            ("TracksOrders",),
        ),
        (
            "portalReturnLine",
            "number,orderNumber,postingDate,description2,quantity",
            ("TracksOrders",),
        ),
    ),
}


class Described(BcPart):
    """Implements `DescribesFields`."""

    def used_fields(self) -> Sequence[UsedField]:
        wanted = [(self.described(), _STANDARD)]
        if self.settings.extension_pages:
            pages = [EXTENSION[name] for name in sorted(self.settings.extension_pages)]
            entries = tuple(entry for page in pages for entry in page)
            wanted.append((self.described(self.settings.extension_api), entries))
        found: dict[tuple[str, str], UsedField] = {}
        for described, entries in wanted:
            for one in _fields(described, entries):
                known = found.get((one.entity, one.name))
                ports = {*one.needed_by, *(known.needed_by if known else ())}
                served = tuple(sorted(port for port in ports if self.serves(port)))
                if served:
                    found[one.entity, one.name] = UsedField(
                        entity=one.entity, name=one.name, type=one.type, needed_by=served
                    )
        return tuple(found.values())

    def serves(self, port: str) -> bool:
        """Whether this adapter has the port of that name."""
        return port != "QuotesPrices" or hasattr(self, "quote_prices")

    def described(self, api: str = "v2.0") -> Fields:
        """Type by field name, by entity."""
        return parse_metadata(self.client.text(f"{self.client.environment}/{api}/$metadata"))


def parse_metadata(text: str) -> Fields:
    """The properties of all entity types of a description in EDMX. Pure."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # never sent, and a way to eat memory
        raise Unavailable("The description of the API holds what does not belong there.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities, see above
    except ElementTree.ParseError as exc:
        raise Unavailable("The description of the API cannot be read.") from exc
    found: dict[str, dict[str, str]] = {}
    for kind in root.iter():
        if kind.tag.rpartition("}")[2] != "EntityType":
            continue
        properties = [one for one in kind if one.tag.rpartition("}")[2] == "Property"]
        found[kind.get("Name", "")] = {one.get("Name", ""): _type(one) for one in properties}
    return found


def _type(one: ElementTree.Element) -> str:
    bounds = [one.get(name) for name in ("MaxLength", "Precision", "Scale")]
    told = ",".join(bound for bound in bounds if bound)
    name = (one.get("Type") or "").removeprefix("Edm.")
    return f"{name}({told})" if told else name


def _fields(
    described: Fields, entries: Sequence[tuple[str, str, tuple[str, ...]]]
) -> Iterable[UsedField]:
    for entity, names, ports in entries:
        for name in names.split(","):
            yield UsedField(
                entity=entity,
                name=name,
                type=described.get(entity, {}).get(name, ""),
                needed_by=ports,
            )
