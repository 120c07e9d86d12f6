"""Asks both sides, and gathers what the copy and the storefront hold about the answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from integrations.errors import NeedsOperator, Rejected
from integrations.flows.groups import groups_of
from integrations.flows.price_audit.case import Case, Question
from integrations.flows.price_audit.planned import Plans, planned_price
from integrations.flows.prices.decide import EVERYONE
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.offers import Kept
from integrations.models import Flow, IdLink, PriceRow
from integrations.ports import QuotesPrices
from integrations.records import (
    BuyerPrice,
    BuyerPriceAsk,
    PriceAnswer,
    PriceAsk,
    PriceQuestion,
    PriceRefusal,
)

Said = PriceAnswer | PriceRefusal
NO_ANSWER = "The ERP gave no answer for this price."


class Asking:
    """Asks about some questions at a time. Reads only."""

    def __init__(self, flow: Flow, *, erp: QuotesPrices, shop: Any) -> None:
        self._flow, self._erp, self._shop = flow, erp, shop
        self._regions = {one.currency: one.ref for one in reversed(tuple(shop.regions()))}
        self._sold_in = shop.sold_currencies()

    def cases(
        self, questions: Sequence[Question], *, now: datetime, is_planned: bool = False
    ) -> list[Case]:
        """One case per question, in their order. The ERP is asked once per customer and
        currency, the storefront once for all. `is_planned`: the storefront tells only whose
        groups the customers are in; their prices are what is planned for the day."""
        said, refused = self._ask_erp(questions)
        rows = self._rows(questions)
        kept = {name: [self._copy.as_kept(row) for row in some] for name, some in rows.items()}
        told, there = self._ask_shop(questions, kept)
        if is_planned:
            told = self._planned(questions, told, rows, kept)
        list_ids = {one.list_id for one in told.values() if one.list_id}
        list_ids |= {one.list_id for some in kept.values() for one in some if one.list_id}
        lists = {one.list_id: one for one in self._shop.price_lists(sorted(list_ids))}
        ours, groups = self._links(list_ids, kept)
        claimed = self._copy.claimed({one.price_id for one in told.values() if one.price_id})
        return [
            Case(
                question=one,
                now=now,
                erp=said.get(n),
                shop=told.get(n),
                sells_in=self._sells_in(one.currency),
                refused=refused.get(n, ""),
                rows=tuple(kept.get((one.variant_ref, one.currency), ())),
                problems={
                    row.pk: row.problem for row in rows.get((one.variant_ref, one.currency), ())
                },
                there=there,
                lists=lists,
                ours=ours,
                claimed=frozenset(claimed),
                is_planned=is_planned,
                groups=groups,
            )
            for n, one in enumerate(questions)
        ]

    @property
    def _copy(self) -> PriceCopy:
        return PriceCopy(self._flow, run_id=0)

    def _sells_in(self, currency: str) -> bool:
        return currency in self._sold_in and currency in self._regions

    def _ask_erp(self, questions: Sequence[Question]) -> tuple[dict[int, Said], dict[int, str]]:
        """Answers, and why a whole customer could not be priced, by place."""
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for n, one in enumerate(questions):
            groups[one.customer_ref, one.currency, one.asked_on].append(n)
        said: dict[int, Said] = {}
        refused: dict[int, str] = {}
        for (customer_ref, currency, day), places in groups.items():
            question = PriceQuestion(
                customer_ref=customer_ref,
                currency=currency,
                asked_on=day,
                lines=tuple(_line(n, questions[n]) for n in places),
            )
            try:
                answers = self._erp.quote_prices(question)
            except (NeedsOperator, Rejected) as exc:
                refused |= dict.fromkeys(places, f"The ERP: {exc.message} {exc.hint}".strip())
                continue
            said |= {int(one.our_ref): one for one in answers}
            refused |= {n: NO_ANSWER for n in places if n not in said}
        return said, refused

    def _ask_shop(
        self, questions: Sequence[Question], kept: Mapping[Any, Sequence[Kept]]
    ) -> tuple[dict[int, BuyerPrice], dict[str, Any]]:
        asks = [
            BuyerPriceAsk(
                our_ref=str(n),
                variant_id=one.variant_id,
                customer_id=one.customer_id,
                quantity=one.quantity,
                currency=one.currency,
                region_ref=self._regions.get(one.currency, ""),
            )
            for n, one in enumerate(questions)
        ]
        ids = [row.price_id for some in kept.values() for row in some if row.price_id]
        answers, there = self._shop.buyer_prices(asks, ids)
        told = {int(one.our_ref): one for one in answers}
        return told, {one.price_id: one for one in there}

    def _planned(
        self,
        questions: Sequence[Question],
        told: Mapping[int, BuyerPrice],
        rows: Mapping[Any, Sequence[PriceRow]],
        kept: Mapping[Any, Sequence[Kept]],
    ) -> dict[int, BuyerPrice]:
        """In place of what is charged now: what the portal has planned for the day."""
        groups = self._groups(kept)
        found = {}
        for n, answer in told.items():
            about = questions[n].variant_ref, questions[n].currency
            plans = Plans(
                rows=kept.get(about, ()),
                problems={row.pk: row.problem for row in rows.get(about, ())},
                groups=groups,
                own_first=self._flow.settings.get("precedence") == "customer",
            )
            found[n] = planned_price(questions[n], plans, answer)
        return found

    def _rows(self, questions: Sequence[Question]) -> dict[tuple[str, str], list[PriceRow]]:
        """The copy's prices by SKU and currency, without those of other single customers."""
        whom = Q(audience__in=(EVERYONE, "price_list", "customer_group"))
        whom |= Q(audience="customer", audience_ref__in={one.customer_ref for one in questions})
        found: dict[tuple[str, str], list[PriceRow]] = defaultdict(list)
        rows = PriceRow.objects.filter(
            whom,
            source=self._flow.source,
            variant_ref__in={one.variant_ref for one in questions},
            currency__in={one.currency for one in questions},
        )
        for row in rows.order_by("pk"):
            found[row.variant_ref, row.currency].append(row)
        return dict(found)

    def _links(
        self, list_ids: set[str], kept: Mapping[Any, Sequence[Kept]]
    ) -> tuple[frozenset[str], dict[str, str]]:
        source, target = self._flow.source, self._flow.target
        made = IdLink.objects.filter(
            kind=IdLink.Kind.PRICE_LIST, source=source, target=target, target_ref__in=list_ids
        )
        ours = frozenset(made.values_list("target_ref", flat=True))
        return ours, self._groups(kept)

    def _groups(self, kept: Mapping[Any, Sequence[Kept]]) -> dict[str, str]:
        """The customer group of each audience that has a price among these."""
        refs = {
            f"{row.audience}:{row.audience_ref}"
            for some in kept.values()
            for row in some
            if row.audience != EVERYONE
        }
        return groups_of(self._flow.source, self._flow.target, refs)


def _line(n: int, question: Question) -> PriceAsk:
    return PriceAsk(our_ref=str(n), product_ref=question.variant_ref, quantity=question.quantity)
