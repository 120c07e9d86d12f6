"""docs/erps/abilities.md says of each ERP what its adapter can, and why where it cannot."""

import re

from integrations import ports
from integrations.ports import erp
from tests.contract.abilities_page import section, table
from tests.contract.office import Office

PORTS: dict[str, type] = {
    "Products": erp.PullsProducts,
    "Prices": erp.PullsPrices,
    "Stock": erp.PullsStock,
    "Customers": erp.PullsCustomers,
    "Price quotes": erp.QuotesPrices,
    "Credit": erp.ChecksCredit,
    "Orders": erp.PushesOrders,
    "Finds doubles": erp.ListsOrders,
    "Progress": erp.TracksOrders,
    "Payments": erp.RecordsPayments,
    "Rounding": erp.ProposesRounding,
    "Test": ports.TestsConnection,
    "Fields": erp.DescribesFields,
    "Invoice PDF": erp.PrintsInvoices,
}


def _reasons(kind: str) -> dict[str, str]:
    """Reason by ability, out of the ERP's own section."""
    return dict(re.findall(r"^- ([\w ]+): (.+)$", section(kind), re.MULTILINE))


def test_table_tells_what_the_adapter_can(office: Office) -> None:
    kind, adapter = office.kind, office.adapter()
    told = table(section("")).get(kind)
    assert told is not None, f"docs/erps/abilities.md has no line for {kind}"

    for ability, port in PORTS.items():
        answer, can = told[ability].rstrip("*"), isinstance(adapter, port)
        assert answer in {"yes", "degraded", "no"}, f"{kind}, {ability}: {answer!r}"
        assert (answer != "no") == can, f"{kind}, {ability}: told {answer!r}, but it can: {can}"


def test_what_is_not_there_or_less_has_a_reason(office: Office) -> None:
    told, reasons = table(section(""))[office.kind], _reasons(office.kind)

    short = {ability for ability, answer in told.items() if answer.rstrip("*") != "yes"}

    assert short == set(reasons), "each needs one line: - Ability: reason"


def test_what_nobody_verified_is_marked_and_named(office: Office) -> None:
    told = table(section(""))[office.kind]
    named = re.findall(r"^- \*([\w ]+): .+$", section(office.kind), re.MULTILINE)

    assert {ability for ability, answer in told.items() if answer.endswith("*")} == set(named)


def test_every_port_is_in_the_table() -> None:
    named = {
        value
        for value in vars(erp).values()
        if isinstance(value, type) and getattr(value, "_is_protocol", False)
    }

    assert named - {erp.Protocol} == set(PORTS.values()) - {ports.TestsConnection}
