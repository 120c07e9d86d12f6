"""The operator's page: followed step by step, it ends with a connection that works."""

import re
from pathlib import Path

import pytest

from integrations.adapters.custom.adapter import ports_of
from integrations.adapters.custom.mapping import load_mapping
from tests.adapters.custom.drafts import three_lines
from tests.adapters.custom.lab import SMALL, adapter_on, mistakes_in
from tests.contract.offices.custom import CustomOffice

PAGE = (Path(__file__).parents[3] / "docs" / "erps" / "custom.md").read_text()
STEPS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_file_is_good_after_every_step(steps: int) -> None:
    assert mistakes_in("".join(STEPS[:steps])) == ""


def test_page_leads_to_an_order_that_is_followed(plain: CustomOffice) -> None:
    text = "".join(STEPS)
    adapter = adapter_on(plain.seed.url, text, plain.seed.secrets)
    assert adapter.test().is_ok

    order = adapter.confirm_order(adapter.create_order(three_lines(plain, "order_01DOCS")).ref)
    plain.ship(order.ref, {"SAW-65": 1}, tracking="T-1")
    (stands,) = adapter.order_progress([order.ref])

    assert stands.state == "partly_shipped"
    assert stands.shipments[0].tracking_number == "T-1"
    assert {"PullsProducts", "PushesOrders", "TracksOrders"} <= set(ports_of(load_mapping(text)))


def test_fields_of_the_page_can_be_read() -> None:
    (examples,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    customer = [line for line in examples.splitlines() if not line.startswith("shipped_at")]
    section = "customers:\n  list: {path: /customers}\n  fields:\n    name: name\n    "

    assert len(customer) == 3
    assert mistakes_in(SMALL + section + "\n    ".join(customer) + "\n") == ""
