"""Pricing: condition records by an access sequence, manual prices, percentages, tax.

SAP help, "Condition technique": the most special record wins (customer, price group, price list,
everybody). Each condition is rounded by itself to the digits of the currency, half away from zero;
the net amount is the sum of its active prices and discounts, the tax a percentage of that.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.adapters.sap.sandbox.people import People
from integrations.adapters.sap.sandbox.store import Row

PRICE_TYPE, COST_TYPE, TAX_TYPE = "PPR0", "VPRS", "TTX1"
_ACCESSES = (
    ("Customer", "customer"),
    ("CustomerPriceGroup", "group"),
    ("PriceListType", "price_list"),
    ("", ""),
)


@dataclass
class Priced:
    """A line as pricing sees it, and what comes out. `manual` are conditions set by hand."""

    material: str
    quantity: Decimal
    customer: str
    currency: str
    on: date
    tax_classes: dict[str, str]
    manual: list[Row]
    elements: list[dict[str, Any]]
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


class Pricing(People):
    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.costs: dict[str, Decimal] = {}
        # customers of a risk class whose orders are not checked
        self.trusted: set[str] = set()

    def price(self, line: Priced) -> Priced:
        coin = Decimal(1).scaleb(-self.currency_digits(line.currency))
        line.elements = []
        prices = line.manual or self._record_price(line)
        for price in prices:
            per = price["ConditionQuantity"] or Decimal(1)
            factor = self._unit_factor(line.material, price["ConditionQuantityUnit"])
            amount = price["ConditionRateValue"] * line.quantity * factor / per
            self._element(line, price, amount.quantize(coin, ROUND_HALF_UP), kind="B")
        line.net = sum((one["ConditionAmount"] for one in line.elements), Decimal(0))
        for record in self._discounts(line):
            rate = record["ConditionRateValue"]
            amount = (line.net * rate / 100).quantize(coin, ROUND_HALF_UP)
            self._element(
                line, {**record, "ConditionType": record["ConditionType"]}, amount, kind="A"
            )
        line.net = sum((one["ConditionAmount"] for one in line.elements), Decimal(0))
        self._cost(line)
        line.tax = Decimal(0)
        for category in ("1", "2", "3"):
            percent = self._percent(line, category)
            if percent:
                amount = (line.net * percent / 100).quantize(coin, ROUND_HALF_UP)
                row = {
                    "ConditionType": f"TTX{category}",
                    "ConditionRateValue": percent,
                    "ConditionCurrency": "",
                    "ConditionQuantity": None,
                    "ConditionQuantityUnit": "",
                }
                self._element(line, row, amount, kind="D")
                line.tax += amount
        return line

    def _element(
        self, line: Priced, row: Any, amount: Decimal, *, kind: str, is_statistical: bool = False
    ) -> None:
        line.elements.append(
            {
                "PricingProcedureStep": str(10 * (len(line.elements) + 1)),
                "PricingProcedureCounter": "1",
                "ConditionType": row["ConditionType"],
                "ConditionCalculationType": "A" if kind in "AD" else "C",
                "ConditionBaseValue": line.net if kind in "AD" else line.quantity,
                "ConditionRateValue": row["ConditionRateValue"],
                "ConditionCurrency": row["ConditionCurrency"],
                "ConditionQuantity": row["ConditionQuantity"],
                "ConditionQuantityUnit": row["ConditionQuantityUnit"],
                "ConditionAmount": amount,
                "TransactionCurrency": line.currency,
                "ConditionInactiveReason": "",
                "ConditionClass": "" if is_statistical else kind,
                "ConditionIsForStatistics": is_statistical,
            }
        )

    def _cost(self, line: Priced) -> None:
        cost = self.costs.get(line.material)
        if cost is not None:
            row = {
                "ConditionType": COST_TYPE,
                "ConditionRateValue": cost,
                "ConditionCurrency": "EUR",
                "ConditionQuantity": Decimal(1),
                "ConditionQuantityUnit": self.sales_unit(line.material),
            }
            self._element(line, row, cost * line.quantity, kind="B", is_statistical=True)

    def _percent(self, line: Priced, category: str) -> Decimal:
        tax_class = line.tax_classes.get(category) or ""
        if self.is_exempt(line.customer) or not tax_class:
            return Decimal(0)
        return self.tax_percent.get((category, tax_class), Decimal(0))

    # -- records

    def _record_price(self, line: Priced) -> list[Any]:
        """Of the first access with a record, in the currency of the document."""
        for name, value in self._accesses(line.customer):
            found = [
                validity
                for validity in self._valid(line.material, PRICE_TYPE, line.on)
                if (not name and not any(validity[key] for key, _ in _ACCESSES if key))
                or (name and value and validity[name] == value)
            ]
            for wanted in (line.currency, "EUR"):
                for validity in found:
                    record = self._record(validity)
                    if record["ConditionRateValueUnit"] == wanted:
                        return [self._at_quantity(record, line, wanted)]
        return []

    def _accesses(self, customer: str) -> list[tuple[str, str]]:
        area = self.store.first("A_CustomerSalesArea", Customer=customer) or {}
        values = {
            "Customer": customer,
            "CustomerPriceGroup": area.get("CustomerPriceGroup", ""),
            "PriceListType": area.get("PriceListType", ""),
            "": "",
        }
        return [(name, values[name]) for name, _ in _ACCESSES]

    def _valid(self, material: str, condition_type: str, on: date) -> list[Row]:
        return [
            row
            for row in self.store.find("A_SlsPrcgCndnRecdValidity", ConditionType=condition_type)
            if row["Material"] in {material, ""}
            and row["ConditionValidityStartDate"] <= on <= row["ConditionValidityEndDate"]
            and not self._record(row)["ConditionIsDeleted"]
        ]

    def _record(self, validity: Row) -> Row:
        return self.store.one(
            "A_SlsPrcgConditionRecord", ConditionRecord=validity["ConditionRecord"]
        )

    def _at_quantity(self, record: Row, line: Priced, currency: str) -> dict[str, Any]:
        rate = record["ConditionRateValue"]
        steps = self.store.find(
            "A_SlsPrcgCndnRecordScale", ConditionRecord=record["ConditionRecord"]
        )
        for step in sorted(steps, key=lambda row: row["ConditionScaleQuantity"]):
            if step["ConditionScaleQuantity"] <= line.quantity:
                rate = step["ConditionRateValue"]
        if currency != line.currency:
            coin = Decimal(1).scaleb(-self.currency_digits(line.currency))
            per_euro = self.rates.get(line.currency, Decimal(1))
            rate = (rate * per_euro).quantize(coin, ROUND_HALF_UP)
        return {**record, "ConditionRateValue": rate, "ConditionCurrency": line.currency}

    def _discounts(self, line: Priced) -> list[Row]:
        """Percentages of the customer: they follow a price set by hand as well."""
        return [
            self._record(validity)
            for validity in self._valid(line.material, "K007", line.on)
            if validity["Customer"] in {line.customer, ""}
        ]

    def _unit_factor(self, material: str, unit: str) -> Decimal:
        """How many of `unit` one sales unit is."""
        own = self.sales_unit(material)
        if not unit or unit == own:
            return Decimal(1)
        factors = {
            row["AlternativeUnit"]: row["QuantityNumerator"] / row["QuantityDenominator"]
            for row in self.store.find("A_ProductUnitsOfMeasure", Product=material)
        }
        return factors[own] / factors[unit] if unit in factors else Decimal(1)
