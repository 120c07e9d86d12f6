"""The sets of deliveries, billing documents and returns, and all services together."""

from integrations.adapters.sap.sandbox.schema import Kind, kind
from integrations.adapters.sap.sandbox.schema_master import (
    PRICE_SETS,
    PRODUCT_SETS,
    STOCK_SETS,
)
from integrations.adapters.sap.sandbox.schema_orders import ORDER_SETS
from integrations.adapters.sap.sandbox.schema_partners import CREDIT_SETS, PARTNER_SETS
from integrations.adapters.sap.sandbox.schema_simulation import SIMULATION_SETS

DELIVERY_SETS = (
    kind(
        """
        A_OutbDeliveryHeader
        DeliveryDocument S10 k
        SDDocumentCategory S4
        ShipToParty S10
        SoldToParty S10
        CreationDate D
        LastChangeDate D
        DeliveryDate D
        ActualGoodsMovementDate D
        OverallGoodsMovementStatus S1
        OverallPickingStatus S1
        BillOfLading S35
        DeliveryVersion S4 e
        """,
        navs="""
        to_DeliveryDocumentPartner many A_OutbDeliveryPartner DeliveryDocument=SDDocument
        to_HandlingUnitHeaderDelivery many A_HandlingUnitHeaderDelivery DeliveryDocument
        """,
    ),
    kind(
        """
        A_OutbDeliveryPartner
        PartnerFunction S2 kn
        SDDocument S10 kn
        Supplier S10 n
        Customer S10 n
        """,
        navs="to_Address2 one A_OutbDeliveryAddress2 SDDocument=DeliveryDocument PartnerFunction",
        addressable=False,
    ),
    kind(
        """
        A_OutbDeliveryAddress2
        DeliveryDocument S10 kn
        PartnerFunction S2 kn
        BusinessPartnerName1 S40 n
        CityName S40 n
        """
    ),
    kind(
        """
        A_HandlingUnitHeaderDelivery
        HandlingUnitInternalId S10 kn
        DeliveryDocument S10 n
        HandlingUnitExternalId S20 n
        """,
        addressable=False,
    ),
    kind(
        """
        A_OutbDeliveryItem
        DeliveryDocument S10 k
        DeliveryDocumentItem S6 k
        Material S40
        ActualDeliveryQuantity N13.3
        DeliveryQuantityUnit S3
        GoodsMovementStatus S1
        ReferenceSDDocument S10
        ReferenceSDDocumentItem S6
        """
    ),
)
BILLING_SETS = (
    kind(
        """
        A_BillingDocument
        BillingDocument S10 k
        SDDocumentCategory S4
        BillingDocumentType S4
        BillingDocumentDate D
        CreationDate D
        LastChangeDateTime T e
        BillingDocumentIsCancelled B
        TotalNetAmount N16.3
        TaxAmount N14.3
        TotalGrossAmount N17.3
        TransactionCurrency S5
        CustomerPaymentTerms S4
        SoldToParty S10
        PayerParty S10
        AccountingPostingStatus S1
        InvoiceClearingStatus S1
        """,
        navs="to_Item many A_BillingDocumentItem BillingDocument",
    ),
    kind(
        """
        A_BillingDocumentItem
        BillingDocument S10 k
        BillingDocumentItem S6 k
        Material S40
        BillingQuantity N13.3
        NetAmount N16.3
        TaxAmount N14.3
        SalesDocument S10
        SalesDocumentItem S6
        OriginSDDocument S10
        ReferenceSDDocument S10
        """,
        navs="to_BillingDocument one A_BillingDocument BillingDocument",
    ),
)
RETURN_SETS = (
    kind(
        """
        A_CustomerReturn
        CustomerReturn S10 k
        SoldToParty S10
        ReferenceSDDocument S10
        CreationDate D
        """
    ),
    kind(
        """
        A_CustomerReturnItem
        CustomerReturn S10 k
        CustomerReturnItem S6 k
        Material S40
        RequestedQuantity N15.3
        ReferenceSDDocument S10
        ReferenceSDDocumentItem S6
        SDDocumentRejectionStatus S1
        """
    ),
)
PRODUCTION_SETS = (
    kind(
        """
        A_ProductionOrder_2
        ManufacturingOrder S12 k
        SalesOrder S10
        SalesOrderItem S6
        Material S40
        TotalQuantity N13.3
        OrderIsCreated S1
        OrderIsReleased S1
        OrderIsPartiallyReleased S1
        OrderIsDelivered S1
        OrderIsTechnicallyCompleted S1
        OrderIsClosed S1
        OrderIsDeleted S1
        OrderIsMarkedForDeletion S1
        MfgOrderScheduledEndDate D
        LastChangeDateTime S14 e
        """
    ),
)
SERVICES: dict[str, tuple[Kind, ...]] = {
    "API_SALES_ORDER_SRV": ORDER_SETS,
    "API_SALES_ORDER_SIMULATION_SRV": SIMULATION_SETS,
    "API_PRODUCT_SRV": PRODUCT_SETS,
    "API_SLSPRICINGCONDITIONRECORD_SRV": PRICE_SETS,
    "API_MATERIAL_STOCK_SRV": STOCK_SETS,
    "API_PRODUCT_AVAILY_INFO_BASIC": (),
    "API_BUSINESS_PARTNER": PARTNER_SETS,
    "API_OUTBOUND_DELIVERY_SRV": DELIVERY_SETS,
    "API_BILLING_DOCUMENT_SRV": BILLING_SETS,
    "API_CUSTOMER_RETURN_SRV": RETURN_SETS,
    "API_PRODUCTION_ORDER_2_SRV": PRODUCTION_SETS,
    "API_CRDTMBUSINESSPARTNER": CREDIT_SETS,
}
