"""Prices asked for while quoting, terms of payment, and how a customer stands."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.base import CustomPart, refuse_no_customer, unknown_customer
from integrations.adapters.custom.rows import Row
from integrations.errors import NeedsOperator
from integrations.records import (
    CreditStanding,
    PaymentTerm,
    PriceAnswer,
    PriceAsk,
    PriceQuestion,
    PriceRefusal,
)


class Pricing(CustomPart):
    """Implements `QuotesPrices`."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """One call, or as many as its answer has pages."""
        refuse_no_customer(question.customer_ref)
        asked = [line for line in question.lines if not _no_question(line)]
        answers = self._answers(question, asked)
        priced_at = datetime.now(UTC)
        return [
            self._answer(line, answers.get(line.our_ref), question, priced_at)
            for line in question.lines
        ]

    def payment_terms(self) -> Sequence[PaymentTerm]:
        section = self.mapping["pricing"]
        rows = self.client.all_rows(section["terms"], {})
        return [_term(self.row(raw, section["term_fields"])) for raw in rows]

    def _answers(self, question: PriceQuestion, asked: Sequence[PriceAsk]) -> dict[str, Row]:
        section = self.mapping["pricing"]
        if not asked:
            return {}
        values = {
            "customer_ref": question.customer_ref,
            "currency": question.currency,
            "asked_on": question.asked_on,
            "lines": [_asked(line) for line in asked],
        }
        try:
            rows = self.client.all_rows(section["ask"], values)
        except NotThere as exc:
            raise unknown_customer(question.customer_ref) from exc
        found = [self.row(raw, section["fields"], currency=question.currency) for raw in rows]
        return {row.text("our_ref"): row for row in found}

    def _answer(
        self, line: PriceAsk, row: Row | None, question: PriceQuestion, priced_at: datetime
    ) -> PriceAnswer | PriceRefusal:
        reason = _no_question(line)
        if not reason:
            reason = "The ERP gave no price for it." if row is None else row.text("refusal")
        if reason or row is None:
            return PriceRefusal(our_ref=line.our_ref, reason=reason)
        if row.currency != question.currency:
            raise NeedsOperator(
                f"The ERP has no prices in {question.currency} for this customer; it answers in "
                f"{row.currency}.",
                reason="no_pricelist",
                cause=f"no_pricelist:{question.currency}",
                hint="Quote in the customer's currency.",
            )
        net = row.get("net_unit_price")
        if net is None or net <= 0:
            reason = (
                "The ERP gave no price for it." if net is None else "The ERP prices it at zero."
            )
            return PriceRefusal(our_ref=line.our_ref, reason=reason)
        return self._priced(line, row, net, priced_at)

    def _priced(self, line: PriceAsk, row: Row, net: Decimal, priced_at: datetime) -> PriceAnswer:
        list_price, cost = row.get("list_price") or None, row.get("cost") or None
        return PriceAnswer(
            our_ref=line.our_ref,
            net_unit_price=net,
            list_price=list_price,
            discount_percent=_below(net, list_price),
            currency=row.currency,
            currency_rate=None,
            unit=row.text("unit"),
            cost=cost,
            cost_currency=row.currency if cost is not None else "",
            cost_as_of=priced_at if cost is not None else None,
            pricelist_ref=row.text("price_list_ref"),
            pricelist_name=row.text("price_list_name"),
            rule_ref=row.text("rule_ref"),
            rule_version=row.text("rule_version"),
            is_binding=self.mapping["pricing"]["is_binding"],
            priced_at=priced_at,
            confirmed_quantity=row.get("confirmed_quantity"),
            available_on=row.day("available_on"),
        )


class Credit(CustomPart):
    """Implements `ChecksCredit`."""

    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """One call."""
        refuse_no_customer(customer_ref)
        section = self.mapping["credit"]
        try:
            reply = self.client.call(section["read"], {"customer_ref": customer_ref}, writes=False)
        except NotThere as exc:
            raise unknown_customer(customer_ref) from exc
        body = reply.json()
        raw = section["row"].find(body) if section["row"] is not None else body
        if not isinstance(raw, dict):
            raise unknown_customer(customer_ref)
        row = self.row(raw, section["fields"])
        return CreditStanding(
            is_blocked=row.flag("is_blocked", otherwise=False),
            block_reason=row.text("block_reason"),
            limit=row.get("limit"),
            is_limit_known=section["fields"]["limit"] is not None,
            exposure=row.number("exposure"),
            currency=row.currency,
            as_of=datetime.now(UTC),
            payment_term_ref=row.text("payment_term_ref"),
            payment_term_name=row.text("payment_term_name"),
            note=row.text("note"),
        )


def _asked(line: PriceAsk) -> dict[str, Any]:
    return {
        "our_ref": line.our_ref,
        "product_ref": line.product_ref,
        "quantity": line.quantity,
    }


def _no_question(line: PriceAsk) -> str:
    """Why this line is not even asked about, in a sentence for sales."""
    if not line.product_ref.strip():
        return "It has no counterpart in the ERP."
    if not line.quantity.is_finite() or line.quantity <= 0:
        return "It has no quantity to price."
    return ""


def _below(net: Decimal, list_price: Decimal | None) -> Decimal:
    if list_price is None or net >= list_price:
        return Decimal(0)
    return ((1 - net / list_price) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _term(row: Row) -> PaymentTerm:
    days = row.get("days")
    return PaymentTerm(
        ref=row.text("ref"), name=row.text("name"), days=None if days is None else int(days)
    )
