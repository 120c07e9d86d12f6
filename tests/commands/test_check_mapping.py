"""`manage.py check_mapping`."""

import json
from pathlib import Path

import pytest

from integrations.models import Connection
from integrations.sandbox.erps.custom import EXAMPLES
from tests.commands.conftest import Say
from tests.contract.offices.custom import office as plain_office

pytestmark = pytest.mark.django_db

PLAIN = str(EXAMPLES / "plain.yaml")


def test_good_mapping_shows_what_it_serves_and_would_send(say: Say) -> None:
    said = say("check_mapping", PLAIN)

    assert said.code == 0
    assert "Ledgerline: no mistakes." in said.out
    assert "PushesOrders" in said.out
    assert "orders.confirm: POST /api/v1/orders/4711/confirm" in said.out
    assert '"external_reference":"order_01SAMPLE"' in said.out


def test_mistake_is_refused_with_its_line(say: Say, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(PLAIN).read_text().replace("title: Ledgerline", "titel: Ledgerline"))

    said = say("check_mapping", str(bad))

    assert said.code == 1
    assert "line 4: unknown key 'titel', did you mean 'title'?" in said.refusal


def test_file_that_is_not_there_is_told(say: Say) -> None:
    assert "cannot be read" in say("check_mapping", "/nowhere/m.yaml").refusal


def test_mapping_is_tried_on_its_erp_and_nothing_is_written(say: Say) -> None:
    with plain_office() as office:
        secrets = [f"--secret={key}={value}" for key, value in office.seed.secrets.items()]
        said = say(
            "check_mapping", PLAIN, "--url", office.seed.url, "--allow-private", "--json", *secrets
        )
        written = [one for one in office.standin.log if one.method not in {"GET", "HEAD"}]

    assert said.code == 0
    checks = {one["name"]: one["ok"] for one in json.loads(said.out)["checks"]}
    assert checks["signed_in"]
    assert checks["find_order"]
    assert {one.route for one in written} <= {"token", "price_quotes"}


def test_mapping_that_does_not_fit_fails(say: Say) -> None:
    with plain_office() as office:
        office.standin.change_field("products", "name", "drop_field")
        secrets = [f"--secret={key}={value}" for key, value in office.seed.secrets.items()]
        said = say("check_mapping", PLAIN, "--url", office.seed.url, "--allow-private", *secrets)

    assert said.code == 1
    assert "does not fit this ERP yet" in said.refusal
    assert "FAILS  products: products.fields.title (line" in said.out


def test_connection_takes_its_mapping_from_a_file(say: Say) -> None:
    said = say(
        "connection", "add", "--kind", "custom", "--name", "Own", "--url", "https://erp.example",
        "--setting", f"mapping=@{PLAIN}", "--secret", "client_id=a", "--secret", "client_secret=b",
    )  # fmt: skip

    assert said.code == 0
    assert Connection.objects.get(name="Own").settings["mapping"] == Path(PLAIN).read_text()
