"""What people do in production: make to order, release, finish; what SAP remarks on an order."""

from datetime import timedelta
from typing import Any

from integrations.adapters.sap.sandbox.staff import Staff
from integrations.adapters.sap.sandbox.store import Row


class Making(Staff):
    def make_to_order(self, order: str, item: str, *, days: int = 14) -> str:
        """A production order for an item of a sales order, not yet released."""
        self.start_range("production", 1000000)
        number = self.next_number("production")
        line = self.item(order, item)
        self.store.add(
            "A_ProductionOrder_2",
            ManufacturingOrder=number,
            SalesOrder=order,
            SalesOrderItem=item.zfill(6),  # other services than sales pad it
            Material=line["Material"],
            TotalQuantity=line["RequestedQuantity"],
            OrderIsCreated="X",
            MfgOrderScheduledEndDate=self.today() + timedelta(days=days),
            LastChangeDateTime=self._stamp(),
        )
        return number

    def release_production(self, number: str) -> Row:
        return self.change_production(number, OrderIsReleased="X", OrderIsCreated="")

    def finish_production(self, number: str) -> Row:
        return self.change_production(number, OrderIsDelivered="X")

    def change_production(self, number: str, **changes: Any) -> Row:
        found = self.store.one("A_ProductionOrder_2", ManufacturingOrder=number)
        found.update(changes, LastChangeDateTime=self._stamp())
        return found

    def _stamp(self) -> str:
        return self.now().strftime("%Y%m%d%H%M%S")

    def remark_on(self, order: Row) -> str:
        """Recorded: an order below a minimum quantity is taken, with a remark."""
        for item in self.items(order):
            data = self.sales_data(item["Material"])
            if data and item["RequestedQuantity"] < data["MinimumOrderQuantity"]:
                least = data["MinimumOrderQuantity"]
                return f"Minimum order quantity of {least:f} has not been reached"
        return ""
