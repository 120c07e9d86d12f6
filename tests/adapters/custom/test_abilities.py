"""The sections of a mapping decide what its ERP can do, and `isinstance` tells the truth."""

import re

import pytest

from integrations import ports
from integrations.adapters.custom.adapter import ports_of
from integrations.adapters.custom.mapping import load_mapping
from tests.adapters.custom.lab import ODD, PLAIN, SMALL, adapter_on

ALWAYS = {"DescribesFields", "TestsConnection"}
BY_SECTION = {
    "products": {"PullsProducts"},
    "prices": {"PullsPrices"},
    "stock": {"PullsStock"},
    "customers": {"PullsCustomers"},
    "pricing": {"QuotesPrices"},
    "credit": {"ChecksCredit"},
    "orders": {"PushesOrders", "ProposesRounding"},
    "progress": {"TracksOrders"},
    "payments": {"RecordsPayments"},
    "invoice_pdf": {"PrintsInvoices"},
}


def only(text: str, *sections: str) -> str:
    """The mapping without the sections of abilities that are not named."""
    blocks = re.split(r"(?m)^(?=\w)", text)
    unwanted = set(BY_SECTION) - set(sections)
    return "".join(block for block in blocks if block.partition(":")[0] not in unwanted)


@pytest.mark.parametrize(
    "sections",
    [(), *((name,) for name in BY_SECTION if name not in {"progress", "payments", "invoice_pdf"}),
     ("orders", "progress"), ("orders", "payments"),
     ("orders", "progress", "invoice_pdf"), tuple(BY_SECTION)],
)  # fmt: skip
def test_mapping_serves_what_its_sections_say(sections: tuple[str, ...]) -> None:
    wanted = ALWAYS.union(*(BY_SECTION[name] for name in sections))

    assert set(ports_of(load_mapping(only(PLAIN, *sections)))) == wanted


def test_opened_adapter_serves_the_same() -> None:
    adapter = adapter_on("http://127.0.0.1:9", SMALL)

    served = {name for name in ports.__all__ if isinstance(adapter, getattr(ports, name))}

    assert served == ALWAYS


def test_reference_that_is_not_enforced_makes_doubles_be_looked_for() -> None:
    plain, odd = (load_mapping(text) for text in (PLAIN, ODD))

    assert "ListsOrders" not in ports_of(plain)
    assert "ListsOrders" in ports_of(odd)


def test_mapping_says_how_much_the_erp_guarantees() -> None:
    secrets = {"client_id": "a", "client_secret": "b", "api_key": "c"}
    plain, odd = (adapter_on("http://127.0.0.1:9", text, secrets) for text in (PLAIN, ODD))

    assert (plain.enforces_key, plain.settle_s) == (True, 2)
    assert (odd.enforces_key, odd.settle_s) == (False, 3)
