"""Condition records: what a price is, whom it is for, and its scale."""

from integrations.adapters.sap.fields.used import PRICES, PRICING, UsedEntity

CONDITION = UsedEntity(
    service=PRICES,
    set="A_SlsPrcgConditionRecord",
    ports=("PullsPrices", *PRICING),
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
    ports=("PullsPrices", "PullsProducts", *PRICING),
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
    ports=("PullsPrices", *PRICING),
    text="""
        ConditionScaleLine S4 r
        ConditionScaleQuantity N15.3 r
        ConditionRateValue N12.3 r
    """,
)
