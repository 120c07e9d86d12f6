"""The sets of sales orders."""

from integrations.adapters.sap.sandbox.schema import kind

ORDER_SETS = (
    kind(
        """
        A_SalesOrder
        SalesOrder S10 k
        SalesOrderType S4
        SalesOrganization S4
        DistributionChannel S2
        OrganizationDivision S2
        SoldToParty S10
        CreationDate D x
        CreatedByUser S12 x
        LastChangeDate D x
        ExternalDocumentID S40 x
        LastChangeDateTime T xe
        PurchaseOrderByCustomer S35
        PurchaseOrderByShipToParty S35
        CustomerPurchaseOrderType S4
        CustomerPurchaseOrderDate D
        SalesOrderDate D
        TotalNetAmount N16.3 x
        OverallDeliveryStatus S1 x
        TotalBlockStatus S1 x
        OverallOrdReltdBillgStatus S1 x
        TransactionCurrency S5
        PricingDate D
        RequestedDeliveryDate D
        DeliveryBlockReason S2
        HeaderBillingBlockReason S2
        CustomerPaymentTerms S4
        AssignmentReference S18
        ReferenceSDDocument S10
        SalesDocApprovalStatus S1 x
        OverallSDProcessStatus S1 x
        TotalCreditCheckStatus S1 x
        OverallTotalDeliveryStatus S1 x
        OverallSDDocumentRejectionSts S1 x
        YY1_Region_SDH S20
        """,
        navs="""
        to_Item many A_SalesOrderItem SalesOrder
        to_Partner many A_SalesOrderHeaderPartner SalesOrder
        to_Text many A_SalesOrderText SalesOrder
        to_RelatedObject many A_SalesOrderRelatedObject SalesOrder
        """,
        creatable=True,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderItem
        SalesOrder S10 kx
        SalesOrderItem S6 k
        SalesOrderItemCategory S4
        SalesOrderItemText S40
        PurchaseOrderByCustomer S35
        PurchaseOrderByShipToParty S35
        UnderlyingPurchaseOrderItem S6
        Material S40
        RequestedQuantity N15.3
        RequestedQuantityUnit S3
        OrderQuantityUnit S3 x
        ConfdDelivQtyInOrderQtyUnit N15.3 x
        TransactionCurrency S5 x
        NetAmount N16.3 x
        TaxAmount N14.3
        ProductTaxClassification1 S1
        ProductTaxClassification2 S1
        ProductTaxClassification3 S1
        ProductionPlant S4
        SalesDocumentRjcnReason S2
        SDProcessStatus S1 x
        DeliveryStatus S1 x
        YY1_Engraving_SDI S40
        """,
        navs="""
        to_PricingElement many A_SalesOrderItemPrElement SalesOrder SalesOrderItem
        to_ScheduleLine many A_SalesOrderScheduleLine SalesOrder SalesOrderItem
        to_RelatedObject many A_SalesOrderItemRelatedObject SalesOrder SalesOrderItem
        to_Text many A_SalesOrderItemText SalesOrder SalesOrderItem
        to_SalesOrder one A_SalesOrder SalesOrder
        """,
        creatable=True,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderItemPrElement
        SalesOrder S10 kx
        SalesOrderItem S6 kx
        PricingProcedureStep S3 k
        PricingProcedureCounter S3 k
        ConditionType S4
        ConditionCalculationType S3 x
        ConditionBaseValue N24.9 x
        ConditionRateValue N24.9
        ConditionCurrency S5
        ConditionQuantity N5.0
        ConditionQuantityUnit S3
        ConditionAmount N16.3 x
        TransactionCurrency S5
        ConditionInactiveReason S1 x
        ConditionClass S1 x
        ConditionIsManuallyChanged B x
        """,
        creatable=True,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderScheduleLine
        SalesOrder S10 kx
        SalesOrderItem S6 kx
        ScheduleLine S4 k
        RequestedDeliveryDate D
        ConfirmedDeliveryDate D
        OrderQuantityUnit S3
        ScheduleLineOrderQuantity N13.3
        ConfdOrderQtyByMatlAvailCheck N13.3
        DeliveredQtyInOrderQtyUnit N13.3
        """
    ),
    kind(
        """
        A_SalesOrderHeaderPartner
        SalesOrder S10 kx
        PartnerFunction S2 k
        Customer S10
        AddressID S10
        """,
        navs="to_Address many A_SalesOrderPartnerAddress SalesOrder PartnerFunction",
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderPartnerAddress
        SalesOrder S10 k
        PartnerFunction S2 k
        AddressRepresentationCode S1 k
        CorrespondenceLanguage S2
        OrganizationName1 S40
        OrganizationName2 S40
        StreetName S60
        StreetSuffixName1 S40
        HouseNumber S10
        PostalCode S10
        CityName S40
        Region S3
        Country S3
        PhoneNumber S30
        EmailAddress S241
        """,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderText
        SalesOrder S10 kx
        Language S2 k
        LongTextID S4 k
        LongText S n
        """,
        creatable=True,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderItemText
        SalesOrder S10 kx
        SalesOrderItem S6 kx
        Language S2 k
        LongTextID S4 k
        LongText S n
        """,
        creatable=True,
        updatable=True,
    ),
    kind(
        """
        A_SalesOrderRelatedObject
        SalesOrder S10 kx
        SDDocRelatedObjectSequenceNmbr S4 kx
        SDDocumentRelatedObjectType S5
        SDDocRelatedObjectSystem S60
        SDDocRelatedObjectReference1 S60
        SDDocRelatedObjectReference2 S60
        """
    ),
    kind(
        """
        A_SalesOrderItemRelatedObject
        SalesOrder S10 kx
        SalesOrderItem S6 kx
        SDDocRelatedObjectSequenceNmbr S4 kx
        SDDocumentRelatedObjectType S5
        SDDocRelatedObjectSystem S60
        SDDocRelatedObjectReference1 S60
        SDDocRelatedObjectReference2 S60
        """
    ),
    kind(
        """
        A_SalesOrderItmSubsqntProcFlow
        SalesOrder S10 k
        SalesOrderItem S6 k
        DocRelationshipUUID G k
        SubsequentDocument S10
        SubsequentDocumentItem S6
        SubsequentDocumentCategory S4
        ProcessFlowLevel S2
        SubsqntDocItmPrecdgDocument S10
        SubsqntDocItmPrecdgDocItem S6
        SubsqntDocItmPrecdgDocCategory S4
        CreationDate D
        """
    ),
)
