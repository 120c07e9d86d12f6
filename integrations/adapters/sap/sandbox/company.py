"""Master data: what a consultant sets up before anything is sold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox.store import Row, Store

FOREVER = date(9999, 12, 31)
START = date(2025, 1, 1)


class Company:
    """Adds materials, prices, stock and customers in one sales area."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sales_organization, self.channel, self.division = "1010", "10", "00"
        self.plants = ["1010", "1020"]
        # percent by (tax category, class of the material); the customer's class 0 is exempt
        self.tax_percent: dict[tuple[str, str], Decimal] = {}
        # the product tax classification of the first category, by material
        self.tax_class_of: dict[str, str] = {}
        self.digits = {"JPY": 0, "KWD": 3}
        self.payment_terms = {"0001", "0002", "0003", "0004"}
        # how many of the currency one EUR buys
        self.rates = {"EUR": Decimal(1), "USD": Decimal("1.10"), "JPY": Decimal(160)}
        # with which message (class/number and text) an enhancement refuses every order
        self.exit_message: tuple[str, str] | None = None
        self._numbers = {"condition": 1000000, "address": 20000, "relation": 500, "person": 900000}

    def now(self) -> datetime:
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def next_number(self, range_name: str) -> str:
        self._numbers[range_name] = self._numbers.get(range_name, 0) + 1
        return str(self._numbers[range_name])

    def start_range(self, range_name: str, first: int) -> None:
        self._numbers.setdefault(range_name, first)

    def currency_digits(self, currency: str) -> int:
        return self.digits.get(currency, 2)

    # -- materials

    def add_material(
        self,
        number: str,
        title: str,
        *,
        group: str = "L001",
        is_service: bool = False,
        unit: str = "PC",
        tax_class: str = "1",
        weight_kg: str = "0",
        units: dict[str, tuple[int, int]] | None = None,
    ) -> str:
        """Sold in the sales area; `units` are numerator and denominator by unit."""
        self.store.add(
            "A_Product",
            Product=number,
            ProductType="SERV" if is_service else "HAWA",
            ProductGroup=group,
            BaseUnit=unit,
            Division=self.division,
            GrossWeight=Decimal(weight_kg),
            WeightUnit="KG",
            CreationDate=START,
            LastChangeDateTime=self.now(),
            YY1_Colour_PRD="blue",
        )
        self.store.add(
            "A_ProductDescription", Product=number, Language="EN", ProductDescription=title[:40]
        )
        self.store.add(
            "A_ProductSalesDelivery",
            Product=number,
            ProductSalesOrg=self.sales_organization,
            ProductDistributionChnl=self.channel,
            MinimumOrderQuantity=Decimal(0),
        )
        for name, (above, below) in {unit: (1, 1), **(units or {})}.items():
            self.store.add(
                "A_ProductUnitsOfMeasure",
                Product=number,
                AlternativeUnit=name,
                QuantityNumerator=Decimal(above),
                QuantityDenominator=Decimal(below),
            )
        self.tax_class_of[number] = tax_class
        return number

    def material(self, number: str) -> Row | None:
        return self.store.first("A_Product", Product=number)

    def sales_data(self, number: str) -> Row | None:
        return self.store.first(
            "A_ProductSalesDelivery",
            Product=number,
            ProductSalesOrg=self.sales_organization,
            ProductDistributionChnl=self.channel,
        )

    def sales_unit(self, number: str) -> str:
        sales, product = self.sales_data(number), self.material(number)
        unit = sales["SalesMeasureUnit"] if sales else ""
        return str(unit or (product["BaseUnit"] if product else ""))

    def touch(self, number: str, **changes: Any) -> None:
        product = self.store.one("A_Product", Product=number)
        product.update(changes, LastChangeDateTime=self.now())

    # -- prices

    def add_price(
        self,
        material: str,
        price: str | Decimal,
        *,
        condition_type: str = "PPR0",
        currency: str = "EUR",
        per: int = 1,
        unit: str = "",
        scale: dict[int, str | Decimal] | None = None,
        starts_on: date = START,
        ends_on: date = FOREVER,
        **keys: str,
    ) -> str:
        """A condition record; `keys` are further keys of its validity (Customer …)."""
        number = self.next_number("condition")
        self.store.add(
            "A_SlsPrcgConditionRecord",
            ConditionRecord=number,
            ConditionTable="305" if keys else "304",
            ConditionApplication="V",
            ConditionType=condition_type,
            ConditionValidityStartDate=starts_on,
            ConditionValidityEndDate=ends_on,
            ConditionCalculationType="A" if currency == "%" else "C",
            ConditionRateValue=Decimal(price),
            ConditionRateValueUnit=currency,
            ConditionRateAmount=Decimal(price),
            ConditionCurrency=currency,
            ConditionQuantity=Decimal(per),
            ConditionQuantityUnit=unit or self.sales_unit(material),
            LastChangeDateTime=self.now(),
            ETag=f"c{number}",
        )
        self.store.add(
            "A_SlsPrcgCndnRecdValidity",
            ConditionRecord=number,
            ConditionValidityStartDate=starts_on,
            ConditionValidityEndDate=ends_on,
            ConditionApplication="V",
            ConditionType=condition_type,
            Material=material,
            SalesOrganization=self.sales_organization,
            DistributionChannel=self.channel,
            ETag=f"v{number}",
            **keys,
        )
        steps = {0: price, **scale} if scale else {}
        for line, (quantity, rate) in enumerate(sorted(steps.items()), start=1):
            self.store.add(
                "A_SlsPrcgCndnRecordScale",
                ConditionRecord=number,
                ConditionSequentialNumber="01",
                ConditionScaleLine=str(line),
                ConditionScaleQuantity=Decimal(quantity),
                ConditionRateValue=Decimal(rate),
                ETag=f"s{number}",
            )
        return number

    def set_price(self, material: str, price: Decimal) -> None:
        """Of everybody's record in EUR."""
        for validity in self.store.find(
            "A_SlsPrcgCndnRecdValidity",
            Material=material,
            Customer="",
            CustomerPriceGroup="",
            PriceListType="",
        ):
            number = validity["ConditionRecord"]
            record = self.store.one("A_SlsPrcgConditionRecord", ConditionRecord=number)
            if record["ConditionRateValueUnit"] == "EUR":
                record.update(
                    ConditionRateValue=price,
                    ConditionRateAmount=price,
                    LastChangeDateTime=self.now(),
                )
                step = self.store.first(
                    "A_SlsPrcgCndnRecordScale", ConditionRecord=number, ConditionScaleLine="1"
                )
                if step is not None:
                    step["ConditionRateValue"] = price

    # -- stock

    def set_stock(
        self,
        material: str,
        plant: str,
        quantity: Decimal | int,
        *,
        location: str = "101A",
        stock_type: str = "01",
        special: str = "",
    ) -> None:
        row = self.store.first(
            "A_MatlStkInAcctMod",
            Material=material,
            Plant=plant,
            StorageLocation=location,
            InventoryStockType=stock_type,
            InventorySpecialStockType=special,
        )
        if row is None:
            row = self.store.add(
                "A_MatlStkInAcctMod",
                Material=material,
                Plant=plant,
                StorageLocation=location,
                InventoryStockType=stock_type,
                InventorySpecialStockType=special,
                MaterialBaseUnit=self.sales_unit(material),
            )
        row["MatlWrhsStkQtyInMatlBaseUnit"] = Decimal(quantity)

    def on_hand(self, material: str, plant: str = "") -> Decimal:
        """Own unrestricted stock."""
        return sum(
            (
                row["MatlWrhsStkQtyInMatlBaseUnit"]
                for row in self.store.find(
                    "A_MatlStkInAcctMod",
                    Material=material,
                    InventoryStockType="01",
                    InventorySpecialStockType="",
                )
                if not plant or row["Plant"] == plant
            ),
            Decimal(0),
        )
