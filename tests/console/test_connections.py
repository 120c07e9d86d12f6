"""Connections are set up from what the adapter asks for, and their secrets never come back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, StateChange
from tests import factories as make

pytestmark = pytest.mark.django_db

ADD = "/admin/integrations/connection/add/"
SHOP = {
    "name": "Shop",
    "base_url": "https://shop.example/",
    "verify_tls": "on",
    "setting_sales_channel_id": "sc_1",
    "secret_secret_key": "sk_very_secret",
}


def test_kinds_are_offered_before_the_form(signed_in):
    page = signed_in(make.integration_admin()).get(ADD).content.decode()

    assert "?kind=medusa" in page
    assert "?kind=odoo" in page


def test_new_connection_has_sealed_secrets_and_a_resource(signed_in):
    signed_in(make.integration_admin()).post(f"{ADD}?kind=medusa", SHOP)

    shop = Connection.objects.get()
    assert shop.credentials == {"secret_key": "sk_very_secret"}
    assert "sk_very_secret" not in shop.sealed_credentials
    assert shop.settings["sales_channel_id"] == "sc_1"
    assert shop.resource.slots.exists()
    assert StateChange.objects.get().actor == "ivan.admin"


def test_missing_secret_is_refused_with_a_sentence(signed_in):
    answer = signed_in(make.integration_admin()).post(
        f"{ADD}?kind=medusa", {**SHOP, "secret_secret_key": ""}
    )

    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()
    assert not Connection.objects.exists()


def test_second_connection_of_a_name_is_refused(signed_in):
    make.ConnectionFactory(name="Shop")

    answer = signed_in(make.integration_admin()).post(f"{ADD}?kind=medusa", SHOP)

    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()


class TestChanging:
    def test_stored_secret_is_never_sent_to_a_browser(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_very_secret"})

        page = signed_in(make.integration_admin()).get(address(shop)).content.decode()

        assert "sk_very_secret" not in page
        assert "Stored; leave empty to keep it." in page

    def test_empty_secret_keeps_the_stored_one(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_very_secret"})

        signed_in(make.integration_admin()).post(
            address(shop), {**SHOP, "name": "Other name", "secret_secret_key": ""}
        )

        shop.refresh_from_db()
        assert shop.name == "Other name"
        assert shop.credentials == {"secret_key": "sk_very_secret"}

    def test_new_secret_replaces_the_stored_one_and_keeps_the_hook_address(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_old"})
        hook = shop.hook_token

        signed_in(make.integration_admin()).post(address(shop), SHOP)

        shop.refresh_from_db()
        assert shop.credentials == {"secret_key": "sk_very_secret"}
        assert shop.hook_token == hook

    def test_new_place_needs_the_secrets_again(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_very_secret"})
        client, moved = signed_in(make.integration_admin()), {"base_url": "https://thief.example"}

        refused = client.post(address(shop), {**SHOP, **moved, "secret_secret_key": ""})
        shop.refresh_from_db()
        kept = shop.base_url
        client.post(address(shop), {**SHOP, **moved})

        shop.refresh_from_db()
        assert "enter again the secrets secret_key" in refused.content.decode()
        assert (kept, shop.base_url) == ("https://shop.example", "https://thief.example")

    def test_other_path_of_the_same_place_keeps_the_secrets(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_very_secret"})

        signed_in(make.integration_admin()).post(
            address(shop),
            {**SHOP, "base_url": "https://shop.example:443/shop", "secret_secret_key": ""},
        )

        shop.refresh_from_db()
        assert shop.base_url == "https://shop.example:443/shop"

    def test_address_without_scheme_or_with_a_password_is_refused(self, signed_in):
        client = signed_in(make.integration_admin())
        for url in ("shop.example", "https://olga:hunter2@shop.example"):
            client.post(f"{ADD}?kind=medusa", {**SHOP, "base_url": url})

        assert not Connection.objects.exists()

    def test_old_callback_address_ends_with_the_new_one(self, signed_in):
        shop = make.ConnectionFactory(credentials={"secret_key": "sk_very_secret"})
        chosen = {"_selected_action": [shop.pk], "confirmed": "1", "reason": "it was in a mail"}

        client = signed_in(make.integration_admin())
        client.post("/admin/integrations/connection/", {"action": "renew_hook", **chosen})

        old = shop.hook_path
        shop.refresh_from_db()
        assert shop.hook_path != old
        assert client.post(old, "{}", content_type="application/json").status_code == 404
        assert shop.credentials == {"secret_key": "sk_very_secret"}
        assert StateChange.objects.get().reason == "it was in a mail"

    def test_operator_may_neither_renew_the_address_nor_add_a_connection(self, signed_in):
        shop, client = make.ConnectionFactory(), signed_in(make.operator())
        chosen = {"_selected_action": [shop.pk], "confirmed": "1", "reason": "because"}
        hook = shop.hook_token

        client.post("/admin/integrations/connection/", {"action": "renew_hook", **chosen})

        shop.refresh_from_db()
        assert shop.hook_token == hook
        assert client.get(ADD).status_code == 403

    def test_hook_address_is_shown_to_those_who_may_change_it_only(self, signed_in):
        shop = make.ConnectionFactory()

        def sees(person):
            return shop.hook_token in signed_in(person).get(address(shop)).content.decode()

        assert sees(make.integration_admin())
        assert not sees(make.operator())
        assert not sees(make.auditor())


class TestTesting:
    def test_connection_that_does_not_answer_says_what_is_missing(self, signed_in):
        shop = make.ConnectionFactory(base_url="http://127.0.0.1:1", allow_private_addresses=True)
        client = signed_in(make.integration_admin())

        client.post(
            "/admin/integrations/connection/", {"action": "test", "_selected_action": [shop.pk]}
        )
        page = client.get(address(shop)).content.decode()

        shop.refresh_from_db()
        assert not shop.last_test["ok"]
        assert shop.last_test["checks"][0]["detail"] in page.replace("&#x27;", "'")

    def test_pause_needs_a_reason_and_resume_ends_it(self, signed_in):
        shop = make.ConnectionFactory()
        client = signed_in(make.integration_admin())
        chosen = {"_selected_action": [shop.pk], "confirmed": "1", "reason": "stock count"}

        client.post("/admin/integrations/connection/", {"action": "pause", **chosen})
        shop.resource.refresh_from_db()
        paused = (shop.resource.paused, shop.resource.pause_reason)
        client.post("/admin/integrations/connection/", {"action": "resume", **chosen})
        shop.resource.refresh_from_db()

        assert paused == (True, "stock count")
        assert not shop.resource.paused

    def test_support_may_test_and_resume_what_is_paused(self, signed_in):
        shop = make.ConnectionFactory(base_url="http://127.0.0.1:1", allow_private_addresses=True)
        chosen = {"_selected_action": [shop.pk], "confirmed": "1", "reason": "stock count"}
        client = signed_in(make.operator())

        for action in ("test", "pause", "resume"):
            client.post("/admin/integrations/connection/", {"action": action, **chosen})

        shop.refresh_from_db()
        assert shop.last_test["checks"]
        assert not shop.resource.paused

    def test_auditor_may_look_but_not_pause(self, signed_in):
        shop = make.ConnectionFactory()
        chosen = {"_selected_action": [shop.pk], "confirmed": "1", "reason": "because"}

        signed_in(make.auditor()).post(
            "/admin/integrations/connection/", {"action": "pause", **chosen}
        )

        shop.resource.refresh_from_db()
        assert not shop.resource.paused


class TestFlows:
    LIST = "/admin/integrations/flow/"

    def test_mode_is_changed_with_a_reason(self, signed_in):
        flow = make.FlowFactory(kind="products", **between_erp_and_shop())
        answer = {"confirmed": "1", "mode": "shadow", "reason": "first look"}

        signed_in(make.integration_admin()).post(
            self.LIST, {"action": "change_mode", "_selected_action": [flow.pk], **answer}
        )

        flow.refresh_from_db()
        assert flow.mode == "shadow"
        change = StateChange.objects.get(subject="flow")
        assert (change.actor, change.reason) == ("ivan.admin", "first look")

    def test_operator_may_not_switch_flows(self, signed_in):
        flow = make.FlowFactory()
        answer = {"confirmed": "1", "mode": "shadow", "reason": "first look"}

        signed_in(make.operator()).post(
            self.LIST, {"action": "change_mode", "_selected_action": [flow.pk], **answer}
        )

        flow.refresh_from_db()
        assert flow.mode == "off"

    def test_flow_between_wrong_sides_is_refused_with_a_sentence(self, signed_in):
        sides = between_erp_and_shop()

        answer = signed_in(make.integration_admin()).post(
            f"{self.LIST}add/",
            {"kind": "orders", "source": sides["source"].pk, "target": sides["target"].pk},
        )

        assert "goes from the storefront to the erp" in answer.content.decode()

    def test_new_flow_is_off(self, signed_in):
        sides = between_erp_and_shop()

        signed_in(make.integration_admin()).post(
            f"{self.LIST}add/",
            {"kind": "products", "source": sides["source"].pk, "target": sides["target"].pk},
        )

        assert sides["source"].flows_from.get().mode == "off"


def address(connection):
    return reverse("admin:integrations_connection_change", args=[connection.pk])


def between_erp_and_shop():
    return {"source": make.ConnectionFactory(erp=True), "target": make.ConnectionFactory()}


class TestChangedFields:
    @pytest.fixture
    def erp(self):
        change = {
            "entity": "sale.order",
            "name": "client_order_ref",
            "was": "char",
            "now": "",
            "stops": ["PushesOrders"],
        }
        return make.ConnectionFactory(
            name="Books",
            kind="odoo",
            role="erp",
            last_tested_at=timezone.now(),
            last_test={"ok": True, "checks": []},
            field_shapes={"accepted": {}, "changes": [change], "checked_at": ""},
        )

    def test_page_names_the_field_and_what_stands_still(self, signed_in, erp):
        page = signed_in(make.operator()).get(_page(erp)).content.decode()

        assert "sale.order.client_order_ref" in page
        assert "Stands still: sending orders." in page
        assert "Accept the fields as they are now" in page
        assert "Fields changed" in page

    def test_auditor_sees_it_and_cannot_press(self, signed_in, erp):
        page = signed_in(make.auditor()).get(_page(erp)).content.decode()

        assert "sale.order.client_order_ref" in page
        assert "Accept the fields as they are now…" not in page


def _page(connection):
    return reverse("admin:integrations_connection_change", args=[connection.pk])
