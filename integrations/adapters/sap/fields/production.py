"""Production orders that are made for an item of a sales order."""

from integrations.adapters.sap.fields.used import PRODUCTION, TRACK, UsedEntity

PRODUCTION_ORDER = UsedEntity(
    service=PRODUCTION,
    set="A_ProductionOrder_2",
    ports=TRACK,
    text="""
        ManufacturingOrder S12 rfo
        SalesOrder S10 rf
        SalesOrderItem S6 r
        OrderIsReleased S1 r
        OrderIsPartiallyReleased S1 r
        OrderIsDelivered S1 r
        OrderIsTechnicallyCompleted S1 r
        OrderIsClosed S1 r
        OrderIsDeleted S1 r
        OrderIsMarkedForDeletion S1 r
        MfgOrderScheduledEndDate D r
        LastChangeDateTime S14 f
    """,
)
