"""The screens support looks at most, wide and on a phone."""

import pytest
from django.urls import reverse

from integrations.engine.models import SyncJob
from integrations.models import Event, Exchange, PriceAudit, PriceDrift, Run
from tests import factories as make
from tests.browser.looking import assert_well_made

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_first_page(page, shoot):
    page.goto(reverse("admin:index"))

    shoot(page, "first-page")
    assert_well_made(page)


def test_order_in_the_dark(page, scene, shoot):
    page.emulate_media(color_scheme="dark")
    page.goto(reverse("admin:integrations_order_change", args=[scene.held.pk]))

    shoot(page, "order-dark")
    assert_well_made(page)


def test_first_page_in_the_dark(page):
    page.emulate_media(color_scheme="dark")
    page.goto(reverse("admin:index"))

    assert_well_made(page)


def test_orders(page, shoot):
    page.goto(reverse("admin:integrations_order_changelist"))

    shoot(page, "orders")
    assert_well_made(page)


def test_order_with_its_timeline(page, scene, shoot):
    page.goto(reverse("admin:integrations_order_change", args=[scene.shipped.pk]))
    page.locator("details.exchange summary").nth(1).click()

    shoot(page, "order")
    assert_well_made(page)


def test_order_says_what_its_quote_agreed(page, scene, shoot):
    line = scene.shipped.lines.order_by("pk").first()
    scene.shipped.plan = {
        "agreed": {
            "source": "Q-000012 rev 2",
            "terms": "60 days net, 2 % within 10 days",
            "terms_ref": "3",
            "lines": {line.line_id: [["Battery", "5 Ah"], ["Case", "stackable, with foam inlay"]]},
        },
    }
    scene.shipped.save(update_fields=["plan"])

    page.goto(reverse("admin:integrations_order_change", args=[scene.shipped.pk]))

    shoot(page, "order-agreed")
    assert_well_made(page)
    text = page.locator("body").inner_text()
    for part in ("Q-000012 rev 2", "60 days net", "3 in the ERP", "Case: stackable"):
        assert part in text


def test_held_order(page, scene, shoot):
    page.goto(reverse("admin:integrations_order_change", args=[scene.held.pk]))

    shoot(page, "order-held")
    assert_well_made(page)


def test_jobs(page, shoot):
    page.goto(reverse("admin:engine_syncjob_changelist"))

    shoot(page, "jobs")
    assert_well_made(page)


def test_job(page, scene, shoot):
    job = SyncJob.objects.get(key=scene.held.key)
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))

    shoot(page, "job")
    assert_well_made(page)


def test_issue(page, shoot):
    page.goto(reverse("admin:integrations_issue_changelist"))
    assert_well_made(page)

    page.get_by_role("link", name="no counterpart").first.click()
    shoot(page, "issue")
    assert_well_made(page)


def test_new_connection(page):
    page.goto(reverse("admin:integrations_connection_add"))
    assert_well_made(page)

    page.locator("a.choice").first.click()
    assert_well_made(page)


def test_connection_with_its_last_test(page, scene, shoot):
    page.goto(reverse("admin:integrations_connection_change", args=[scene.erp.pk]))

    shoot(page, "connection")
    assert_well_made(page)
    assert "k" * 40 not in page.content()


def test_flow(page, scene, shoot):
    page.goto(reverse("admin:integrations_flow_change", args=[scene.orders_flow.pk]))

    shoot(page, "flow")
    assert_well_made(page)


def test_question_before_a_dangerous_press(page, scene):
    page.goto(reverse("admin:integrations_order_change", args=[scene.held.pk]))
    page.get_by_role("button", name="Cancel…").click()

    page.get_by_label("Reason").wait_for()
    assert_well_made(page)


def test_change_of_a_mode(page, scene):
    page.goto(reverse("admin:integrations_flow_change", args=[scene.orders_flow.pk]))
    page.get_by_role("button", name="Change the mode…").click()

    page.get_by_label("Reason").wait_for()
    assert_well_made(page)


def test_missing_link_is_offered_filled_in(page, scene):
    page.goto(reverse("admin:integrations_order_change", args=[scene.held.pk]))
    page.get_by_role("link", name="Add the customer link").click()

    assert page.get_by_label("Id in the storefront").input_value() == "cus_brandt"
    assert_well_made(page)


@pytest.mark.parametrize(
    "screen", ["event", "exchange", "run", "statechange", "alert", "account", "user"]
)
def test_other_lists(page, screen):
    page.goto(reverse(f"admin:integrations_{screen}_changelist"))

    assert_well_made(page)


def test_event_with_its_long_ids(page):
    page.goto(reverse("admin:integrations_event_change", args=[Event.objects.first().pk]))

    assert_well_made(page)


def test_exchange_and_run(page):
    page.goto(reverse("admin:integrations_exchange_change", args=[Exchange.objects.first().pk]))
    assert_well_made(page)

    page.goto(reverse("admin:integrations_run_change", args=[Run.objects.first().pk]))
    assert_well_made(page)


