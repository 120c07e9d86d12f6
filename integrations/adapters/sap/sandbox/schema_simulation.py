"""The sets of the simulation of a sales order."""

from integrations.adapters.sap.sandbox.schema import kind

SIMULATION_SETS = (
    kind(
        """
        A_SalesOrderSimulation
        SalesOrder S10 k
        SalesOrderType S4
        SalesOrganization S4
        DistributionChannel S2
        OrganizationDivision S2
        SoldToParty S10
        TransactionCurrency S5
        PricingDate D
        RequestedDeliveryDate D
        PurchaseOrderByCustomer S35
        """,
        navs="""
        to_Item many A_SalesOrderItemSimulation
        to_Pricing one A_SalesOrderPricingSimulation
        to_Credit one A_SalesOrderCreditSimulation
        """,
        creatable=True,
    ),
    kind(
        """
        A_SalesOrderItemSimulation
        SalesOrder S10 k
        SalesOrderItem S6 k
        SalesOrderItemText S40
        Material S40
        RequestedQuantity N15.3
        RequestedQuantityUnit S3
        ConfdDelivQtyInOrderQtyUnit N15.3
        TransactionCurrency S5
        NetAmount N16.3
        TaxAmount N14.3
        Plant S4
        ZZ1_Contract_SDI S20
        """,
        navs="""
        to_ScheduleLine many A_SalesOrderScheduleLineSimln
        to_PricingElement many A_SalesOrderItmPrcgElmntSimln
        """,
    ),
    kind(
        """
        A_SalesOrderItmPrcgElmntSimln
        SalesOrder S10 k
        SalesOrderItem S6 k
        PricingProcedureStep S3 k
        PricingProcedureCounter S3 k
        ConditionType S4
        ConditionCalculationType S3
        ConditionBaseValue N24.9
        ConditionRateValue N24.9
        ConditionCurrency S5
        ConditionQuantity N5.0
        ConditionQuantityUnit S3
        ConditionIsForStatistics B
        ConditionAmount N16.3
        TransactionCurrency S5
        ConditionInactiveReason S1
        ConditionClass S1
        """
    ),
    kind(
        """
        A_SalesOrderScheduleLineSimln
        SalesOrder S10 k
        SalesOrderItem S6 k
        ScheduleLine S4 k
        RequestedDeliveryDate D
        ConfirmedDeliveryDate D
        OrderQuantityUnit S3
        ScheduleLineOrderQuantity N13.3
        ConfdOrderQtyByMatlAvailCheck N13.3
        """
    ),
    kind(
        """
        A_SalesOrderPricingSimulation
        SalesOrder S10 k
        TotalNetAmount N16.3
        TransactionCurrency S5
        """
    ),
    kind(
        """
        A_SalesOrderCreditSimulation
        SalesOrder S10 k
        TotalCreditCheckStatus S1
        """
    ),
)
