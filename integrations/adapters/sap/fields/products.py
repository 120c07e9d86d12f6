"""Materials and their stock."""

from integrations.adapters.sap.fields.used import PRICING, PRODUCTS, STOCK, UsedEntity

PRODUCT = UsedEntity(
    service=PRODUCTS,
    set="A_Product",
    ports=("PullsProducts", *PRICING),
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
