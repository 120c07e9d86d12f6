"""A believable morning at a wholesaler, as rows: what the browser tests and pictures show."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from integrations.engine.models import Canary, JobState
from integrations.flows import issues
from integrations.models import (
    Connection,
    Event,
    HandEdit,
    Order,
    PlannedChange,
    Run,
    StateChange,
)
from tests import factories as make

REFUSED = "sale.order.load: No customer with external id cus_brandt was found."

# (action, ref, label, reason, changes)
PLAN = [
    ("change", "812", "Cordless drill 18 V (DRL-18V)", "", [
        ["title", "Cordless drill", "Cordless drill 18 V"],
        ["DRL-18V price EUR", "149", "159.90"],
    ]),
    ("change", "815", "Anchor bolt M6 × 60 (ANCHOR-6)", "", [
        ["description", "", "Zinc plated, for cracked concrete"],
    ]),
    ("create", "901", "Work light 50 W (LAMP-50W)", "", [
        ["status", "", "for sale"],
        ["title", "", "Work light 50 W"],
        ["LAMP-50W price EUR", "", "64.50"],
    ]),
    ("remove", "340", "Hand saw 350 (SAW-350)", "the ERP no longer has it: taken off sale", [
        ["status", "for sale", "draft"],
    ]),
    ("skip", "77", "Old saw", "no price for OLD-1", []),
    ("failed", "78", "Nail gun (NAIL-90)",
     "Product with handle: nail-90-78, already exists.", []),
]  # fmt: skip


class Scene:
    """One storefront, one ERP, seven orders of which two are stuck, one issue, one bad link."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.shop = self._connection("Northwind shop", erp=False)
        self.erp = self._connection("Northwind ERP", erp=True)
        self.orders_flow = make.FlowFactory(
            source=self.shop, target=self.erp, live=True, covered_until=self.ago(minutes=1)
        )
        make.FlowFactory(
            kind="order_status",
            source=self.erp,
            target=self.shop,
            mode="live",
            covered_until=self.ago(minutes=2),
        )
        products = make.FlowFactory(
            kind="products",
            source=self.erp,
            target=self.shop,
            mode="shadow",
            schedule="0 * * * *",
            covered_until=self.ago(minutes=25),
        )
        self.run = self._run_with_plan(products)
        stock = make.FlowFactory(
            kind="stock",
            source=self.erp,
            target=self.shop,
            mode="live",
            schedule="*/5 * * * *",
            covered_until=self.ago(minutes=48),
        )
        self.open_run = make.RunFactory(
            flow=stock,
            state="running",
            finished_at=None,
            started_at=self.ago(seconds=95),
            begun_at=self.ago(seconds=90),
            last_page_at=self.ago(seconds=2),
            read=5400,
            unchanged=5310,
            changed=90,
            pages=11,
            expected=12600,
        )
        self.hand_edit = self._hand_edit(products)
        for lane in ("orders", "batch"):
            Canary.objects.create(
                lane=lane, asked_at=self.ago(seconds=4), beaten_at=self.ago(seconds=3)
            )
        self.held = self._held("2107", "Brandt Elektro GmbH", "4862.30", hours=5)
        self._held("2111", "Brandt Elektro GmbH", "310.95", hours=2)
        self.shipped = self._shipped()
        make.OrderFactory(
            **self._order("2112", "Kobe Tools KK", "184000", minutes=3), currency="JPY"
        )
        make.OrderFactory(**self._order("2103", "Lund & Sons", "77.00", hours=20), paid=True)
        make.AccountFactory(name="Brandt Elektro GmbH", tax_id="DE811907980")

    def _run_with_plan(self, flow) -> Run:
        run = make.RunFactory(
            flow=flow,
            mode="shadow",
            started_at=self.ago(minutes=26),
            finished_at=self.ago(minutes=25),
            begun_at=self.ago(minutes=26),
            last_page_at=self.ago(minutes=25),
            pages=1,
            read=412,
            created=1,
            changed=2,
            removed=1,
            unchanged=407,
            skipped=1,
            failed=1,
        )
        PlannedChange.objects.bulk_create(
            PlannedChange(
                run=run, number=n, action=action, ref=ref, label=label, reason=why, changes=changes
            )
            for n, (action, ref, label, why, changes) in enumerate(PLAN, start=1)
        )
        return run

    def _hand_edit(self, flow) -> HandEdit:
        link = make.IdLinkFactory(
            kind="product",
            source=self.erp,
            source_ref="812",
            target=self.shop,
            target_ref="prod_01M84RZNYN812",
            label="Cordless drill 18 V (DRL-18V)",
        )
        return HandEdit.objects.create(
            flow=flow,
            link=link,
            label=link.label,
            changes=[
                ["title", "Cordless drill 18 V", "The drill you always wanted"],
                ["DRL-18V price EUR", "149", "129"],
            ],
            found_at=self.ago(minutes=40),
        )

    def ago(self, **span: float):
        return self.now - timedelta(**span)

    def _connection(self, name: str, *, erp: bool) -> Connection:
        return make.ConnectionFactory(
            erp=erp,
            name=name,
            resource__name=name,
            base_url="https://erp.northwind.example" if erp else "https://shop.northwind.example",
            credentials={"api_key": "k" * 40} if erp else {"secret_key": "sk_live_very_secret"},
            last_tested_at=self.ago(hours=1),
            last_test={
                "ok": True,
                "version": "19.0" if erp else "2.21",
                "checks": [
                    {"name": "reachable", "ok": True, "detail": "answered in 38 ms", "hint": ""},
                    {"name": "credentials", "ok": True, "detail": "accepted", "hint": ""},
                ],
            },
        )

    def _order(self, number: str, company: str, total: str, **age: float) -> dict:
        gross = Decimal(total)
        return {
            "storefront": self.shop,
            "erp": self.erp,
            "storefront_ref": f"order_01M84RZNYN00000000CPPF{number}",
            "display_id": number,
            "company": company,
            "email": f"orders@{company.split()[0].lower()}.example",
            "gross_total": gross,
            "tax_total": (gross * Decimal("0.159664")).quantize(Decimal("0.01")),
            "predicted_total": gross,
            "po_number": f"PO-{int(number) * 7}",
            "placed_at": self.ago(**age),
            "received_at": self.ago(**age),
        }

    def _held(self, number: str, company: str, total: str, **age: float) -> Order:
        at = self.ago(**age)
        order = make.OrderFactory(
            **self._order(number, company, total, **age),
            held=True,
            held_reason="customer_unlinked",
            held_message=f"Customer {company} has no counterpart in Northwind ERP.",
            held_hint="Add a customer link from cus_brandt to the customer's id, then requeue.",
            lines=3,
        )
        self._event(order, at)
        job = make.SyncJobFactory(
            parked=True,
            key=order.key,
            payload={"order": order.pk, "forced": False},
            resource=self.erp.resource,
            actor="event",
            resources={"storefront": self.shop.resource_id, "erp": self.erp.resource_id},
            error_reason="customer_unlinked",
            error_cause="customer:cus_brandt:unlinked",
            error_text=order.held_message,
            error_hint=order.held_hint,
            failed_at=at + timedelta(seconds=2),
            created_at=at,
            steps=["read", "plan", "create", "confirm", "tell", "follow_up"],
        )
        self._try(job, "read", at + timedelta(seconds=1), shop=True)
        self._try(job, "plan", at + timedelta(seconds=2), error=REFUSED)
        make.JobMoveFactory(
            job=job, reason=order.held_message, at=at + timedelta(seconds=2), actor="worker"
        )
        self._change(order, "pushing", "held", at + timedelta(seconds=2), order.held_message)
        issue = issues.note_parked(job)
        type(issue).objects.filter(pk=issue.pk).update(first_seen_at=at, title=order.held_message)
        return order

    def _shipped(self) -> Order:
        at = self.ago(hours=26)
        order = make.OrderFactory(
            **self._order("2098", "Lund & Sons", "1190.00", hours=26),
            state="partly_shipped",
            erp_ref="41",
            erp_number="S00041",
            erp_total=Decimal("1190.00"),
            confirmed_at=at + timedelta(seconds=4),
            plan={
                "payload": {"client_order_ref": "#2098", "partner_id/id": "portal.cus_lund"},
                "totals": {"lines": []},
            },
        )
        make.OrderLineFactory(
            order=order,
            title="Cordless drill 18 V",
            sku="DRL-18V",
            quantity=6,
            shipped=4,
            invoiced=4,
            expected_on=(self.now + timedelta(days=3)).date(),
            gross_total=Decimal("1071.00"),
        )
        make.OrderLineFactory(
            order=order,
            title="Freight",
            sku="",
            kind="shipping",
            quantity=1,
            shipped=1,
            invoiced=1,
            gross_total=Decimal("119.00"),
        )
        self._event(order, at)
        job = make.SyncJobFactory(
            done=True,
            key=order.key,
            payload={"order": order.pk},
            resource=self.erp.resource,
            actor="event",
            created_at=at,
            finished_at=at + timedelta(seconds=4),
            steps=["read", "plan", "create", "confirm", "tell"],
        )
        self._try(job, "read", at + timedelta(seconds=1), shop=True)
        self._try(job, "create", at + timedelta(seconds=2), lost=True)
        self._try(job, "create", at + timedelta(seconds=3), n=2, adopted=True)
        self._change(order, "received", "pushing", at + timedelta(seconds=1))
        self._change(order, "pushing", "confirmed", at + timedelta(seconds=4), "ERP order S00041")
        self._change(order, "confirmed", "partly_shipped", self.ago(hours=3))
        make.JobMoveFactory(
            job=job,
            from_state=JobState.RUNNING,
            to_state=JobState.DONE,
            reason="all steps done",
            at=at + timedelta(seconds=4),
        )
        make.ShipmentFactory(
            order=order,
            number="WH/OUT/00017",
            shipped_at=self.ago(hours=3),
            carrier="DHL",
            tracking_number="JD014600003828",
            storefront_ref="ful_01K",
        )
        make.InvoiceFactory(order=order, number="INV/2026/00009", gross_total=Decimal("794.00"))
        make.PaymentFactory(order=order, amount=Decimal("1190.00"))
        return order

    def _event(self, order: Order, at) -> Event:
        return make.EventFactory(
            connection=self.shop, subject=order.storefront_ref, received_at=at, occurred_at=at
        )

    def _change(self, order: Order, before: str, after: str, at, reason: str = "") -> None:
        StateChange.objects.create(
            subject="order",
            subject_id=order.pk,
            before=before,
            after=after,
            actor="event",
            reason=reason,
            at=at,
        )

    def _try(self, job, name, at, *, n=1, shop=False, error="", lost=False, adopted=False) -> None:
        step = job.steps.get(name=name)
        outcome = "done"
        if error:
            outcome = "needs_operator"
        elif lost:
            outcome = "outcome_unknown"
        elif adopted:
            outcome = "adopted"
        attempt = make.AttemptFactory(
            step=step, n=n, outcome=outcome, message=error, started_at=at, finished_at=at
        )
        if outcome in ("done", "adopted"):
            type(step).objects.filter(pk=step.pk).update(
                state="done", attempts=n, output={"number": "S00041"}, finished_at=at
            )
        make.ExchangeFactory(
            connection=self.shop if shop else self.erp,
            job=job,
            step=step,
            attempt_id=attempt.pk,
            at=at,
            method="GET" if shop else "POST",
            endpoint="GET:/admin/orders/order_01K2107" if shop else "POST:/json/2/sale.order/load",
            url="https://shop.northwind.example/admin/orders/order_01K2107?fields=%2Bitems.%2A"
            if shop
            else "https://erp.northwind.example/json/2/sale.order/load",
            status=None if lost else 200,
            error_kind="outcome_unknown" if lost else "",
            request_headers={"Authorization": "•••", "Accept": "application/json"},
            request_body=""
            if shop
            else '{"fields": ["id", "client_order_ref"], "data": [["p.o", "#2098"]]}',
            response_body='{"order": {"id": "order_01K2107", "display_id": 2107}}',
        )
