"""Which prices are compared: what drifted, was sold or quoted lately, and the rest by chance.

The same seed over the same records gives the same sample.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from random import Random
from typing import Any

from django.db.models import Max, Min, QuerySet

from integrations.flows.links import REMOVED
from integrations.flows.price_audit.case import Question
from integrations.flows.price_audit.parties import Party, links_of, of_link, parties_of
from integrations.models import Buyer, Flow, IdLink, OrderLine, PriceAudit, PriceDrift, PriceRow

LATELY = 1000  # lines of orders and of quotes that are looked at
MOST = 500  # questions of one audit
_TRIES = 4  # times as many rolls as questions that are still wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A price that matters: what a customer of the storefront bought, or was quoted."""

    customer_id: str
    sku: str
    quantity: Decimal
    currency: str


Quoted = Callable[[Flow, int], Sequence[Wish]]
_quoted: list[Quoted] = []


def also_sample(quoted: Quoted) -> None:
    """Has `quoted(flow, at most)` asked for what was quoted lately, newest first."""
    if quoted not in _quoted:
        _quoted.append(quoted)


def sample(flow: Flow, *, size: int, seed: int, on: date) -> tuple[list[Question], dict[str, int]]:
    """About `size` questions, MOST at most, and how many of them for which reason.

    All that drifted in the last sample and since is asked again, so that an issue closes only
    when its prices are right. Then up to half of the rest come from what was sold and quoted
    lately, what was bought often more likely than the rest; the others are prices and customers
    taken by chance, at a quantity where a step begins or right before it.
    """
    rolls = Random(seed)  # noqa: S311 a sample, not a secret
    wanted = max(0, min(size, MOST))
    chosen: dict[tuple[Any, ...], Question] = {}

    def take(found: Iterable[Question], most: int) -> None:
        for one in found:
            if len(chosen) >= most:
                return
            chosen.setdefault(one.about, one)

    drifted, blind = _last_found(flow)
    take(_asked(flow, drifted, on, "drifted"), MOST)
    wanted = max(wanted, len(chosen))
    take(_asked(flow, blind, on, "not compared"), len(chosen) + (wanted - len(chosen)) // 4)
    half = len(chosen) + (wanted - len(chosen) + 1) // 2
    for why, wishes in (("sold", sold(flow)), ("quoted", _quoted_lately(flow))):
        share = half if why == "quoted" or not _quoted else (len(chosen) + half + 1) // 2
        take(_asked(flow, _by_weight(wishes, rolls), on, why), share)
    take(_at_random(flow, wanted, rolls, on), wanted)
    return list(chosen.values()), dict(Counter(one.why for one in chosen.values()))


def sold(flow: Flow) -> list[Wish]:
    """The newest lines of orders, one wish each."""
    lines = OrderLine.objects.filter(order__storefront=flow.target, kind="item", quantity__gt=0)
    lines = lines.exclude(sku="").exclude(order__customer_id="").order_by("-id")
    rows = lines.values_list("order__customer_id", "sku", "quantity", "order__currency")
    return [
        Wish(customer_id=who, sku=sku, quantity=quantity, currency=currency.upper())
        for who, sku, quantity, currency in rows[:LATELY]
        if quantity == quantity.to_integral_value()
    ]


def _quoted_lately(flow: Flow) -> list[Wish]:
    return [wish for quoted in _quoted for wish in quoted(flow, LATELY)]


def _last_found(flow: Flow) -> tuple[list[Wish], list[Wish]]:
    """What drifted in the last sample and since, and what could not be compared there."""
    last = PriceAudit.objects.filter(
        flow=flow, is_sample=True, on=None, state=PriceAudit.State.DONE
    )
    since = last.order_by("-id").values_list("pk", flat=True).first() or 0
    rows = PriceDrift.objects.filter(audit__flow=flow, audit__on=None, audit_id__gte=since)
    found: dict[bool, list[Wish]] = {True: [], False: []}
    for one in rows.order_by("audit_id", "n")[: 2 * MOST]:
        found[one.cause == PriceDrift.Cause.NOT_COMPARED].append(_wish_of(one))
    return found[False], found[True]


def _by_weight(wishes: Sequence[Wish], rolls: Random) -> list[Wish]:
    """Each once, in an order by chance in which what came often tends to come first."""
    often = Counter(wishes)
    order = {wish: rolls.random() ** (1 / times) for wish, times in often.items()}
    return sorted(often, key=lambda wish: -order[wish])


def _asked(flow: Flow, wishes: Sequence[Wish], on: date, why: str) -> Iterable[Question]:
    """Questions of those wishes whose customer and SKU are known on both sides."""
    known = parties_of(flow, {wish.customer_id for wish in wishes})
    variants = variants_of(flow, {wish.sku for wish in wishes})
    for wish in wishes:
        party, variant = known.get(wish.customer_id), variants.get(wish.sku)
        if party and variant:
            yield question_of(party, wish, variant, on, why)


def asked_again(flow: Flow, drifts: Iterable[PriceDrift], on: date, why: str) -> list[Question]:
    """The questions of these drifts, each once; without customers and SKUs that are gone."""
    wishes = [_wish_of(one) for one in drifts]
    return list({one.about: one for one in _asked(flow, wishes, on, why)}.values())


def _wish_of(drift: PriceDrift) -> Wish:
    return Wish(
        customer_id=drift.customer_id,
        sku=drift.sku,
        quantity=drift.quantity,
        currency=drift.currency,
    )


def _at_random(flow: Flow, size: int, rolls: Random, on: date) -> Iterable[Question]:
    rows = PriceRow.objects.filter(source=flow.source, is_active=True)
    span, whom = _span(rows), _Whom(flow, rolls)
    if span is None:
        return
    for _ in range(size * _TRIES):
        row, party = _roll(rows, span, rolls), whom.anybody()
        sold_as = _sold(flow, row.variant_ref)
        if party is None or sold_as is None:
            continue
        first = max(Decimal(1), row.min_quantity.to_integral_value(ROUND_CEILING))
        wish = Wish(
            customer_id=party.customer_id,
            sku=sold_as.label,
            quantity=max(Decimal(1), first - rolls.randint(0, 1)),
            currency=row.currency,
        )
        yield question_of(party, wish, (row.variant_ref, sold_as.target_ref), on, "by chance")


class _Whom:
    """Customers by chance: those with a link of their own, and buyers of linked companies."""

    def __init__(self, flow: Flow, rolls: Random) -> None:
        self._flow, self._rolls = flow, rolls
        self._links = links_of(flow)
        self._buyers = Buyer.objects.exclude(storefront_customer_id="")
        pools = ((self._links, _span(self._links)), (self._buyers, _span(self._buyers)))
        self._pools = [(rows, span) for rows, span in pools if span is not None]

    def anybody(self) -> Party | None:
        if not self._pools:
            return None
        rows, span = self._rolls.choice(self._pools)
        found = _roll(rows, span, self._rolls)
        if isinstance(found, IdLink):
            return of_link(found, self._flow)
        customer_id = found.storefront_customer_id
        return parties_of(self._flow, [customer_id]).get(customer_id)


def question_of(party: Party, wish: Wish, variant: tuple[str, str], on: date, why: str) -> Question:
    return Question(
        customer_id=party.customer_id,
        customer_ref=party.customer_ref,
        company=party.company,
        sku=wish.sku,
        variant_ref=variant[0],
        variant_id=variant[1],
        quantity=wish.quantity,
        currency=wish.currency,
        asked_on=on,
        why=why,
    )


def _sells(flow: Flow) -> QuerySet[IdLink]:
    links = IdLink.objects.filter(kind=IdLink.Kind.VARIANT, source=flow.source, target=flow.target)
    return links.exclude(label__endswith=REMOVED)


def variants_of(flow: Flow, skus: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(in the ERP, in the storefront) of each SKU."""
    rows = _sells(flow).filter(label__in=set(skus))
    return {row.label: (row.source_ref, row.target_ref) for row in rows}


def _sold(flow: Flow, variant_ref: str) -> IdLink | None:
    return _sells(flow).filter(source_ref=variant_ref).first()


def _span(rows: QuerySet[Any]) -> tuple[int, int] | None:
    """The first and the last id: rolling between them needs no count of the table."""
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    return None if ends["first"] is None else (ends["first"], ends["last"])


def _roll(rows: QuerySet[Any], span: tuple[int, int], rolls: Random) -> Any:
    return rows.filter(pk__gte=rolls.randint(*span)).order_by("pk")[0]
