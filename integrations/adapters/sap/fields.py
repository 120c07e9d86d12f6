"""Every property that this adapter sends or reads, with the type it takes it to have.

The one place: what is selected is taken from here, and a connection test, the list of used
fields and the check against SAP's own service descriptions all go by it.

A line is `name type uses`. Types: S10 a text of up to 10 characters (S: of any length), N16.3 a
decimal of 16 digits, 3 of them after the point, D a day, T a moment, H a time of day, B yes or no.
Uses: r read, c sent when it is made, u sent when it is changed, f filtered by, o sorted by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORDERS = "API_SALES_ORDER_SRV"
SIMULATION = "API_SALES_ORDER_SIMULATION_SRV"
PRODUCTS = "API_PRODUCT_SRV"
PRICES = "API_SLSPRICINGCONDITIONRECORD_SRV"
STOCK = "API_MATERIAL_STOCK_SRV"
AVAILABILITY = "API_PRODUCT_AVAILY_INFO_BASIC"
PARTNERS = "API_BUSINESS_PARTNER"
DELIVERIES = "API_OUTBOUND_DELIVERY_SRV;v=0002"
BILLING = "API_BILLING_DOCUMENT_SRV"
RETURNS = "API_CUSTOMER_RETURN_SRV"
CREDIT = "API_CRDTMBUSINESSPARTNER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    name: str
    type: str
    uses: str


@dataclass(frozen=True, kw_only=True)
class UsedEntity:
    """`set` of `service`, the ports that stop without it, its properties and navigations."""

    service: str
    set: str
    ports: tuple[str, ...]
    text: str
    navigations: tuple[str, ...] = ()
    fields: Mapping[str, Used] = field(init=False)

    def __post_init__(self) -> None:
        parts = (line.split() for line in self.text.splitlines() if line.strip())
        found = {name: Used(name=name, type=type_, uses=uses) for name, type_, uses in parts}
        object.__setattr__(self, "fields", found)

    @property
    def read(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields.values() if "r" in one.uses)

    def under(self, navigation: str) -> tuple[str, ...]:
        """What is read of it, as seen from an entity that expands it."""
        return tuple(f"{navigation}/{name}" for name in self.read)


_PUSH = ("PushesOrders", "TracksOrders")
_TRACK = ("TracksOrders",)
_PRICING = ("QuotesPrices",)

ORDER = UsedEntity(
    service=ORDERS,
    set="A_SalesOrder",
    ports=(*_PUSH, "ListsOrders"),
    navigations=("to_Item", "to_Partner", "to_Text", "to_RelatedObject"),
    text="""
        SalesOrder S10 rfo
        SalesOrderType S4 c
        SalesOrganization S4 rcf
        DistributionChannel S2 c
        OrganizationDivision S2 c
        SoldToParty S10 rcf
        PurchaseOrderByCustomer S35 rcf
        PurchaseOrderByShipToParty S35 rcu
        CustomerPurchaseOrderDate D c
        TransactionCurrency S5 rc
        DeliveryBlockReason S2 rcu
        TotalNetAmount N16.3 r
        CreationDate D rf
        LastChangeDateTime T rf
        OverallSDProcessStatus S1 rf
        OverallDeliveryStatus S1 r
        OverallSDDocumentRejectionSts S1 r
        TotalCreditCheckStatus S1 r
        CustomerPaymentTerms S4 rc
    """,
)
ITEM = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderItem",
    ports=_PUSH,
    navigations=("to_PricingElement", "to_ScheduleLine", "to_RelatedObject", "to_Text"),
    text="""
        SalesOrder S10 r
        SalesOrderItem S6 rc
        SalesOrderItemText S40 rc
        PurchaseOrderByCustomer S35 rc
        PurchaseOrderByShipToParty S35 rcu
        UnderlyingPurchaseOrderItem S6 c
        Material S40 rcu
        RequestedQuantity N15.3 rcu
        RequestedQuantityUnit S3 rc
        NetAmount N16.3 r
        TaxAmount N14.3 r
        ProductTaxClassification1 S1 rcu
        ProductTaxClassification2 S1 rcu
        ProductTaxClassification3 S1 rcu
        SalesDocumentRjcnReason S2 ru
        DeliveryStatus S1 r
        ConfdDelivQtyInOrderQtyUnit N15.3 r
    """,
)
PRICE_ELEMENT = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderItemPrElement",
    ports=_PUSH,
    text="""
        SalesOrder S10 r
        SalesOrderItem S6 r
        PricingProcedureStep S3 r
        PricingProcedureCounter S3 r
        ConditionType S4 rc
        ConditionRateValue N24.9 rcu
        ConditionCurrency S5 rcu
        ConditionQuantity N5.0 rcu
        ConditionQuantityUnit S3 rcu
        ConditionInactiveReason S1 r
    """,
)
SCHEDULE_LINE = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderScheduleLine",
    ports=_TRACK,
    text="""
        ScheduleLine S4 r
        ConfirmedDeliveryDate D r
        ConfdOrderQtyByMatlAvailCheck N13.3 r
    """,
)
ORDER_PARTNER = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderHeaderPartner",
    ports=("PushesOrders",),
    navigations=("to_Address",),
    text="""
        PartnerFunction S2 rc
        Customer S10 rc
    """,
)
ORDER_ADDRESS = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderPartnerAddress",
    ports=("PushesOrders",),
    text="""
        PartnerFunction S2 r
        AddressRepresentationCode S1 r
        CorrespondenceLanguage S2 c
        OrganizationName1 S40 rcu
        OrganizationName2 S40 rcu
        StreetName S60 rcu
        StreetSuffixName1 S40 rcu
        PostalCode S10 rcu
        CityName S40 rcu
        Region S3 rcu
        Country S3 rcu
        PhoneNumber S30 rcu
    """,
)
ORDER_TEXT = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderText",
    ports=("PushesOrders", "RecordsPayments"),
    text="""
        Language S2 rc
        LongTextID S4 rc
        LongText S rcu
    """,
)
ITEM_TEXT = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderItemText",
    ports=("PushesOrders",),
    text="""
        Language S2 c
        LongTextID S4 c
        LongText S c
    """,
)
_RELATED = """
    SDDocumentRelatedObjectType S5 c
    SDDocRelatedObjectSystem S60 c
    SDDocRelatedObjectReference1 S60 rcf
    SDDocRelatedObjectReference2 S60 rc
