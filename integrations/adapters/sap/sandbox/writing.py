"""Deep inserts and changes of sales orders, and the simulation, as the service takes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox.making import Making
from integrations.adapters.sap.sandbox.sales import Refused
from integrations.adapters.sap.sandbox.schema import Field, Kind
from integrations.adapters.sap.sandbox.store import ROOT, Row
from integrations.adapters.sap.sandbox.values import taken, written

Body = Mapping[str, Any]


class Writing(Making):
    _base = ""

    # -- bodies

    def read_body(self, set_name: str, body: Body, *, path: str = "", change: bool = False) -> Row:
        """Typed values of a body; what may not be set is left out, as observed."""
        kind = self.store.kinds[set_name]
        found: Row = {}
        for name, value in body.items():
            if name in kind.navs or name == "__metadata":
                continue
            prop = kind.props.get(name)
            if prop is None:
                raise Field(
                    f'Property "{name}" does not exist in {self._type(kind)}', self._type(kind)
                )
            typed = taken(prop, value, f"{path}{name}")
            if "x" not in prop.flags and not (change and "k" in prop.flags):
                found[prop.stored] = "" if typed is None and prop.kind == "S" else typed
        return found

    def _type(self, kind: Kind) -> str:
        return f"{self.store.service_of[kind.name]}.{kind.name}"

    # -- orders

    def create_order(self, body: Body) -> Row:
        header = {**self._initial("A_SalesOrder"), **self.read_body("A_SalesOrder", body)}
        items = [
            self._item_of(line, f"to_Item[{place}]/")
            for place, line in enumerate(_many(body.get("to_Item")))
        ]
        texts = [self.read_body("A_SalesOrderText", one) for one in _many(body.get("to_Text"))]
        objects = self._objects_of(body, "A_SalesOrderRelatedObject")
        partners = [self._partner_of(one) for one in _many(body.get("to_Partner"))]
        self.check_header(header)
        if not items:
            raise Refused("V1/331", "Order has no items")
        for item, *_ in items:
            self.check_item(item)
        order = self.store.add("A_SalesOrder", **header)
        self.number_order(order)
        keys = {"SalesOrder": order["SalesOrder"]}
        for text in texts:
            self.store.add("A_SalesOrderText", **{**text, **keys})
        for place, related in enumerate(objects, start=1):
            self.store.add(
                "A_SalesOrderRelatedObject",
                **{**related, **keys, "SDDocRelatedObjectSequenceNmbr": str(place)},
            )
        self._add_partners(order, partners)
        for parts in items:
            self._add_item(order, *parts)
        self.recompute(order, is_change=False)
        return order

    def _initial(self, set_name: str) -> Row:
        row = self.store.add(set_name)
        self.store.rows[set_name].remove(row)
        return row

    def _item_of(self, body: Body, path: str) -> tuple[Row, list[Row], list[Row], list[Row]]:
        values = self.read_body("A_SalesOrderItem", body, path=path)
        item = {**self._initial("A_SalesOrderItem"), **values}
        prices = [
            self.read_body("A_SalesOrderItemPrElement", one, path=f"{path}to_PricingElement/")
            for one in _many(body.get("to_PricingElement"))
        ]
        texts = [self.read_body("A_SalesOrderItemText", one) for one in _many(body.get("to_Text"))]
        return item, prices, self._objects_of(body, "A_SalesOrderItemRelatedObject"), texts

    def _objects_of(self, body: Body, set_name: str) -> list[Row]:
        return [self.read_body(set_name, one) for one in _many(body.get("to_RelatedObject"))]

    def _partner_of(self, body: Body) -> tuple[Row, list[Row]]:
        addresses = [
            self.read_body("A_SalesOrderPartnerAddress", one)
            for one in _many(body.get("to_Address"))
        ]
        return self.read_body("A_SalesOrderHeaderPartner", body), addresses

    def _add_partners(self, order: Row, given: list[tuple[Row, list[Row]]]) -> None:
        named = {partner["PartnerFunction"]: (partner, addresses) for partner, addresses in given}
        for function in ("SP", "SH", "BP", "PY"):
            partner, addresses = named.get(function, ({}, []))
            keys = {"SalesOrder": order["SalesOrder"], "PartnerFunction": function}
            customer = partner.get("Customer") or order["SoldToParty"]
            self.store.add("A_SalesOrderHeaderPartner", **keys, Customer=customer)
            for address in addresses:
                self.store.add("A_SalesOrderPartnerAddress", **{**address, **keys})

    def _add_item(
        self, order: Row, item: Row, prices: list[Row], objects: list[Row], texts: list[Row]
    ) -> Row:
        row = self.store.add("A_SalesOrderItem")
        row.update(item)
        self.store.rows["A_SalesOrderItem"].remove(row)
        self.complete_item(order, row)
        self.store.rows["A_SalesOrderItem"].append(row)
        keys = {"SalesOrder": order["SalesOrder"], "SalesOrderItem": row["SalesOrderItem"]}
        for price in prices:
            self._add_price(keys, price)
        for text in texts:
            self.store.add("A_SalesOrderItemText", **{**text, **keys})
        for place, related in enumerate(objects, start=1):
            self.store.add(
                "A_SalesOrderItemRelatedObject",
                **{**related, **keys, "SDDocRelatedObjectSequenceNmbr": str(place)},
            )
        return row

    def _add_price(self, keys: Row, price: Row) -> Row:
        if price.get("ConditionQuantity") is None:
            price["ConditionQuantity"] = Decimal(1)
        return self.store.add(
            "A_SalesOrderItemPrElement",
            **{**price, **keys},
            ConditionIsManuallyChanged=True,
            ConditionClass="B",
        )

    def add_below(self, set_name: str, row: Row, navigation: str, body: Body) -> tuple[str, Row]:
        """A POST to a navigation of an existing order or item; the set and row it made."""
        order = self.order(row["SalesOrder"])
        if (set_name, navigation) == ("A_SalesOrder", "to_Item"):
            parts = self._item_of(body, "")
            self.check_item(parts[0])
            made = self._add_item(order, *parts)
        elif (set_name, navigation) == ("A_SalesOrder", "to_Text"):
            text = self.read_body("A_SalesOrderText", body)
            made = self.store.add("A_SalesOrderText", **{**text, "SalesOrder": order["SalesOrder"]})
        elif (set_name, navigation) == ("A_SalesOrderItem", "to_PricingElement"):
            keys = {name: row[name] for name in ("SalesOrder", "SalesOrderItem")}
            made = self._add_price(keys, self.read_body("A_SalesOrderItemPrElement", body))
        else:
            raise Field(f"{set_name}/{navigation} is not insertable")
        self.recompute(order)
        return self.store.kinds[set_name].navs[navigation].target, made

    def change(self, set_name: str, row: Row, body: Body) -> None:
        """A PATCH: only what is named; what may not be set is left as it is."""
        kind = self.store.kinds[set_name]
        if not kind.updatable:
            raise Field(f'Entity "{set_name}" is not updatable')
        changes = self.read_body(set_name, body, change=True)
        order = self.order(row["SalesOrder"])
        if order["SalesDocApprovalStatus"] == "B":
            raise Refused("V2/474", f"Document {order['SalesOrder']} is approved: no change")
        if set_name == "A_SalesOrderItem":
            self._check_change(order, row, changes)
        row.update(changes)
        if set_name == "A_SalesOrderItemPrElement":
            row["ConditionIsManuallyChanged"] = True
        self.recompute(order)

    def _check_change(self, order: Row, item: Row, changes: Row) -> None:
        delivered = self.delivered(item, only_issued=False)
        if {**item, **changes}["RequestedQuantity"] < delivered:
            raise Refused("V1/547", "The order quantity is below the quantity in delivery")
        self.check_item({**item, **changes})

    def delete_order(self, order: Row) -> None:
        if self.store.find("A_SalesOrderItmSubsqntProcFlow", SalesOrder=order["SalesOrder"]):
            raise Refused("V1/106", f"Sales order {order['SalesOrder']} has subsequent documents")
        for name, kind in self.store.kinds.items():
            if name.startswith("A_SalesOrder") and "SalesOrder" in kind.props:
                self.store.rows[name] = [
                    row for row in self.store.rows[name] if row["SalesOrder"] != order["SalesOrder"]
                ]

    def type_in(self, customer: str, reference: str, material: str, quantity: int = 1) -> str:
        """An order that somebody enters on a screen, at the prices of the records."""
        body = {
            "SalesOrderType": "OR",
            "SalesOrganization": self.sales_organization,
            "DistributionChannel": self.channel,
            "OrganizationDivision": self.division,
            "SoldToParty": customer,
            "PurchaseOrderByCustomer": reference,
            "to_Item": [{"Material": material, "RequestedQuantity": str(quantity)}],
        }
        return str(self.create_order(body)["SalesOrder"])

    # -- the simulation

    def simulate(self, body: Body, base: str) -> dict[str, Any]:
        """Holds only the navigations that the request names (SAP sample code)."""
        self._base = base
        header = {
            **self._initial("A_SalesOrderSimulation"),
            **self.read_body("A_SalesOrderSimulation", body),
        }
        bodies = _many(body.get("to_Item"))
        items = [
            {
                **self._initial("A_SalesOrderItemSimulation"),
                **self.read_body("A_SalesOrderItemSimulation", one, path=f"to_Item[{place}]/"),
            }
            for place, one in enumerate(bodies)
        ]
        found = self.simulated(header, items)
        answer = self._shown("A_SalesOrderSimulation", header)
        answer["to_Item"] = {
            "results": [
                self._simulated_line(one, wanted, header)
                for one, wanted in zip(found, bodies, strict=True)
            ]
        }
        net = Decimal(sum(one["line"].net for one in found))
        if "to_Pricing" in body:
            answer["to_Pricing"] = self._shown(
                "A_SalesOrderPricingSimulation",
                {"TotalNetAmount": net, "TransactionCurrency": header["TransactionCurrency"]},
            )
        if "to_Credit" in body:
            order = {
                "SoldToParty": header["SoldToParty"],
                "TotalNetAmount": net,
                "TotalCreditCheckStatus": "",
            }
            answer["to_Credit"] = self._shown(
                "A_SalesOrderCreditSimulation",
                {"TotalCreditCheckStatus": self.credit_status(order)},
            )
        return answer

    def _simulated_line(self, one: Any, wanted: Body, header: Row) -> dict[str, Any]:
        item, line, unit = one["item"], one["line"], self.sales_unit(one["item"]["Material"])
        shown = self._shown(
            "A_SalesOrderItemSimulation",
            {
                **item,
                "RequestedQuantityUnit": unit,
                "NetAmount": line.net,
                "TaxAmount": line.tax,
                "ConfdDelivQtyInOrderQtyUnit": one["confirmed"],
                "Plant": self.plants[0],
                "TransactionCurrency": header["TransactionCurrency"],
                "ZZ1_Contract_SDI": "none",
            },
        )
        if "to_ScheduleLine" in wanted:
            day = self.today() if one["confirmed"] else None
            row = {
                "ScheduleLine": "1",
                "ConfirmedDeliveryDate": day,
                "OrderQuantityUnit": unit,
                "ScheduleLineOrderQuantity": item["RequestedQuantity"],
                "ConfdOrderQtyByMatlAvailCheck": one["confirmed"],
            }
            shown["to_ScheduleLine"] = {
                "results": [self._shown("A_SalesOrderScheduleLineSimln", row)]
            }
        if "to_PricingElement" in wanted:
            shown["to_PricingElement"] = {
                "results": [
                    self._shown("A_SalesOrderItmPrcgElmntSimln", element)
                    for element in line.elements
                ]
            }
        return shown

    def _shown(self, set_name: str, row: Row) -> dict[str, Any]:
        props = self.store.kinds[set_name].props
        service = self.store.service_of[set_name]
        keys = {name: row.get(name) or "" for name in self.store.kinds[set_name].keys}
        uri = f"{self._base}{ROOT}/{service}/{self.store.address(set_name, keys)}"
        return {
            "__metadata": {"type": f"{service}.{set_name}Type", "uri": uri},
            **{name: written(prop, row.get(prop.stored)) for name, prop in props.items()},
        }


def _many(value: Any) -> list[Body]:
    """Both forms are taken: a list, or an object with `results`."""
    found = value.get("results", []) if isinstance(value, Mapping) else value or []
    return list(found)
