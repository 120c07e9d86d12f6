"""The adapter makes no call whose answer nobody has seen."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integrations.records import PaymentNotice, PriceAsk, PriceQuestion, Window
from tests.adapters.odoo import replay
from tests.adapters.odoo.office import Office

# Read in Odoo's source, not recorded: public methods with a plain answer.
READ_IN_THE_SOURCE = {
    ("sale.order", "get_external_id"),
    ("sale.order.line", "get_external_id"),
    ("mail.message", "search_read"),
    ("mail.message", "has_access"),
    ("product.product", "has_access"),
    ("res.partner", "has_access"),
    ("stock.picking", "has_access"),
    ("stock.move", "has_access"),
    ("stock.picking", "fields_get"),
}


def test_every_call_was_recorded_or_read_in_the_source(office_19: Office) -> None:
    recorded = {
        replay.parts(exchange)[:2] for name in replay.scenarios() for exchange in replay.load(name)
    }

    use_everything(office_19)

    made = {
        tuple(entry.route.rsplit(".", 1))
        for entry in office_19.erp.log
        if entry.path.startswith("/json/2/")
    }
    assert made - recorded - READ_IN_THE_SOURCE == set()


def use_everything(office: Office) -> None:
    adapter = office.adapter()
    adapter.test()
    adapter.rounding_profile()
    window = Window(start=None, end=datetime.now(UTC) + timedelta(days=1))
    adapter.product_page(window, None)
    adapter.quote_prices(price_question(office))
    adapter.payment_terms()
    adapter.credit_standing(str(office.customer))
    ref = adapter.create_order(office.draft()).ref
    adapter.confirm_order(ref)
    adapter.change_order(ref, office.draft(lines=[office.line(quantity=Decimal(2))]))
    adapter.record_payment(
        ref,
        PaymentNotice(
            our_ref="pay_1",
            amount=Decimal(1),
            currency="EUR",
            provider="card",
            captured_at=datetime.now(UTC),
        ),
    )
    office.erp.credit_note(office.erp.invoice("order_01"), reconcile=True)
    list(adapter.order_progress([ref]))
    use_papers(office)
    for stage in ("order", "delivery", "invoice"):
        adapter.changed_orders(window, f"{stage}:0")
    adapter.cancel_order(ref, "done")


def use_papers(office: Office) -> None:
    order = office.erp.add_order(office.customer, "by-hand", [(office.bolt, 1, 1)])
    office.erp.confirm(order)
    invoice = office.erp.invoice(order)
    number = office.erp.store.get("account.move", invoice)["name"]
    office.adapter().invoice_document(str(invoice), number=number, most_bytes=100_000)


def price_question(office: Office) -> PriceQuestion:
    """Of a product that a rule applies to, so that the rule is read too."""
    office.erp.add_rule(office.euro, product_id=office.bolt, fixed_price=18)
    ask = PriceAsk(our_ref="line_1", product_ref=str(office.bolt), quantity=Decimal(1))
    return PriceQuestion(
        customer_ref=str(office.customer),
        currency="EUR",
        asked_on=datetime.now(UTC).date(),
        lines=(ask,),
    )
