"""`TestsConnection`, `ProposesRounding`, `DescribesFields`, and refused credentials anywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations import adapters, ports
from integrations.errors import AuthFailed
from integrations.ports.erp import DescribesFields, ProposesRounding, PushesOrders
from integrations.records import TestReport
from integrations.standin import OF_FIELDS
from tests.contract.office import Office
from tests.contract.orders import able

FIELD_PORTS = (
    "PullsProducts",
    "PullsPrices",
    "PullsStock",
    "PullsCustomers",
    "QuotesPrices",
    "ChecksCredit",
    "PushesOrders",
    "TracksOrders",
)


def report_of(adapter: Any) -> TestReport:
    report: TestReport = adapter.test()
    return report


def test_connection_that_is_set_up_well_passes(office: Office) -> None:
    report = report_of(able(office, ports.TestsConnection))

    assert {check.name: check.detail for check in report.checks if not check.ok} == {}
    assert report.checks


def test_wrong_credentials_are_told_with_a_hint(office: Office) -> None:
    able(office, ports.TestsConnection)
    wrong = office.wrong_secrets()

    report = report_of(office.adapter(secrets=wrong))

    failed = [check for check in report.checks if not check.ok]
    assert failed
    assert any(check.hint for check in failed)
    assert not any(secret in repr(report) for secret in (*wrong.values(), *_secrets(office)))


def _secrets(office: Office) -> list[str]:
    return [secret for secret in office.seed.secrets.values() if len(secret) > 6]


def test_wrong_credentials_stop_every_call(office: Office) -> None:
    adapter = able(office, PushesOrders)
    del adapter

    with pytest.raises(AuthFailed):
        office.adapter(secrets=office.wrong_secrets()).find_order("order_01NEVER")


def test_clock_that_is_off_is_told(office: Office) -> None:
    able(office, ports.TestsConnection)
    office.standin.dials.set("skew", seconds=900)

    report = report_of(office.adapter())

    assert [check.name for check in report.checks if not check.ok] == ["clock"]


@pytest.mark.parametrize("fault", ["fail", "maintenance", "lose_answer", "throttle", "truncate"])
def test_erp_in_trouble_fails_the_test_and_raises_nothing(office: Office, fault: str) -> None:
    able(office, ports.TestsConnection)
    office.standin.dials.set(fault)

    report = report_of(office.adapter())

    assert any(not check.ok for check in report.checks)


@pytest.mark.parametrize(("days_left", "is_ok"), [(100, True), (10, True), (-1, False)])
def test_credentials_that_end_are_told_before(office: Office, days_left: int, is_ok: bool) -> None:
    """By the day that the operator entered: few ERPs tell it."""
    able(office, ports.TestsConnection)
    day = (datetime.now(UTC) + timedelta(days=days_left)).date().isoformat()

    report = report_of(office.adapter(settings={_expiry_setting(office): day}))

    (check,) = [one for one in report.checks if day in one.detail]
    assert check.ok is is_ok
    assert bool(check.hint) == (days_left < 14)


def test_day_that_is_none_is_refused_with_the_form_that_fits(office: Office) -> None:
    name = _expiry_setting(office)
    settings = {**office.seed.settings, name: "next spring"}

    (problem,) = adapters.spec(office.seed.kind).problems(settings, office.seed.secrets)

    assert name in problem
    assert "2027-01-31" in problem


def _expiry_setting(office: Office) -> str:
    (name,) = [one.name for one in adapters.spec(office.seed.kind).settings if one.is_expiry]
    return name


def test_rounding_is_proposed(office: Office) -> None:
    profile = able(office, ProposesRounding).rounding_profile()

    assert profile.per in {"line", "total"}
    assert profile.tolerance_steps >= 0


def test_token_that_ran_out_is_renewed_without_a_word(office: Office) -> None:
    adapter = able(office, PushesOrders)
    if "expire_token" not in office.standin.vendor_dials:
        pytest.skip("this ERP gives out no tokens that run out")
    adapter.find_order("order_01NEVER")
    office.standin.dials.set("expire_token", times=1)

    assert adapter.find_order("order_01NEVER") is None


# ---------------------------------------------------------------- fields in use


def test_fields_are_told_with_their_types(office: Office) -> None:
    adapter = able(office, DescribesFields)
    before = len(office.standin.log)

    fields = adapter.used_fields()

    assert len(office.standin.log) - before <= 40
    names = [(one.entity, one.name) for one in fields]
    assert len(names) == len(set(names))
    assert {(one.entity, one.name) for one in fields if not one.type} == set()
    served = {name for name in dir(ports) if _has(adapter, name)}
    assert {port for one in fields for port in one.needed_by} <= served
    assert all(one.needed_by for one in fields)


def _has(adapter: Any, name: str) -> bool:
    port = getattr(ports, name)
    return isinstance(port, type) and isinstance(adapter, port)


def test_fields_stay_the_same_while_nothing_changes(office: Office) -> None:
    first = able(office, DescribesFields).used_fields()

    assert sorted(map(repr, first)) == sorted(map(repr, office.adapter().used_fields()))


@pytest.mark.parametrize("how", OF_FIELDS)
@pytest.mark.parametrize("port", FIELD_PORTS)
def test_field_that_changed_is_told_with_the_ports_it_stops(
    own_office: Office, port: str, how: str
) -> None:
    adapter = able(own_office, DescribesFields, getattr(ports, port))
    before = {(one.entity, one.name): one for one in adapter.used_fields()}
    changed = own_office.change_field(port, how)
    if changed is None:
        pytest.skip("the ERP tells nobody")

    after = {(one.entity, one.name): one for one in own_office.adapter().used_fields()}

    assert before[changed].type
    assert after[changed].type != before[changed].type
    assert bool(after[changed].type) == (how == "retype_field")
    assert port in after[changed].needed_by
    others = {key: one for key, one in after.items() if key != changed}
    assert others == {key: one for key, one in before.items() if key != changed}


@pytest.mark.parametrize("how", OF_FIELDS)
def test_dial_changes_a_field_until_it_is_reset(office: Office, how: str) -> None:
    """The dials of fields, as the console of the sandbox sets them."""
    able(office, DescribesFields)
    assert set(OF_FIELDS) <= office.standin.vendor_dials
    before = _types(office)

    for label in office.standin.fields:
        office.standin.dials.set(how, field=label)
        changed = {key for key, told in _types(office).items() if told != before[key]}
        office.standin.dials.clear()

        if how != "retype_field" or not label.startswith("SuiteQL "):
            assert len(changed) == 1, label
        assert _types(office) == before


def _types(office: Office) -> dict[tuple[str, str], str]:
    return {(one.entity, one.name): one.type for one in office.adapter().used_fields()}