"""
ORDER_OBJECT = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderRelatedObject",
    ports=("PushesOrders",),
    text=f"SalesOrder S10 r\n{_RELATED}",
)
ITEM_OBJECT = UsedEntity(
    service=ORDERS, set="A_SalesOrderItemRelatedObject", ports=_PUSH, text=_RELATED
)
FLOW = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderItmSubsqntProcFlow",
    ports=_TRACK,
    text="""
        SalesOrder S10 rf
        SalesOrderItem S6 r
        SubsequentDocument S10 r
        SubsequentDocumentItem S6 r
        SubsequentDocumentCategory S4 r
        SubsqntDocItmPrecdgDocument S10 r
        SubsqntDocItmPrecdgDocCategory S4 r
        CreationDate D r
    """,
)
DELIVERY = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryHeader",
    ports=_TRACK,
    text="""
        DeliveryDocument S10 rfo
        SDDocumentCategory S4 r
        ActualGoodsMovementDate D r
        OverallGoodsMovementStatus S1 r
        BillOfLading S35 r
        CreationDate D rf
        LastChangeDate D rf
    """,
)
DELIVERY_ITEM = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryItem",
    ports=_PUSH,
    text="""
        DeliveryDocument S10 rf
        DeliveryDocumentItem S6 r
        ActualDeliveryQuantity N13.3 r
        GoodsMovementStatus S1 r
        ReferenceSDDocument S10 rf
        ReferenceSDDocumentItem S6 r
    """,
)
BILL = UsedEntity(
    service=BILLING,
    set="A_BillingDocument",
    ports=("TracksOrders", "ChecksCredit"),
    text="""
        BillingDocument S10 rfo
        SDDocumentCategory S4 r
        BillingDocumentDate D r
        LastChangeDateTime T rf
        BillingDocumentIsCancelled B r
        TotalGrossAmount N17.3 r
        TransactionCurrency S5 r
        CustomerPaymentTerms S4 r
        PayerParty S10 f
        AccountingPostingStatus S1 r
        InvoiceClearingStatus S1 rf
    """,
)
BILL_ITEM = UsedEntity(
    service=BILLING,
    set="A_BillingDocumentItem",
    ports=_PUSH,
    navigations=("to_BillingDocument",),
    text="""
        BillingDocument S10 rf
        BillingQuantity N13.3 r
        SalesDocument S10 rf
        SalesDocumentItem S6 r
        OriginSDDocument S10 r
    """,
)
RETURN_ITEM = UsedEntity(
    service=RETURNS,
    set="A_CustomerReturnItem",
    ports=_TRACK,
    text="""
        CustomerReturn S10 rf
        CustomerReturnItem S6 r
        RequestedQuantity N15.3 r
        SDDocumentRejectionStatus S1 r
    """,
)
PRODUCT = UsedEntity(
    service=PRODUCTS,
    set="A_Product",
    ports=("PullsProducts", *_PRICING),
    navigations=(
        "to_Description",
        "to_SalesDelivery",
        "to_ProductBasicText",
        "to_ProductUnitsOfMeasure",
    ),
    text="""
        Product S40 rfo
        ProductGroup S9 r
        BaseUnit S3 r
        CrossPlantStatus S2 r
        IsMarkedForDeletion B r
        ProductStandardID S18 r
        GrossWeight N13.3 r
        WeightUnit S3 r
        LastChangeDateTime T rf
    """,
)
PRODUCT_TEXT = UsedEntity(
    service=PRODUCTS,
    set="A_ProductDescription",
    ports=("PullsProducts",),
    text="""
        Language S2 r
        ProductDescription S40 r
    """,
)
PRODUCT_LONG_TEXT = UsedEntity(
    service=PRODUCTS,
    set="A_ProductBasicText",
    ports=("PullsProducts",),
    text="""
        Language S2 r
        LongText S r
    """,
)
PRODUCT_UNIT = UsedEntity(
    service=PRODUCTS,
    set="A_ProductUnitsOfMeasure",
    ports=("PullsProducts", "PullsPrices"),
    text="""
        AlternativeUnit S3 r
        QuantityNumerator N5.0 r
        QuantityDenominator N5.0 r
    """,
)
SALES_DATA = UsedEntity(
    service=PRODUCTS,
    set="A_ProductSalesDelivery",
    ports=("PullsProducts", "PullsStock", "PushesOrders"),
    text="""
        Product S40 rfo
        ProductSalesOrg S4 rf
        ProductDistributionChnl S2 rf
        ProductSalesStatus S2 r
        SalesMeasureUnit S3 r
        IsMarkedForDeletion B r
    """,
)
CONDITION = UsedEntity(
    service=PRICES,
    set="A_SlsPrcgConditionRecord",
    ports=("PullsPrices", *_PRICING),
    navigations=("to_SlsPrcgCndnRecdValidity", "to_SlsPrcgCndnRecordScale"),
    text="""
        ConditionRecord S10 rfo
        ConditionType S4 rf
        ConditionCalculationType S1 r
        ConditionRateValue N12.3 r
        ConditionRateValueUnit S5 r
        ConditionQuantity N5.0 r
        ConditionQuantityUnit S3 r
        ConditionIsDeleted B r
        ConditionReleaseStatus S1 r
        LastChangeDateTime T rf
    """,
)
VALIDITY = UsedEntity(
    service=PRICES,
    set="A_SlsPrcgCndnRecdValidity",
    ports=("PullsPrices", "PullsProducts", *_PRICING),
    navigations=("to_SlsPrcgConditionRecord",),
    text="""
        ConditionRecord S10 rfo
        ConditionType S4 rf
        ConditionValidityStartDate D rf
        ConditionValidityEndDate D rf
        SalesOrganization S4 rf
        DistributionChannel S2 rf
        Material S40 rf
        Customer S10 r
        CustomerPriceGroup S2 r
        PriceListType S2 r
        ConditionReleaseStatus S1 r
    """,
)
SCALE = UsedEntity(
    service=PRICES,
    set="A_SlsPrcgCndnRecordScale",
    ports=("PullsPrices", *_PRICING),
    text="""
        ConditionScaleLine S4 r
        ConditionScaleQuantity N15.3 r
        ConditionRateValue N12.3 r
    """,
)
STOCK_ROW = UsedEntity(
    service=STOCK,
    set="A_MatlStkInAcctMod",
    ports=("PullsStock",),
    text="""
        Material S40 rf
        Plant S4 rf
        InventorySpecialStockType S1 rf
        InventoryStockType S2 rf
        MaterialBaseUnit S3 r
        MatlWrhsStkQtyInMatlBaseUnit N31.14 r
    """,
)
PARTNER = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartner",
    ports=("PullsCustomers",),
    navigations=("to_BusinessPartnerAddress", "to_BusinessPartnerContact"),
    text="""
        BusinessPartner S10 rf
        Customer S10 rf
        BusinessPartnerFullName S81 r
        BusinessPartnerIsBlocked B r
        IsMarkedForArchiving B r
        LastChangeDate D r
        LastChangeTime H r
    """,
)
ADDRESS = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartnerAddress",
    ports=("PullsCustomers",),
    navigations=("to_EmailAddress", "to_PhoneNumber"),
    text="""
        AddressID S10 r
        StreetName S60 r
        HouseNumber S10 r
        StreetSuffixName S40 r
        PostalCode S10 r
        CityName S40 r
        Region S3 r
        Country S3 r
    """,
)
EMAIL = UsedEntity(
    service=PARTNERS,
    set="A_AddressEmailAddress",
    ports=("PullsCustomers",),
    text="EmailAddress S241 r",
)
PHONE = UsedEntity(
    service=PARTNERS,
    set="A_AddressPhoneNumber",
    ports=("PullsCustomers",),
    text="PhoneNumber S30 r",
)
CONTACT = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartnerContact",
    ports=("PullsCustomers",),
    navigations=("to_ContactRelationship",),
    text="BusinessPartnerPerson S10 r",
)
CONTACT_WAY = UsedEntity(
    service=PARTNERS,
    set="A_BPContactToFuncAndDept",
    ports=("PullsCustomers",),
    text="""
        EmailAddress S241 r
        PhoneNumber S30 r
    """,
)
CUSTOMER = UsedEntity(
    service=PARTNERS,
    set="A_Customer",
    ports=("PullsCustomers", "ChecksCredit"),
    text="""
        Customer S10 rf
        CustomerName S80 r
        OrderIsBlockedForCustomer S2 r
        DeletionIndicator B r
        VATRegistration S20 r
        TaxNumber1 S16 r
    """,
)
SALES_AREA = UsedEntity(
    service=PARTNERS,
    set="A_CustomerSalesArea",
    ports=("PullsCustomers", "ChecksCredit", *_PRICING),
    navigations=("to_PartnerFunction", "to_SalesAreaTax"),
    text="""
        Customer S10 rfo
        SalesOrganization S4 rf
        DistributionChannel S2 rf
        Division S2 rf
        Currency S5 r
        CustomerPriceGroup S2 r
        PriceListType S2 r
        CustomerPaymentTerms S4 r
        OrderIsBlockedForCustomer S2 r
        DeletionIndicator B r
    """,
)
PARTNER_FUNCTION = UsedEntity(
    service=PARTNERS,
    set="A_CustSalesPartnerFunc",
    ports=("PullsCustomers",),
    text="""
        PartnerFunction S2 r
        BPCustomerNumber S10 r
    """,
)
AREA_TAX = UsedEntity(
    service=PARTNERS,
    set="A_CustomerSalesAreaTax",
    ports=("PullsCustomers",),
    text="CustomerTaxClassification S1 r",
)
CREDIT_ACCOUNT = UsedEntity(
    service=CREDIT,
    set="CreditManagementAccount",
    ports=("ChecksCredit",),
    text="""
        BusinessPartner S10 r
        CreditSegment S10 r
        CreditAccountIsBlocked B r
        CreditLimitAmount N15.2 r
        CreditLimitIsZero B r
        CreditSegmentCurrency S5 r
    """,
)
SIMULATED = UsedEntity(
    service=SIMULATION,
    set="A_SalesOrderSimulation",
    ports=_PRICING,
    navigations=("to_Item", "to_Pricing"),
    text="""
        SalesOrderType S4 c
        SalesOrganization S4 c
        DistributionChannel S2 c
        OrganizationDivision S2 c
        SoldToParty S10 c
        TransactionCurrency S5 c
        PricingDate D c
    """,
)
SIMULATED_ITEM = UsedEntity(
    service=SIMULATION,
    set="A_SalesOrderItemSimulation",
    ports=_PRICING,
    navigations=("to_ScheduleLine", "to_PricingElement"),
    text="""
        SalesOrderItem S6 rc
        Material S40 c
        RequestedQuantity N15.3 rc
        RequestedQuantityUnit S3 r
        NetAmount N16.3 r
        ConfdDelivQtyInOrderQtyUnit N15.3 r
        TransactionCurrency S5 r
    """,
)
SIMULATED_ELEMENT = UsedEntity(
    service=SIMULATION,
    set="A_SalesOrderItmPrcgElmntSimln",
    ports=_PRICING,
    text="""
        ConditionType S4 r
        ConditionCalculationType S3 r
        ConditionRateValue N24.9 r
        ConditionQuantity N5.0 r
        ConditionCurrency S5 r
        ConditionClass S1 r
        ConditionIsForStatistics B r
        ConditionInactiveReason S1 r
    """,
)
SIMULATED_SCHEDULE = UsedEntity(
    service=SIMULATION,
    set="A_SalesOrderScheduleLineSimln",
    ports=_PRICING,
    text="""
        ConfirmedDeliveryDate D r
        ConfdOrderQtyByMatlAvailCheck N13.3 r
    """,
)

ENTITIES: tuple[UsedEntity, ...] = tuple(
    one for one in list(globals().values()) if isinstance(one, UsedEntity)
)
SERVICES = tuple(dict.fromkeys(one.service for one in ENTITIES))
