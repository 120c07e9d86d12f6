"""`manage.py connection`."""

import io
from pathlib import Path

import pytest

from integrations.engine.models import Resource
from integrations.models import Connection
from tests.commands.conftest import Say
from tests.factories import ConnectionFactory, FlowFactory, ResourceFactory

pytestmark = pytest.mark.django_db

SECRET = "sk_very_secret"
ADD = ("connection", "add", "--kind", "medusa", "--name", "Shop", "--url", "https://shop.example/")


def test_a_connection_is_added_with_its_settings(say: Say) -> None:
    said = say(*ADD, "--setting", "price_currencies=eur,usd", "--secret", f"secret_key={SECRET}")

    shop = Connection.objects.get(name="Shop")
    assert said.code == 0
    assert shop.base_url == "https://shop.example"
    assert shop.settings == {"price_currencies": "eur,usd"}
    assert shop.credentials == {"secret_key": SECRET}


def test_a_secret_can_come_from_a_file_or_the_standard_input(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text(f"{SECRET}\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("whsec_ZnJvbSBzdGRpbg==\n"))

    say(*ADD, "--secret", f"secret_key=@{key}", "--secret", "hook_secret=-")

    shop = Connection.objects.get(name="Shop")
    assert shop.credentials == {"secret_key": SECRET, "hook_secret": "whsec_ZnJvbSBzdGRpbg=="}


def test_what_a_connection_lacks_is_said_in_one_go(say: Say) -> None:
    said = say(*ADD, "--setting", "colour=red")

    assert said.code == 1
    assert "Unknown setting 'colour'" in said.refusal
    assert "'secret_key'" in said.refusal
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("shop.example", "Enter it as https://host"),
        ("https://shop.example:port", "Enter it as https://host"),
        ("https://olga:hunter2@shop.example", "must not hold a user name or password"),
    ],
)
def test_an_unusable_address_is_refused_and_not_repeated(say: Say, url: str, sentence: str) -> None:
    said = say(*ADD[:-1], url, "--secret", f"secret_key={SECRET}")

    assert (said.code, sentence in said.refusal) == (1, True)
    assert "hunter2" not in said.refusal
    assert not Connection.objects.exists()


def test_values_that_the_other_side_could_not_use_are_refused(say: Say) -> None:
    hook = say(*ADD, "--secret", f"secret_key={SECRET}", "--secret", "hook_secret=hello")
    books = ("connection", "add", "--kind", "odoo", "--name", "Books", "--url", "https://b.example")
    pricelists = say(
        *books,
        "--setting",
        "database=b",
        "--setting",
        "pricelists=nonsense",
        "--secret",
        "api_key=k",
    )

    assert "whsec_ followed by base64" in hook.refusal
    assert "like EUR=6" in pricelists.refusal
    assert not Connection.objects.exists()


def test_a_malformed_secret_is_wrong_usage_and_is_not_repeated(say: Say) -> None:
    said = say(*ADD, "--secret", SECRET)

    assert said.code == 2
    assert SECRET not in said.refusal


def test_an_unreadable_secret_file_is_named(say: Say) -> None:
    said = say(*ADD, "--secret", "secret_key=@/nowhere/key")

    assert (said.code, "/nowhere/key cannot be read" in said.refusal) == (1, True)


def test_no_verb_ever_prints_a_secret(say: Say) -> None:
    added = say(*ADD, "--secret", f"secret_key={SECRET}", "--json")
    shop = Connection.objects.get(name="Shop")
    listed = say("connection", "list")
    listed_json = say("connection", "list", "--json")

    assert added.json["secrets_set"] == ["secret_key"]
    for said in (added, listed, listed_json):
        assert SECRET not in said.out
        assert shop.hook_token not in said.out


def test_the_list_says_what_stands_still(say: Say) -> None:
    ConnectionFactory(name="Shop", resource=ResourceFactory(on_pause=True))
    ConnectionFactory(name="ERP", resource=ResourceFactory(breaker_state="open"))

    rows = say("connection", "list", "--json").json

    assert {row["name"]: row["state"] for row in rows} == {
        "Shop": "paused",
        "ERP": "not answering",
    }


def test_an_empty_list_is_said_in_words(say: Say) -> None:
    assert "no connection" in say("connection", "list").out


def test_pausing_keeps_the_reason_and_resuming_ends_it(say: Say) -> None:
    shop = ConnectionFactory(name="Shop")

    paused = say("connection", "pause", "Shop", "--reason", "stock-taking")

    assert "is paused" in paused.out
    assert Resource.objects.get(pk=shop.resource_id).pause_reason == "stock-taking"
    assert say("connection", "resume", shop.pk, "--json").json["state"] == "ready"


def test_pausing_needs_a_reason(say: Say) -> None:
    ConnectionFactory(name="Shop")

    assert "--reason" in say("connection", "pause", "Shop").refusal


def test_a_connection_in_use_is_not_removed(say: Say) -> None:
    flow = FlowFactory()

    said = say("connection", "remove", flow.source.name)

    assert said.code == 1
    assert "still has" in said.refusal
    assert Connection.objects.filter(pk=flow.source.pk).exists()


def test_an_unused_connection_is_removed(say: Say) -> None:
    ConnectionFactory(name="Shop")

    assert say("connection", "remove", "Shop", "--json").json == {"removed": "Shop"}
    assert not Connection.objects.exists()


def test_an_unknown_connection_is_refused_with_a_way_to_find_it(say: Say) -> None:
    said = say("connection", "test", "Nobody")

    assert said.code == 1
    assert "no connection 'Nobody'" in said.refusal
    assert "connection list" in said.refusal
