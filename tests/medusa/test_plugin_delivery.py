"""What the plugin promises: an event of the store reaches the portal, signed, at least once."""

import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import AuthFailed
from integrations.sandbox.storefront import MedusaSeed, RealMedusa, log_in, place_order
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.medusa.merchant import add_piece, bring_back, captured_payment, deliver
from tests.support.hook_receiver import HOOK_SECRET, HookReceiver, wait_until

OTHER_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"


def status(admin: ShopApi) -> dict[str, Any]:
    found: dict[str, Any] = admin.get("/admin/erp-portal/status")
    return found


def test_placed_order_arrives_signed_and_names_the_order(
    hooks: HookReceiver, shop: MedusaSeed, hose: str
) -> None:
    order = place_order(shop, {hose: 3}, promo_codes=[shop.promotion_code])

    message = hooks.await_about(order["id"], "order.placed")

    assert message.id.startswith("msg_")
    assert message.data == {"id": order["id"], "order_id": order["id"]}


def test_every_event_of_an_orders_life_names_the_order(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    order = place_order(shop, {hose: 2}, customer_token=log_in(shop, shop.customers[0]))

    deliver(admin, shop, order["id"])
    payment = captured_payment(admin, order["id"])
    admin.post(f"/admin/payments/{payment}/refund", {"amount": 1})
    bring_back(admin, shop, order["id"])

    expected = {
        "order.placed",
        "order.fulfillment_created",
        "shipment.created",
        "delivery.created",
        "payment.captured",
        "payment.refunded",
        "order.return_received",
    }
    wait_until(lambda: {message.type for message in hooks.about(order["id"])} >= expected)
    assert {message.type for message in hooks.about(order["id"])} == expected


def test_edited_and_cancelled_orders_are_told(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    order = place_order(shop, {hose: 2})

    add_piece(admin, order["id"])
    admin.post(f"/admin/orders/{order['id']}/cancel", {})

    hooks.await_about(order["id"], "order-edit.confirmed")
    hooks.await_about(order["id"], "order.canceled")


def test_new_customer_is_told(hooks: HookReceiver, admin: ShopApi) -> None:
    made = admin.post("/admin/customers", {"email": f"{uuid.uuid4().hex}@buyer.test"})

    wait_until(lambda: hooks.messages)

    (message,) = hooks.messages.values()
    assert (message.type, message.data) == ("customer.created", {"id": made["customer"]["id"]})


def test_the_portals_own_write_to_an_order_is_no_news(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    order = place_order(shop, {hose: 1})

    admin.post(f"/admin/orders/{order['id']}", {"metadata": {"erp_number": "S00042"}})
    admin.post(f"/admin/orders/{order['id']}/cancel", {})

    hooks.await_about(order["id"], "order.canceled")
    assert {message.type for message in hooks.about(order["id"])} == {
        "order.placed",
        "order.canceled",
    }


def test_portal_that_was_down_gets_the_message_by_itself(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    hooks.stop()
    order = place_order(shop, {hose: 1})
    told = wait_until(lambda: status(admin)["last_error"] and status(admin))
    assert told["pending"] == 1
    assert "ECONNREFUSED" in told["last_error"]

    hooks.start()

    hooks.await_about(order["id"], "order.placed", timeout_s=30)
    wait_until(lambda: status(admin)["pending"] == 0)


def test_failed_delivery_is_repeated_byte_for_byte(
    hooks: HookReceiver, shop: MedusaSeed, hose: str
) -> None:
    hooks.dials.set("lose_answer", times=1)

    order = place_order(shop, {hose: 1})

    wait_until(lambda: len(hooks.await_about(order["id"], "order.placed").bodies) == 2)
    (message,) = hooks.about(order["id"])
    assert message.bodies[0] == message.bodies[1]


def test_portal_in_trouble_gets_the_message_when_it_recovers(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    hooks.dials.set("fail", times=1)

    order = place_order(shop, {hose: 1})

    hooks.await_about(order["id"], "order.placed")
    assert [entry.status for entry in hooks.log] == [500, 202]


def test_wrong_secret_loses_nothing(
    hooks: HookReceiver, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    hooks.secret = OTHER_SECRET
    order = place_order(shop, {hose: 1})
    told = wait_until(lambda: status(admin)["last_error"] and status(admin))
    assert "401" in told["last_error"]
    assert HOOK_SECRET not in str(told)

    hooks.secret = HOOK_SECRET
    admin.post("/admin/erp-portal/redeliver", {})

    hooks.await_about(order["id"], "order.placed")


def test_doubled_event_is_one_message(hooks: HookReceiver, admin: ShopApi) -> None:
    for _ in range(3):
        admin.post("/admin/sandbox/events", placed("order_doubled"))

    admin.post("/admin/sandbox/events", placed("order_after"))

    hooks.await_about("order_after", "order.placed")
    assert len(hooks.about("order_doubled")) == 1


def test_two_processes_send_each_message_once(
    hooks: HookReceiver, real_medusa: RealMedusa, admin: ShopApi, shop: MedusaSeed, tmp_path: Path
) -> None:
    hooks.stop()
    orders = [f"order_{number}" for number in range(30)]
    for order_id in orders:
        admin.post("/admin/sandbox/events", placed(order_id))
    hooks.start()

    second = RealMedusa(folder=tmp_path, database_url=real_medusa.database_url)
    try:
        second.start(events_url=hooks.hook_url, secret=HOOK_SECRET)
        admin.post("/admin/erp-portal/redeliver", {})
        wait_until(lambda: status(admin)["pending"] == 0, timeout_s=60)
    finally:
        second.stop()

    assert [len(hooks.about(order_id)) for order_id in orders] == [1] * 30
    assert max(len(message.bodies) for message in hooks.messages.values()) == 1


def test_without_settings_the_store_sells_and_keeps_its_messages(
    hooks: HookReceiver, real_medusa: RealMedusa, shop: MedusaSeed, admin: ShopApi, hose: str
) -> None:
    real_medusa.send_events_to("", "")
    assert (
        "events are kept but not sent: the hook address is not set" in real_medusa.log.read_text()
    )

    order = place_order(shop, {hose: 1})

    told = wait_until(lambda: status(admin)["pending"] and status(admin))
    assert (told["configured"], told["pending"]) == (False, 1)
    real_medusa.send_events_to(hooks.hook_url, HOOK_SECRET)
    hooks.await_about(order["id"], "order.placed")


def test_status_is_for_administrators(real_medusa: RealMedusa, shop: MedusaSeed) -> None:
    with pytest.raises(AuthFailed):
        ShopApi(shop.url, {}).get("/admin/erp-portal/status")


def test_the_plugins_own_tests_pass(real_medusa: RealMedusa) -> None:
    ended = subprocess.run(
        ["node", "--test", "tests/"],
        cwd=real_medusa.packages.home / "plugin",
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout


def placed(order_id: str) -> dict[str, Any]:
    """An event as a workflow run would emit it; the same again for the same order."""
    metadata = {"eventGroupId": f"group of {order_id}"}
    return {"name": "order.placed", "data": {"id": order_id}, "metadata": metadata}
