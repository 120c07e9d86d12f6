"""What SAP remarks on an order that it takes, as operators read it."""

import pytest

from integrations.models import StateChange
from tests.adapters.sap.sales import Sales
from tests.contract.world import opened_world


@pytest.mark.django_db(transaction=True)
def test_remark_stands_in_the_history_of_the_order(sales: Sales) -> None:
    least = sales.office.company.sales_data("TAPE-5M")
    assert least is not None
    least["MinimumOrderQuantity"] = 10

    with opened_world(sales.office) as world:
        order_id = world.place(("TAPE-5M", 2))
        world.settle()
        order = world.order(order_id)

    assert order.state == "confirmed"
    notes = StateChange.objects.filter(subject="order", subject_id=order.pk)
    assert [one for one in notes if "Minimum order quantity of 10" in one.reason]
