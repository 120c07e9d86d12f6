"""The form of a connection with many settings: grouped, explained, filled in by a person."""

import pytest
from playwright.sync_api import Page, expect

from integrations.models import Connection
from tests.browser.looking import assert_well_made

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADD = "/admin/integrations/connection/add/?kind=business_central"


def test_settings_stand_in_groups_and_are_filled_in(page: Page, scene, shoot):
    page.goto(ADD)
    for words in ("Which company", "Sign-in, from the app", "How orders are entered", "Times"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    shoot(page, "connection-many-settings")
    assert_well_made(page)

    page.locator("#id_name").fill("Our Business Central")
    page.locator("#id_base_url").fill("https://api.businesscentral.dynamics.com")
    page.locator("#id_setting_tenant_id").fill("contoso.example")
    page.locator("#id_setting_company_id").fill("b18aed47-0000-4000-8000-dbdf8ad71780")
    page.locator("#id_setting_client_id").fill("11111111-2222-3333-4444-555555555555")
    page.locator("#id_secret_client_secret").fill("of an app registration")
    page.locator("[name=_save]").click()

    page.get_by_text("was added successfully").wait_for()
    made = Connection.objects.get(name="Our Business Central")
    assert made.settings["environment"] == "Production"
