"""Filling the account: lists, items with prices and stock, customers."""

from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox.store import Stock, Store
from integrations.adapters.netsuite.sandbox.suiteql import Tables

Number = Decimal | int | str
BASE_LEVEL = 1


class Company:
    """Adds to the lists of the account; returns internal ids."""

    store: Store
    tables: Tables

    def add_item_field(self, name: str) -> str:
        """A custom field of items, like custitem_size; repeatable."""
        self.tables.item_fields.add(name)
        return name

    def add_currency(
        self, code: str, name: str, *, precision: int = 2, is_base: bool = False
    ) -> int:
        if precision not in {0, 2}:
            # Help: "Currency Decimal Precision": the only values supported are 0 and 2
            raise ValueError("NetSuite's currencies have 0 or 2 decimals")
        return self.store.add(
            "currency",
            name=name,
            symbol=code,
            currencyprecision=precision,
            isbasecurrency="T" if is_base else "F",
        )

    def add_location(self, name: str) -> int:
        return self.store.add("location", name=name, isinactive="F")

    def add_tax_code(self, name: str, rate: Number) -> int:
        return self.store.add("salestaxitem", name=name, rate=Decimal(rate))

    def add_term(self, name: str, days: int | None) -> int:
        return self.store.add(
            "term",
            name=name,
            daysuntilnetdue=days,
            datedriven="T" if days is None else "F",
            isinactive="F",
        )

    def add_price_level(self, name: str) -> int:
        return self.store.add("pricelevel", name=name)

    def add_item(
        self, sku: str, title: str, *, kind: str = "InvtPart", parent: int = 0, **values: Any
    ) -> int:
        usual: dict[str, Any] = {
            "itemid": sku,
            "displayname": title,
            "itemtype": kind,
            "subtype": "Sale" if kind in {"Service", "NonInvtPart"} else None,
            "isinactive": "F",
            "parent": parent or None,
            "matrixtype": "CHILD" if parent else None,
            "lastmodifieddate": self.store.now(),
        }
        return self.store.add("item", **{**usual, **values})

    def set_price(
        self,
        item: int,
        price: Number,
        *,
        currency: int,
        level: int = BASE_LEVEL,
        quantity: int = 0,
    ) -> None:
        """Of one level from one quantity on; the first step is from 0. Touches the item."""
        key: dict[str, Any] = {
            "item": item,
            "pricelevel": level,
            "currency": currency,
            "quantity": quantity,
        }
        theirs = [row for row in self.store.pricing if row["item"] == item]
        known = next((row for row in theirs if key.items() <= row.items()), None)
        if known is None:
            known = key
            self.store.pricing.append(known)
        known["unitprice"] = Decimal(price)
        self.touch("item", item)

    def set_stock(self, item: int, location: int, quantity: Number) -> None:
        place = self.store.stock.setdefault((item, location), Stock())
        place.on_hand, place.changed = Decimal(quantity), self.store.now()

    def add_customer(self, name: str, *, currency: int, **values: Any) -> int:
        usual: dict[str, Any] = {
            "companyname": name,
            "currency": currency,
            "currencies": {currency},
            "pricelevel": BASE_LEVEL,
            "creditholdoverride": "AUTO",
            "creditlimit": None,
            "balance": Decimal(0),
            "isinactive": "F",
            "taxable": "T",
            "lastmodifieddate": self.store.now(),
        }
        customer = self.store.add("customer", **{**usual, **values})
        self.store.table("customer")[customer].setdefault("entityid", f"CUST{customer}")
        return customer

    def add_address(self, customer: int, **values: str) -> int:
        address = self.store.new_id()
        self.store.table("customeraddressbookentityaddress")[address] = {"nkey": address, **values}
        entry = self.store.new_id()
        self.store.table("customeraddressbook")[entry] = {
            "internalid": entry,
            "entity": customer,
            "addressbookaddress": address,
            "defaultbilling": "T",
            "defaultshipping": "T",
        }
        return entry

    def add_contact(self, customer: int, name: str, email: str) -> int:
        return self.store.add(
            "contact", entityid=name, email=email, company=customer, isinactive="F"
        )

    def agree(
        self, customer: int, item: int, *, price: Number | None = None, level: int = -1
    ) -> None:
        """Item pricing of a customer: a price of its own, or another level."""
        self.store.item_pricing.append(
            {
                "customer": customer,
                "item": item,
                "level": level,
                "price": None if price is None else Decimal(price),
            }
        )
        self.touch("customer", customer)

    def touch(self, table: str, row_id: int, **changed: Any) -> None:
        self.store.table(table)[row_id] |= {"lastmodifieddate": self.store.now(), **changed}
