""" "Test connection" says what is missing, in sentences."""

from integrations import ports
from integrations.adapters import spec
from integrations.records import Check
from tests.adapters.odoo.office import API_KEY, Office


def failed(office: Office, **settings: str) -> dict[str, Check]:
    report = office.adapter(settings=office.settings(**settings)).test()
    return {check.name: check for check in report.checks if not check.ok}


def test_well_set_up_connection_passes(office: Office) -> None:
    report = office.adapter().test()

    assert report.is_ok, [check for check in report.checks if not check.ok]
    assert report.version == f"{office.erp.store.version}.0"
    details = " ".join(check.detail for check in report.checks)
    assert "Signed in as portal." in details
    assert "Northwind Parts, USD." in details


def test_hints_of_good_checks_are_about_what_comes(office: Office) -> None:
    report = office.adapter(settings=office.settings(rounding_product_ref="")).test()

    assert report.is_ok
    hints = {check.name: check.hint for check in report.checks if check.hint}
    assert set(hints) == {"rounding_product", "api_key"}
    assert "waits for a person" in hints["rounding_product"]


def test_nothing_is_written_by_a_test(office: Office) -> None:
    office.adapter().test()

    writing = ("*.load", "*.create", "*.write", "*.message_post", "*.action_*")
    assert not any(office.erp.worked(name) for name in writing)


def test_test_stops_at_the_first_closed_door(office: Office) -> None:
    office.erp.expire_key(API_KEY)

    report = office.adapter().test()

    assert [check.name for check in report.checks if not check.ok] == ["signed_in"]
    assert report.checks[-1].name == "signed_in"


def test_database_that_is_away_is_told(office: Office) -> None:
    office.erp.is_database_up = False

    assert "database_up" in failed(office)


def test_server_that_is_down_is_told(office: Office) -> None:
    office.erp.stop()

    report = office.adapter().test()

    assert not report.is_ok
    assert report.checks[-1].hint or report.checks[-1].detail


def test_missing_right_names_the_group(office: Office) -> None:
    office.erp.sign_in_as(
        API_KEY, uid=office.erp.service_uid, login="portal", rights={"account.move": ""}
    )

    missing = failed(office)["may_read:account.move"]

    assert "Accounting / Read-only" in missing.hint


def test_pricelist_of_another_currency_is_told(office: Office) -> None:
    found = failed(office, pricelists=f"EUR={office.yen}, USD=999")

    assert found["pricelist:EUR"].detail == "Yen is in JPY."
    assert found["pricelist:USD"].detail == "There is no active pricelist 999."


def test_rounding_product_must_be_a_service(office: Office) -> None:
    found = failed(office, rounding_product_ref=str(office.bolt), shipping_product_ref="999")

    assert set(found) == {"rounding_product", "shipping_product"}


def test_unknown_warehouse_is_told(office: Office) -> None:
    assert set(failed(office, warehouse_id="77")) == {"warehouse"}


# ---------------------------------------------------------------- rounding


def test_rounding_follows_the_company(office: Office) -> None:
    globally = office.adapter().rounding_profile()
    office.erp.set_rounding("round_per_line")
    per_line = office.adapter().rounding_profile()

    assert (globally.per, per_line.per) == ("total", "line")
    assert (globally.quantity_digits, globally.unit_price_digits) == (2, None)


def test_rounding_may_be_overridden(office: Office) -> None:
    profile = office.adapter(settings=office.settings(tax_rounding="line")).rounding_profile()

    assert profile.per == "line"


# ---------------------------------------------------------------- abilities


def test_adapter_serves_every_port_of_an_erp(office_19: Office) -> None:
    adapter = office_19.adapter()

    for port in (
        ports.PullsProducts,
        ports.PushesOrders,
        ports.RecordsPayments,
        ports.TracksOrders,
        ports.ProposesRounding,
        ports.TestsConnection,
    ):
        assert isinstance(adapter, port)
    assert adapter.enforces_key


def test_spec_knows_what_a_connection_needs() -> None:
    problems = spec("odoo").problems({"protocol": "xmlrpc"}, {})

    assert len(problems) == 4  # database, pricelists, protocol, api_key
