"""A believable week in sales, as rows: what the browser tests of the sales screens show."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from integrations.engine.models import Resource
from integrations.models import Account, IdLink, LicensedGoods, StateChange, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.models import Message, Rfq, Version
from quotes.services import approving, drafting, offering, rfqs
from quotes.services.counterparts import trading_flow
from quotes.services.editing import Edit, EditedLine, save_edit
from quotes.services.rfqs import Asked, AskedLine
from quotes.states import RfqState
from tests import factories as make
from tests.quotes.factories import (
    ApprovalRuleFactory,
    RfqFactory,
    RfqLineFactory,
    VersionFactory,
    VersionLineFactory,
)

SATURDAY = date(2027, 1, 2)
GOODS = (
    ("DRL-18V", "Cordless drill 18 V, brushless, with two batteries", "189.00", "171.00", "118.40"),
    ("SAW-CIR-190", "Circular saw 190 mm", "249.00", "249.00", "163.10"),
    ("BIT-SET-40", "Bit set, 40 pieces, in a case", "34.90", "29.90", "14.25"),
)


class Sales:
    """Eight requests of which two are overdue, quotes in every stage, one approval that waits."""

    def __init__(self, manager: User) -> None:
        self.now = timezone.now()
        self.sam = make.UserFactory(
            username="sam.sales", first_name="Sam", last_name="Okafor", role="Sales"
        )
        self.manager = manager
        self.brandt = make.AccountFactory(name="Brandt Elektro GmbH")
        self.lund = make.AccountFactory(name="Lund & Sons")
        self.kobe = make.AccountFactory(name="Kobe Tools KK")
        for account in (self.brandt, self.lund, self.kobe):
            self._customer(account)
        ApprovalRuleFactory(name="Discount", threshold=Decimal(20))
        ApprovalRuleFactory(name="Thin margin", kind="margin_below", threshold=Decimal(30))
        self.overdue = self._request(self.brandt, days=4, worth="165.00", quantity=120)
        self._request(self.lund, days=3, worth="27.50", quantity=40)
        self.stranger = self._stranger()
        self._request(self.kobe, days=1, worth=None, quantity=8)
        self.asked = self._request(self.lund, days=1, worth="230.00", quantity=15)
        rfqs.ask_buyer(self.asked, actor=staff(self.sam), text="Which voltage do you need?")
        self._copy()
        self.draft = self._draft()
        self.waiting = self._waiting()
        self._stages()

    def ago(self, **span: float):
        return self.now - timedelta(**span)

    def _customer(self, account: Account) -> None:
        """Their buyer, whose login in the storefront is a customer of the ERP's."""
        flow = trading_flow()
        word = account.name.split()[0].lower()
        buyer = make.BuyerFactory(
            account=account,
            email=f"purchasing@{word}.example",
            storefront_customer_id=f"cus_{word}",
        )
        make.IdLinkFactory(
            kind=IdLink.Kind.CUSTOMER,
            source=flow.source,
            source_ref=buyer.storefront_customer_id,
            target=flow.target,
        )

    def _copy(self) -> None:
        """What the portal keeps of the goods: plenty of drills, few saws, old news of bits."""
        flow = trading_flow()
        known = (
            ("DRL-18V", 480, self.ago(minutes=5), {}),
            ("SAW-CIR-190", 12, self.ago(minutes=5), {"incoming": 40, "incoming_on": SATURDAY}),
            ("BIT-SET-40", 900, self.ago(days=4), {}),
        )
        for sku, available, as_of, coming in known:
            ref = f"erp-{sku}"
            make.IdLinkFactory(
                kind=IdLink.Kind.VARIANT,
                source=flow.target,
                source_ref=ref,
                target=flow.source,
                target_ref=f"variant_{sku}",
                label=sku,
            )
            kept = {"source": flow.target, "variant_ref": ref, "sku": sku, "as_of": as_of}
            make.StockLevelFactory(available=available, **kept, **coming)
            make.PriceRowFactory(min_quantity=0, net_unit_price=Decimal("171.5"), **kept)

    def without_erp(self) -> None:
        """The ERP is paused, and the draft's first line waits for its price."""
        erp = trading_flow().target
        Resource.objects.filter(pk=erp.resource_id).update(paused=True, pause_reason="maintenance")
        links = IdLink.objects.filter(kind=IdLink.Kind.CUSTOMER, source_ref="cus_brandt")
        make.CustomerCopyFactory(
            source=erp, ref=links.get().target_ref, account=self.brandt, price_list_ref="7"
        )
        self.draft.lines.filter(n=1).update(unit_price=None, is_price_manual=False)

    def restrict(self) -> None:
        """Saws need a licence, and nobody knows whether bits do."""
        LicensedGoods.objects.create(licence="Power saws", skus="SAW-CIR-190", categories="Saws")

    def _request(self, account: Account, *, days: float, worth: str | None, quantity: int) -> Rfq:
        person = account.buyers.first() or make.BuyerFactory(account=account)
        line = AskedLine(
            sku="DRL-18V",
            title="Cordless drill 18 V, brushless, with two batteries",
            quantity=Decimal(quantity),
            target_price=None if worth is None else Decimal(worth),
            configuration=(("Battery", "5 Ah"), ("Case", "stackable")),
        )
        asked = Asked(
            currency="EUR", lines=(line,), reference=f"PR-{4000 + quantity}", note="For our depot."
        )
        rfq = rfqs.submit_rfq(
            rfqs.draft_rfq(person=person, asked=asked),
            actor=as_buyer(person),
            now=self.ago(days=days),
        )
        StateChange.objects.filter(subject="rfq", subject_id=rfq.pk).update(at=self.ago(days=days))
        Message.objects.create(
            rfq=rfq, author=person.email, is_from_buyer=True, text="Can you deliver in two lots?"
        )
        return rfq

    def _stranger(self) -> Rfq:
        rfq = RfqFactory(
            submitted=True,
            lines=0,
            buyer=None,
            account=None,
            company_name="Hofmann Bau",
            contact_name="Eva Hofmann",
            contact_email="eva@hofmann-bau.example",
            answer_due_at=self.now + timedelta(hours=30),
        )
        RfqLineFactory(rfq=rfq, title="Scaffolding for a three-storey house", sku="", quantity=1)
        return rfq

    def _draft(self) -> Version:
        version = drafting.quote_rfq(self.overdue, user=self.sam)
        rfqs.say(
            self.overdue,
            actor=staff(self.sam),
            text="They buy the same from a competitor at 168.",
            is_from_buyer=False,
            is_internal=True,
        )
        lines = [
            EditedLine(
                line_id=line.pk,
                place=1,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                unit_price=Decimal("168.00"),
                discount_percent=Decimal(2),
                tax_percent=Decimal(19),
            )
            for line in version.lines.all()
        ]
        header = {
            "valid_until": self.now + timedelta(days=14),
            "terms_name": "Net 30",
            "freight_name": "Pallet, two lots",
            "freight_net": Decimal(180),
            "freight_tax_percent": Decimal(19),
            "shipping_ref": "so_pallet",
            "ship_to": {"company": "Brandt Elektro GmbH", "street1": "Kaistrasse 7"},
        }
        version = save_edit(
            version, user=self.sam, edit=Edit(edits=version.edits, header=header, lines=lines)
        )
        first = version.lines.get()
        first.list_price, first.unit_cost = Decimal(189), Decimal("118.40")
        first.cost_as_of, first.variant_ref = self.ago(hours=5), "variant_drill"
        first.save()
        for n, (sku, title, list_price, price, cost) in enumerate(GOODS[1:], start=2):
            VersionLineFactory(
                version=version,
                n=n,
                sku=sku,
                title=title,
                quantity=Decimal(12 * n),
                list_price=Decimal(list_price),
                unit_price=Decimal(price),
                unit_cost=Decimal(cost),
                cost_as_of=self.ago(hours=5),
                is_optional=n == 3,
            )
        with drafting.editing(version, user=self.sam) as edited:
            pass
        return edited

    def _waiting(self) -> Version:
        version = self._quote(self.lund, discount_percent=Decimal(15))
        return approving.submit_version(version, user=self.sam)

    def _quote(self, account: Account, **fields: object) -> Version:
        version = VersionFactory(
            quote__account=account,
            quote__buyer=None,
            quote__owner=self.sam,
            edited_by=self.sam,
            lines=0,
            **fields,
        )
        for n, (sku, title, list_price, price, cost) in enumerate(GOODS, start=1):
            VersionLineFactory(
                version=version,
                n=n,
                sku=sku,
                title=title,
                quantity=Decimal(10 * n),
                list_price=Decimal(list_price),
                unit_price=Decimal(price),
                unit_cost=Decimal(cost),
            )
        with drafting.editing(version, user=self.sam) as edited:
            pass
        return edited

    def _stages(self) -> None:
        approving.submit_version(self._quote(self.kobe), user=self.sam)
        for account in (self.brandt, self.lund, self.kobe):
            version = approving.submit_version(self._quote(account), user=self.sam)
            self.offered = offering.offer(version, user=self.sam)
        assert Rfq.objects.exclude(state=RfqState.DRAFT).count() == 5