def test_sign_in(page, shoot):
    page.context.clear_cookies()
    page.goto(reverse("admin:login"))

    shoot(page, "sign-in")
    assert_well_made(page)


def test_fields_that_changed(page, scene, shoot):
    scene.erp.field_shapes = {
        "accepted": {},
        "changes": [
            {
                "entity": "sale.order",
                "name": "client_order_ref",
                "was": "char",
                "now": "",
                "stops": ["PushesOrders", "TracksOrders"],
            },
            {
                "entity": "product.product",
                "name": "weight",
                "was": "float(16,2)",
                "now": "char",
                "stops": ["PullsProducts"],
            },
        ],
        "checked_at": "",
    }
    scene.erp.save()
    page.goto(reverse("admin:integrations_connection_change", args=[scene.erp.pk]))

    shoot(page, "fields-changed")
    assert_well_made(page)


def test_prices(page, shoot, scene):
    make.PriceRowFactory(source=scene.erp, sku="DRL-18V", written="8.125 EUR from 10")
    make.PriceRowFactory(
        source=scene.erp,
        sku="OLD-1",
        audience="everyone",
        audience_ref="",
        audience_name="",
        ends_on=scene.now.date(),
        problem="OLD-1 is not in the storefront: let the products flow write it, or link the two",
    )
    page.goto(reverse("admin:integrations_pricerow_changelist"))

    page.get_by_text("8.125 EUR from 10").wait_for()
    shoot(page, "prices")
    assert_well_made(page)


DRIFTS = (
    (
        "stale_row",
        "DRL-18V",
        "8.125",
        "8.5",
        "The storefront holds 8.5, the ERP's price is 8.125 EUR.",
        "Delete the price in the storefront or change it in the ERP; then run the prices flow.",
    ),
    (
        "not_in_group",
        "SAW-65",
        "141.55",
        "149",
        "The customer is not in the customer group of Dealers in the storefront.",
        "Put the customer into the group price_list:7 there.",
    ),
    (
        "no_price",
        "LASER-3D",
        "219.9",
        None,
        "The product is not published in the storefront.",
        "Publish the product, or add what is missing.",
    ),
)


def test_price_audit(page, shoot, scene):
    flow = make.FlowFactory(kind="prices", source=scene.erp, target=scene.shop, mode="live")
    audit = PriceAudit.objects.create(
        flow=flow,
        actor="nightly",
        state="done",
        seed=1834,
        wanted=50,
        done=50,
        equal=46,
        drifted=3,
        uncompared=1,
        chosen={"sold": 18, "quoted": 7, "by chance": 25},
        started_at=scene.ago(hours=6),
        finished_at=scene.ago(hours=5.99),
    )
    for n, (cause, sku, erp, shop, found, plan) in enumerate(DRIFTS):
        PriceDrift.objects.create(
            audit=audit,
            n=n,
            cause=cause,
            company="Brandt Elektro GmbH",
            customer_id="cus_brandt",
            customer_ref="42",
            sku=sku,
            quantity=10,
            currency="EUR",
            asked_on=scene.now.date(),
            erp_price=erp,
            storefront_price=shop,
            found=found,
            plan=plan,
            step={"do": "join_group" if cause == "not_in_group" else "look"},
        )
    page.goto(reverse("admin:integrations_priceaudit_changelist"))
    page.get_by_role("link", name="Run an audit").wait_for()
    assert_well_made(page)
    shoot(page, "price-audits")

    page.get_by_role("link", name=str(audit.pk), exact=True).click()
    page.get_by_text("is not published").wait_for()
    shoot(page, "price-audit")
    assert_well_made(page)

    page.get_by_role("link", name="Customer not in the group (1)").press("Enter")
    page.get_by_text("SAW-65").wait_for()
    assert page.get_by_text("LASER-3D").count() == 0
    assert_well_made(page)

    page.get_by_role("button", name="Carry out 1 repair…").press("Enter")
    page.get_by_label("Reason").fill("As planned")
    assert_well_made(page)
    page.get_by_role("button", name="Carry out the repairs").press("Enter")
    page.get_by_text("Asked for", exact=True).wait_for()
    assert page.get_by_role("button", name="Carry out").count() == 0
    shoot(page, "price-audit-repairs")
    assert_well_made(page)

    page.get_by_role("link", name="Run an audit").press("Enter")
    page.get_by_label("How many prices").wait_for()
    shoot(page, "run-price-audit")
    assert_well_made(page)
    page.get_by_label("SKU").fill("DRL-18V")
    page.get_by_role("button", name="Run the audit").press("Enter")
    page.get_by_role("alert").get_by_text("Name both a customer and a SKU").wait_for()
    assert_well_made(page)
    page.get_by_label("SKU").fill("")
    page.get_by_role("button", name="Run the audit").press("Enter")
    page.get_by_text("Nothing so far.").wait_for()
