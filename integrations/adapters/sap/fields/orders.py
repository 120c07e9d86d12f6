"""Sales orders, and the documents that follow them."""

from integrations.adapters.sap.fields.used import ORDERS, PUSH, TRACK, UsedEntity

ORDER = UsedEntity(
    service=ORDERS,
    set="A_SalesOrder",
    ports=(*PUSH, "ListsOrders"),
    navigations=("to_Item", "to_Partner", "to_Text", "to_RelatedObject"),
    keys=("SalesOrder",),
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
    ports=PUSH,
    navigations=("to_PricingElement", "to_ScheduleLine", "to_RelatedObject", "to_Text"),
    keys=("SalesOrder", "SalesOrderItem"),
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
    ports=PUSH,
    keys=("SalesOrder", "SalesOrderItem", "PricingProcedureStep", "PricingProcedureCounter"),
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
    ports=TRACK,
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
    keys=("SalesOrder", "PartnerFunction", "AddressRepresentationCode"),
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
    keys=("SalesOrder", "Language", "LongTextID"),
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
    service=ORDERS, set="A_SalesOrderItemRelatedObject", ports=PUSH, text=_RELATED
)
FLOW = UsedEntity(
    service=ORDERS,
    set="A_SalesOrderItmSubsqntProcFlow",
    ports=TRACK,
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
