"""The sets of products, prices and stock."""

from integrations.adapters.sap.sandbox.schema import kind

PRODUCT_SETS = (
    kind(
        """
        A_Product
        Product S40 k
        ProductType S4
        CrossPlantStatus S2
        CreationDate D x
        LastChangeDate D x
        LastChangeDateTime T x
        IsMarkedForDeletion B
        GrossWeight N13.3
        WeightUnit S3
        ProductGroup S9
        BaseUnit S3
        Division S2
        ProductStandardID S18
        YY1_Colour_PRD S20
        """,
        navs="""
        to_Description many A_ProductDescription Product
        to_ProductBasicText many A_ProductBasicText Product
        to_SalesDelivery many A_ProductSalesDelivery Product
        to_ProductUnitsOfMeasure many A_ProductUnitsOfMeasure Product
        """,
    ),
    kind(
        """
        A_ProductDescription
        Product S40 k
        Language S2 k
        ProductDescription S40
        """
    ),
    kind(
        """
        A_ProductBasicText
        Product S40 k
        Language S2 k
        LongText S
        """
    ),
    kind(
        """
        A_ProductSalesDelivery
        Product S40 k
        ProductSalesOrg S4 k
        ProductDistributionChnl S2 k
        MinimumOrderQuantity N13.3
        SupplyingPlant S4
        ProductSalesStatus S2
        SalesMeasureUnit S3
        IsMarkedForDeletion B
        """
    ),
    kind(
        """
        A_ProductUnitsOfMeasure
        Product S40 k
        AlternativeUnit S3 k
        QuantityNumerator N5.0
        QuantityDenominator N5.0
        """
    ),
)
PRICE_SETS = (
    kind(
        """
        A_SlsPrcgConditionRecord
        ConditionRecord S10 k
        ConditionTable S3
        ConditionApplication S2
        ConditionType S4
        ConditionValidityEndDate D
        ConditionValidityStartDate D
        ConditionCalculationType S1
        ConditionRateValue N12.3
        ConditionRateValueUnit S5
        ConditionRateAmount N24.9
        ConditionCurrency S5
        ConditionQuantity N5.0
        ConditionQuantityUnit S3
        ConditionIsDeleted B
        PricingScaleType S1
        PricingScaleBasis S1
        ConditionReleaseStatus S1
        LastChangeDateTime T
        ETag S40 e
        """,
        navs="""
        to_SlsPrcgCndnRecdValidity many A_SlsPrcgCndnRecdValidity ConditionRecord
        to_SlsPrcgCndnRecordScale many A_SlsPrcgCndnRecordScale ConditionRecord
        """,
    ),
    kind(
        """
        A_SlsPrcgCndnRecdValidity
        ConditionRecord S10 k
        ConditionValidityEndDate D k
        ConditionValidityStartDate D
        ConditionApplication S2
        ConditionType S4
        ConditionReleaseStatus S1
        SalesDocument S10
        SalesDocumentItem S6
        CustomerPriceGroup S2
        Customer S10
        MaterialGroup S9
        Material S40
        PriceListType S2
        SalesOrganization S4
        DistributionChannel S2
        ShippingCondition S2
        TransactionCurrency S5
        ConditionIsExclusive B
        ETag S40 e
        """,
        navs="to_SlsPrcgConditionRecord one A_SlsPrcgConditionRecord ConditionRecord",
    ),
    kind(
        """
        A_SlsPrcgCndnRecordScale
        ConditionRecord S10 k
        ConditionSequentialNumber S2 k
        ConditionScaleLine S4 k
        ConditionScaleQuantity N15.3
        ConditionScaleQuantityUnit S3
        ConditionRateValue N12.3
        ETag S40 e
        """
    ),
)
STOCK_SETS = (
    kind(
        """
        A_MatlStkInAcctMod
        Material S40 k
        Plant S4 k
        StorageLocation S4 k
        Batch S10 k
        Supplier S10 k
        Customer S10 k
        WBSElementInternalID S8 k
        SDDocument S10 k
        SDDocumentItem S6 k
        InventorySpecialStockType S1 k
        InventoryStockType S2 k
        MaterialBaseUnit S3
        MatlWrhsStkQtyInMatlBaseUnit N31.14
        """
    ),
)
