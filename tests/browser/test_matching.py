"""The matching workbench: accept, reject, link by hand and undo, wide and on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from integrations.models import Flow, IdLink, MatchProposal
from tests import factories as make
from tests.browser.looking import assert_well_made
from tests.browser.test_flow_settings import tab_to_label

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRILL = {
    "ref": "prod_01M84DRILL",
    "label": "Cordless Drill 18V (drl-18v)",
    "confidence": 83,
    "reasons": ["SKU DRL-18V is typed drl-18v there", "name Cordless drill 18V is typed so, too"],
    "warning": "",
    "parts": [["p812", "variant_01M84DRILL"]],
}
TWIN = {
    "ref": "prod_01M84TWIN",
    "label": "Cordless drill, kit (DRL-18V-KIT, DRL-18V-BARE)",
    "confidence": 60,
    "reasons": ["same name Cordless drill 18V"],
    "warning": "linking would remove what only it has there: SKU DRL-18V-BARE, DRL-18V-KIT",
    "parts": [],
}


def proposal(ref: str, label: str, candidates: list[dict], **more) -> MatchProposal:
    flow = Flow.objects.get(kind="products")
    return MatchProposal.objects.create(
        flow=flow,
        kind="product",
        source_ref=ref,
        label=label,
        told=[["sku", "DRL-18V", f"p{ref}"], ["barcode", "4006381333931", f"p{ref}"],
              ["name", "Cordless drill 18V", ""]],
        parts=[f"p{ref}"],
        why=f"nothing proves it: {candidates[0]['reasons'][0]}",
        candidates=candidates,
        confidence=candidates[0]["confidence"],
        **more,
    )  # fmt: skip


@pytest.fixture
def drill(scene) -> MatchProposal:
    IdLink.objects.filter(kind="product").delete()
    return proposal("812", "Cordless drill 18 V (DRL-18V)", [DRILL])


def press(page, button: str, reason: str, confirm: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_label("Reason").fill(reason)
    assert_well_made(page)
    page.get_by_role("button", name=confirm, exact=True).click()


def test_match_is_accepted_and_undone(page, drill, shoot) -> None:
    page.goto(reverse("admin:integrations_matchproposal_change", args=[drill.pk]))
    expect(page.get_by_text("SKU DRL-18V is typed drl-18v there").first).to_be_visible()
    shoot(page, "match")
    assert_well_made(page)

    press(page, "Accept…", "same drill", "Link them")

    page.get_by_text("1 linked").wait_for()
    link = IdLink.objects.get(kind="product", source_ref="812")
    assert link.target_ref == "prod_01M84DRILL"
    expect(page.get_by_text("prod_01M84DRILL").first).to_be_visible()

    press(page, "Undo…", "another voltage", "Undo")

    page.get_by_text("1 undone").wait_for()
    assert not IdLink.objects.filter(kind__in=["product", "variant"], source_ref="812").exists()
    drill.refresh_from_db()
    assert (drill.state, drill.reason) == ("open", "another voltage")
    assert_well_made(page)


def test_one_of_several_is_chosen_with_the_keyboard_alone(page, drill) -> None:
    several = proposal("813", "Cordless drill 18 V (DRL-18)", [DRILL, TWIN])
    page.goto(reverse("admin:integrations_matchproposal_change", args=[several.pk]))
    page.get_by_role("button", name="Accept…").press("Enter")

    page.get_by_label("Cordless drill, kit").wait_for()
    assert_well_made(page)
    page.get_by_label("Cordless Drill 18V (drl-18v)").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    tab_to_label(page, "Reason")
    page.keyboard.type("it is the kit")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("1 linked").wait_for()
    several.refresh_from_db()
    assert (several.state, several.chosen_ref) == ("accepted", "prod_01M84TWIN")


def test_workbench_is_filtered_and_pressed_for_many(page, drill, shoot) -> None:
    for n in range(3):
        twin = {**TWIN, "ref": f"prod_{n}", "label": f"Saw {n}", "warning": ""}
        proposal(f"9{n}", f"Saw {n} (SAW-{n})", [twin])
    page.goto(reverse("admin:integrations_matchproposal_changelist") + "?state__exact=open")
    shoot(page, "matching")
    assert_well_made(page)

    page.goto(page.url + "&confidence=0")
    expect(page.get_by_text("Cordless drill 18 V (DRL-18V)")).to_have_count(0)
    page.get_by_role("checkbox").first.check()
    page.locator("select[name=action]").select_option("reject")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Reason").fill("new ones")
    page.get_by_role("button", name="None of them").click()

    page.get_by_text("3 taken for records of their own").wait_for()
    assert MatchProposal.objects.filter(state="rejected").count() == 3
    drill.refresh_from_db()
    assert drill.state == "open"


def test_link_by_hand_asks_for_the_id(page, drill) -> None:
    page.goto(reverse("admin:integrations_matchproposal_change", args=[drill.pk]))
    page.get_by_role("button", name="Link by hand…").click()

    expect(page.get_by_label("Which one")).to_be_visible()
    assert_well_made(page)


def test_customer_is_told_which_company_it_is(page, scene, shoot) -> None:
    flow = make.FlowFactory(kind="customers", source=scene.erp, target=scene.shop, mode="live")
    company = make.AccountFactory(name="Nordwind Maschinenbau GmbH", tax_id="")
    copy = make.CustomerCopyFactory(source=scene.erp, ref="10100001", name="Nordwind GmbH")
    match = MatchProposal.objects.create(
        flow=flow,
        kind="account",
        source_ref=copy.ref,
        label="Nordwind GmbH",
        told=[["tax_id", "DE123456788", ""], ["email", "anna@nordwind.example", ""],
              ["name", "Nordwind GmbH", ""]],
        why="likely Nordwind Maschinenbau GmbH: an e-mail address is the same",
        candidates=[
            {"ref": str(company.pk), "label": company.name, "confidence": 75,
             "reasons": ["same e-mail address anna@nordwind.example"], "warning": "", "parts": []}
        ],
        confidence=75,
    )  # fmt: skip
    page.goto(reverse("admin:integrations_matchproposal_change", args=[match.pk]))
    expect(page.get_by_text("E-mail address", exact=True)).to_be_visible()
    shoot(page, "match-customer")
    assert_well_made(page)

    press(page, "Accept…", "same mailbox", "Link them")

    page.get_by_text("1 linked.").wait_for()
    copy.refresh_from_db()
    assert copy.account == company
    assert_well_made(page)
