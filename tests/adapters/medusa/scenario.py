"""One walk through Medusa's API, refusals included, told as steps.

The same walk was made on a real Medusa 2.21.2 (`record` writes what it answered to
tests/recordings/medusa/walk.json); the stand-in must answer alike: status, type, sentence,
and the names in the answer.

    python -m tests.adapters.medusa.scenario <lab.json>     records anew; see `Lab`
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.adapters.medusa.walking import Lab, Step, take

RECORDED = Path(__file__).parents[2] / "recordings" / "medusa" / "walk.json"


def product(suffix: str, **more: Any) -> dict[str, Any]:
    """A product with one variant of the option Size, as a row to create."""
    return {
        "title": f"Hose {suffix}",
        "handle": f"hose-{suffix}-{{run}}",
        "external_id": f"ERP-{suffix}-{{run}}",
        "status": "published",
        "shipping_profile_id": "{profile}",
        "sales_channels": [{"id": "{channel}"}],
        "options": [{"title": "Size", "values": ["DN10"]}],
        "variants": [variant(f"{suffix}-1")],
        "metadata": {"erp_id": suffix},
        **more,
    }


def variant(suffix: str, **more: Any) -> dict[str, Any]:
    return {
        "title": "DN10",
        "sku": f"SKU-{suffix}-{{run}}",
        "manage_inventory": False,
        "options": {"Size": "DN10"},
        "prices": [{"currency_code": "eur", "amount": 100}],
        **more,
    }


BATCH = "/admin/products/batch"
FIRST = "prod_01UNKNOWN000000000000000000"
ADDRESS = {
    "first_name": "Erika",
    "last_name": "Muster",
    "company": "Nordwind GmbH",
    "address_1": "Hafenstr. 1",
    "city": "Hamburg",
    "postal_code": "20457",
    "country_code": "de",
    "phone": "+49 40 1",
}
ORDER_FIELDS = (
    "+currency_code,+email,+customer_id,+sales_channel_id,+metadata,*items,*items.tax_lines,"
    "*items.adjustments,*items.detail,*shipping_methods,*shipping_methods.tax_lines,"
    "*shipping_methods.adjustments,*shipping_address,*billing_address,*customer,"
    "*customer.groups,*payment_collections.payments,*payment_collections.payments.captures,"
    "*payment_collections.payments.refunds,*fulfillments,*fulfillments.labels,"
    "*fulfillments.items"
)


def door() -> list[Step]:
    return [
        Step("a good key", "GET", "/admin/stores?fields=id,name"),
        Step("no credential", "GET", "/admin/stores", auth=""),
        Step("an unknown key", "GET", "/admin/stores", auth="wrong"),
        Step("the key as Bearer", "GET", "/admin/stores", auth="bearer"),
        Step("no such route", "GET", "/admin/nothing-here"),
        Step("wrong method", "PUT", BATCH, {"create": []}),
        Step("store without key", "GET", "/store/regions", auth=""),
        Step("store with a wrong key", "GET", "/store/regions", auth="wrong publishable"),
        Step("currencies", "GET", "/admin/stores?fields=id,supported_currencies.currency_code"),
        Step("channels", "GET", "/admin/sales-channels?fields=id,name"),
        Step("locations", "GET", "/admin/stock-locations?fields=id,name,sales_channels.id"),
        Step("profiles", "GET", "/admin/shipping-profiles?fields=id,name"),
        Step("plugins", "GET", "/admin/plugins"),
        Step("unknown filter on a list", "GET", "/admin/sales-channels?nonsense=1"),
    ]


def products() -> list[Step]:
    return [
        Step(
            "two products",
            "POST",
            BATCH,
            {"create": [product("a"), product("b")]},
            save={"a": "created.0.id", "va": "created.0.variants.0.id", "b": "created.1.id"},
            keys="known",
        ),
        Step("handle exists", "POST", BATCH, {"create": [product("c", handle="hose-a-{run}")]}),
        Step(
            "SKU exists",
            "POST",
            BATCH,
            {"create": [product("c", variants=[variant("a-1")])]},
        ),
        Step(
            "handle twice in one call",
            "POST",
            BATCH,
            {"create": [product("c"), product("d", handle="hose-c-{run}")]},
        ),
        Step("nothing was written", "GET", "/admin/products?external_id=ERP-c-{run}&fields=id"),
        Step("unknown field", "POST", BATCH, {"create": [product("c", erp_code="1")]}),
        Step(
            "unknown field in a variant",
            "POST",
            BATCH,
            {"create": [product("c", variants=[variant("c-1", barcode_2="1")])]},
        ),
        Step(
            "amount as text, in the second row",
            "POST",
            BATCH,
            {
                "create": [
                    product("c"),
                    product(
                        "d",
                        variants=[variant("d-1", prices=[{"currency_code": "eur", "amount": "1"}])],
                    ),
                ]
            },
        ),
        Step("no options", "POST", BATCH, {"create": [product("c", options=[])]}),
        Step(
            "a variant without a value",
            "POST",
            BATCH,
            {"create": [product("c", variants=[variant("c-1", options={})])]},
        ),
        Step(
            "a value that the option lacks",
            "POST",
            BATCH,
            {"create": [product("c", variants=[variant("c-1", options={"Size": "DN99"})])]},
        ),
        Step("a bad status", "POST", BATCH, {"create": [product("c", status="live")]}),
        Step("update of an unknown id", "POST", BATCH, {"update": [{"id": FIRST, "title": "x"}]}),
        Step(
            "a good row beside a bad one",
            "POST",
            BATCH,
            {"create": [product("c")], "update": [{"id": FIRST, "title": "x"}]},
        ),
        Step("was rolled back", "GET", "/admin/products?external_id=ERP-c-{run}&fields=id"),
        Step(
            "options in an update",
            "POST",
            BATCH,
            {"update": [{"id": "{a}", "options": [{"title": "Size", "values": ["DN10"]}]}]},
        ),
        Step("update without id", "POST", BATCH, {"update": [{"title": "x"}]}),
        Step(
            "metadata merges, an empty text removes",
            "POST",
            BATCH + "?fields=id,metadata",
            {"update": [{"id": "{a}", "metadata": {"erp_id": "", "rev": "2"}}]},
        ),
        Step("nothing to do", "POST", BATCH, {}),
        Step("unknown product", "GET", f"/admin/products/{FIRST}"),
        Step(
            "by the ERP's ids",
            "GET",
            "/admin/products?external_id[]=ERP-a-{run}&external_id[]=ERP-b-{run}"
            "&fields=id,external_id,handle,title,variants.id,variants.sku,variants.title",
        ),
        Step(
            "variants by SKU",
            "GET",
            "/admin/product-variants?sku[]=SKU-a-1-{run}&sku[]=nope&fields=id,sku,product_id",
        ),
        Step("unknown filter on variants", "GET", "/admin/product-variants?nonsense=1"),
        Step("limit is no number", "GET", "/admin/products?limit=abc&fields=id"),
        Step("limit is negative", "GET", "/admin/products?limit=-1&fields=id"),
        Step("a bad date", "GET", "/admin/products?created_at[$gte]=notadate&fields=id"),
        Step(
            "the options",
            "GET",
            "/admin/products/{a}?fields=id,options.id,options.title,options.values.id,"
            "options.values.value,variants.id",
            save={"option": "product.options.0.id"},
        ),
        Step(
            "a new value",
            "POST",
            "/admin/products/{a}/options/batch?fields=id",
            {"update": [{"product_option_id": "{option}", "add": [{"value": "DN50"}]}]},
        ),
        Step(
            "a value of an option of another product",
            "POST",
            "/admin/products/{b}/options/batch?fields=id",
            {"update": [{"product_option_id": "{option}", "add": [{"value": "DN50"}]}]},
        ),
    ]


def checkout() -> list[Step]:
    cart = "/store/carts/{cart}"
    return [
        Step(
            "a promotion",
            "POST",
            "/admin/promotions",
            {
                "code": "TEN-{run}",
                "type": "standard",
                "status": "active",
                "application_method": {
                    "type": "percentage",
                    "target_type": "items",
                    "allocation": "across",
                    "value": 10,
                    "currency_code": "eur",
                },
            },
            keys="",
        ),
        Step(
            "a cart",
            "POST",
            "/store/carts",
            {"region_id": "{region}", "email": "guest@buyer.example", "metadata": {"po": "1"}},
            save={"cart": "cart.id"},
            auth="publishable",
            keys="",
        ),
        Step("complete when empty", "POST", cart + "/complete", {}, auth="publishable"),
        Step(
            "a line",
            "POST",
            cart + "/line-items?fields=id,total",
            {"variant_id": "{va}", "quantity": 3, "metadata": {"position": "10"}},
            auth="publishable",
        ),
        Step(
            "a price from the client",
            "POST",
            cart + "/line-items",
            {"variant_id": "{va}", "quantity": 1, "unit_price": 1},
            auth="publishable",
        ),
        Step(
            "an unknown variant",
            "POST",
            cart + "/line-items",
            {"variant_id": "variant_01UNKNOWN0000000000000ZZZ", "quantity": 1},
            auth="publishable",
        ),
        Step(
            "quantity 0",
            "POST",
            cart + "/line-items",
            {"variant_id": "{va}", "quantity": 0},
            auth="publishable",
        ),
        Step(
            "an address",
            "POST",
            cart + "?fields=id,total,tax_total",
            {"shipping_address": ADDRESS, "billing_address": ADDRESS},
            auth="publishable",
        ),
        Step(
            "an unknown code",
            "POST",
            cart + "/promotions",
            {"promo_codes": ["NOPE"]},
            auth="publishable",
        ),
        Step(
            "a code",
            "POST",
            cart + "/promotions?fields=id,discount_total,tax_total,total",
            {"promo_codes": ["TEN-{run}"]},
            auth="publishable",
        ),
        Step("too early", "POST", cart + "/complete", {}, auth="publishable"),
        Step(
            "an unknown way of shipping",
            "POST",
            cart + "/shipping-methods",
            {"option_id": "so_01UNKNOWN"},
            auth="publishable",
        ),
        Step(
            "shipping",
            "POST",
            cart + "/shipping-methods?fields=id,shipping_total,total",
            {"option_id": "{shipping}"},
            auth="publishable",
        ),
        Step(
            "a payment collection",
            "POST",
            "/store/payment-collections",
            {"cart_id": "{cart}"},
            save={"collection": "payment_collection.id"},
            auth="publishable",
        ),
        Step("no session yet", "POST", cart + "/complete", {}, auth="publishable"),
        Step(
            "a payment session",
            "POST",
            "/store/payment-collections/{collection}/payment-sessions",
            {"provider_id": "pp_system_default"},
            auth="publishable",
        ),
        Step(
            "complete",
            "POST",
            cart + "/complete",
            {},
            save={"order": "order.id"},
            auth="publishable",
            keys="",
        ),
        Step("again: the same order", "POST", cart + "/complete", {}, auth="publishable", keys=""),
        Step(
            "adding to a completed cart",
            "POST",
            cart + "/line-items",
            {"variant_id": "{va}", "quantity": 1},
            auth="publishable",
        ),
        Step("an unknown cart", "GET", "/store/carts/cart_01UNKNOWN", auth="publishable"),
    ]


def reading() -> list[Step]:
    order = "/admin/orders/{order}"
    return [
        Step(
            "an order for the ERP",
            "GET",
            f"{order}?fields={ORDER_FIELDS}",
            save={
                "line": "order.items.0.id",
                "payment": "order.payment_collections.0.payments.0.id",
            },
            keys="known",
        ),
        Step("with the default fields", "GET", order, keys="known"),
        Step("with named fields", "GET", order + "?fields=id,metadata,updated_at,status"),
        Step("an unknown order", "GET", "/admin/orders/order_01UNKNOWN000000000000000000"),
        Step("a list by id", "GET", "/admin/orders?id[]={order}&fields=id,display_id"),
        Step("an unknown filter is ignored", "GET", "/admin/orders?id={order}&x=1&fields=id"),
        Step("limit is no number", "GET", "/admin/orders?limit=abc&fields=id"),
        Step("limit is negative", "GET", "/admin/orders?limit=-1&fields=id"),
        Step("an unknown column", "GET", "/admin/orders?order=nonsense&fields=id"),
        Step("a bad date", "GET", "/admin/orders?updated_at[$gt]=notadate&fields=id"),
        Step("nothing new", "GET", "/admin/orders?updated_at[$gt]=2099-01-01T00:00:00Z&fields=id"),
    ]


def writing() -> list[Step]:
    order = "/admin/orders/{order}"
    fields = "?fields=id,metadata,status"
    return [
        Step("notes", "POST", order + fields, {"metadata": {"erp_number": "S1", "url": "x"}}),
        Step("a note less", "POST", order + fields, {"metadata": {"url": ""}}),
        Step("status is refused", "POST", order, {"status": "completed"}),
        Step("an unknown order", "POST", "/admin/orders/order_01UNKNOWN", {"metadata": {}}),
        Step("part of the money", "POST", "/admin/payments/{payment}/capture", {"amount": 100}),
        Step("the rest, unsaid", "POST", "/admin/payments/{payment}/capture", {}),
        Step("an unknown payment", "POST", "/admin/payments/pay_01UNKNOWN/capture", {}),
        Step("an unknown field", "POST", "/admin/payments/{payment}/capture", {"amt": 1}),
        Step("a refund", "POST", "/admin/payments/{payment}/refund", {"amount": 5}, keys="known"),
        Step("too much back", "POST", "/admin/payments/{payment}/refund", {"amount": 99999}),
        Step(
            "money in the list",
            "GET",
            "/admin/orders?id={order}&fields=id,total,payment_collections.id,"
            "payment_collections.status,payment_collections.captured_amount,items.id,"
            "items.quantity,items.unit_price",
            keys="known",
        ),
    ]


def shipping() -> list[Step]:
    order = "/admin/orders/{order}"
    one = {"items": [{"id": "{line}", "quantity": 1}]}
    label = {"tracking_number": "1Z999", "tracking_url": "", "label_url": ""}
    ship = order + "/fulfillments/{fulfilment}/shipments"
    return [
        Step(
            "too many",
            "POST",
            order + "/fulfillments",
            {"items": [{"id": "{line}", "quantity": 50}]},
        ),
        Step("none", "POST", order + "/fulfillments", {"items": [{"id": "{line}", "quantity": 0}]}),
        Step(
            "an unknown line",
            "POST",
            order + "/fulfillments",
            {"items": [{"id": "ordli_01UNKNOWN", "quantity": 1}]},
        ),
        Step("an empty list", "POST", order + "/fulfillments", {"items": []}),
        Step("no list", "POST", order + "/fulfillments", {}),
        Step("an unknown field", "POST", order + "/fulfillments", {**one, "foo": 1}),
        Step(
            "an unknown location",
            "POST",
            order + "/fulfillments",
            {**one, "location_id": "sloc_x"},
        ),
        Step(
            "a fulfilment",
            "POST",
            order + "/fulfillments?fields=id,*fulfillments,*fulfillments.items,"
            "*fulfillments.labels",
            {**one, "location_id": "{location}", "metadata": {"erp_shipment": "WH/1"}},
            save={"fulfilment": "order.fulfillments.0.id"},
            keys="known",
        ),
        Step("a label without URLs", "POST", ship, {**one, "labels": [{"tracking_number": "1"}]}),
        Step("shipped", "POST", ship + "?fields=id", {**one, "labels": [label]}),
        Step("shipped again", "POST", ship, {**one, "labels": [label]}),
        Step("cancel what was shipped", "POST", order + "/fulfillments/{fulfilment}/cancel", {}),
        Step("cancel the order then", "POST", order + "/cancel", {}),
        Step(
            "delivered", "POST", order + "/fulfillments/{fulfilment}/mark-as-delivered", {}, keys=""
        ),
        Step("delivered again", "POST", order + "/fulfillments/{fulfilment}/mark-as-delivered", {}),
        Step("the whole picture", "GET", f"{order}?fields={ORDER_FIELDS}", keys="known"),
    ]


def editing() -> list[Step]:
    edit = "/admin/order-edits/{order}"
    return [
        Step("an edit", "POST", "/admin/order-edits", {"order_id": "{order}"}),
        Step("a second one", "POST", "/admin/order-edits", {"order_id": "{order}"}),
        Step(
            "a new line",
            "POST",
            edit + "/items",
            {"items": [{"variant_id": "{va}", "quantity": 1}]},
            keys="",
        ),
        Step("asked for", "POST", edit + "/request", {}, keys=""),
        Step("confirmed", "POST", edit + "/confirm", {}, keys=""),
        Step("confirmed again", "POST", edit + "/confirm", {}),
        Step("after the edit", "GET", "/admin/orders/{order}?fields=id,version,total"),
    ]


def cancelling() -> list[Step]:
    """A second order, cancelled."""
    order = "/admin/orders/{order}"
    buying = [
        step
        for step in checkout()
        if step.note
        in {"a cart", "a line", "an address", "shipping", "a payment collection",
            "a payment session", "complete"}
    ]  # fmt: skip
    return [
        *buying,
        Step(
            "its payment",
            "GET",
            order + "?fields=id,payment_collections.payments.id",
            save={"payment": "order.payment_collections.0.payments.0.id"},
            keys="known",
        ),
        Step("cancelled", "POST", order + "/cancel?fields=id,status", {}),
        Step("cancelled again", "POST", order + "/cancel", {}),
        Step("a note", "POST", order, {"metadata": {"a": "b"}}),
        Step("its money", "POST", "/admin/payments/{payment}/capture", {}),
        Step("an edit", "POST", "/admin/order-edits", {"order_id": "{order}"}),
        Step("completed", "POST", order + "/complete", {}),
        Step(
            "an unknown order", "POST", "/admin/orders/order_01UNKNOWN000000000000000000/cancel", {}
        ),
    ]


def walk() -> list[Step]:
    parts = (door, products, checkout, reading, writing, shipping, editing, cancelling)
    return [step for part in parts for step in part()]


def record(lab: Lab) -> None:
    answers = [take(lab, step) for step in walk()]
    rows = ",\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers)
    RECORDED.write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    record(Lab(**json.loads(Path(sys.argv[1]).read_text())))
