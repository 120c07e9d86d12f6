"""Deliveries, billing documents and returns."""

from integrations.adapters.sap.fields.used import (
    BILLING,
    DELIVERIES,
    PUSH,
    RETURNS,
    TRACK,
    UsedEntity,
)

DELIVERY = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryHeader",
    ports=TRACK,
    navigations=("to_DeliveryDocumentPartner", "to_HandlingUnitHeaderDelivery"),
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
DELIVERY_PARTNER = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryPartner",
    ports=TRACK,
    navigations=("to_Address2",),
    text="""
        PartnerFunction S2 r
        Supplier S10 r
    """,
)
DELIVERY_ADDRESS = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryAddress2",
    ports=TRACK,
    text="BusinessPartnerName1 S40 r",
)
HANDLING_UNIT = UsedEntity(
    service=DELIVERIES,
    set="A_HandlingUnitHeaderDelivery",
    ports=TRACK,
    text="HandlingUnitExternalId S20 r",
)
DELIVERY_ITEM = UsedEntity(
    service=DELIVERIES,
    set="A_OutbDeliveryItem",
    ports=PUSH,
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
    ports=PUSH,
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
    ports=TRACK,
    text="""
        CustomerReturn S10 rf
        CustomerReturnItem S6 r
        RequestedQuantity N15.3 r
        SDDocumentRejectionStatus S1 r
    """,
)
