"""The simulation of a sales order. It is made only, never read: nothing of it is stored.

Held against SAP's CSN of the service (npm @sap/cloud-sdk-vdm-sales-order-simulation-service 2.1.0):
names, types and lengths; that form does not say what may be created.
"""

from integrations.adapters.sap.fields.used import PRICING, SIMULATION, UsedEntity

SIMULATED = UsedEntity(
    service=SIMULATION,
    set="A_SalesOrderSimulation",
    ports=PRICING,
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
    ports=PRICING,
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
    ports=PRICING,
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
    ports=PRICING,
    text="""
        ConfirmedDeliveryDate D r
        ConfdOrderQtyByMatlAvailCheck N13.3 r
    """,
)
