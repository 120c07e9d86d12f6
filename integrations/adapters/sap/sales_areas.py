"""The customer of an order in the connection's sales area, or which of the two is wrong."""

from integrations.adapters.sap.base import SapPart
from integrations.adapters.sap.customers_ref import customer_number, not_extended, unknown_customer
from integrations.adapters.sap.fields import CUSTOMER, PARTNERS, SALES_AREA
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.wire import Row, key, quoted
from integrations.errors import NeedsOperator


class SalesAreas(SapPart):
    def of_sales_area(self) -> str:
        """The filter for what customers have in the connection's sales area."""
        settings = self.settings
        return (
            f"SalesOrganization eq {quoted(settings.sales_organization)} and "
            f"DistributionChannel eq {quoted(settings.distribution_channel)} and "
            f"Division eq {quoted(settings.division)}"
        )

    def is_sales_area_used(self) -> bool:
        """Whether any customer has it: one that nobody has is a wrong setting."""
        query = Query(path=SALES_AREA.set, filter=self.of_sales_area(), select=("Customer",), top=1)
        return bool(self.client.rows(PARTNERS, query))

    def customer_in_area(self, customer_ref: str) -> tuple[Row, Row]:
        """Their sales data and themselves.

        Raises NeedsOperator: `unknown_customer` for one that is not there or not extended to the
        sales area, `bad_setting` where nobody is.
        """
        number = customer_number(customer_ref)
        area_key = key(
            SALES_AREA.set,
            Customer=number,
            SalesOrganization=self.settings.sales_organization,
            DistributionChannel=self.settings.distribution_channel,
            Division=self.settings.division,
        )
        area, customer = self.client.entities(
            PARTNERS,
            [
                Query(path=area_key, select=SALES_AREA.read),
                Query(path=key(CUSTOMER.set, Customer=number), select=CUSTOMER.read),
            ],
        )
        if customer is None:
            raise unknown_customer(customer_ref)
        if area is None and not self.is_sales_area_used():
            raise self._wrong_sales_area()
        if area is None:
            raise not_extended(customer_ref, self.settings.sales_area)
        return area, customer

    def _wrong_sales_area(self) -> NeedsOperator:
        return NeedsOperator(
            f"No customer in SAP has the sales area {self.settings.sales_area} of the connection.",
            reason="bad_setting",
            cause="bad_setting:sales_organization",
            hint="Correct sales organization, distribution channel and division on the "
            "connection, test it, then requeue.",
        )
