"""Business partners: customers with their sales area, addresses, contacts and credit."""

from decimal import Decimal

from integrations.adapters.sap.sandbox.company import FOREVER, Company


class People(Company):
    def add_customer(
        self,
        number: str,
        name: str,
        *,
        street: str = "",
        postal_code: str = "",
        city: str = "",
        country: str = "DE",
        tax_id: str = "",
        email: str = "",
        currency: str = "EUR",
        terms: str = "",
        price_group: str = "",
        price_list: str = "",
        is_exempt: bool = False,
        credit_limit: int | None = None,
    ) -> str:
        """A company that may order in the sales area; sold-to, ship-to, bill-to and payer."""
        now = self.now()
        self.store.add(
            "A_BusinessPartner",
            BusinessPartner=number,
            Customer=number,
            BusinessPartnerFullName=name,
            OrganizationBPName1=name[:40],
            LastChangeDate=now.date(),
            LastChangeTime=now.strftime("PT%HH%MM%SS"),
            YY1_Segment_BUS="A",
        )
        self.store.add("A_Customer", Customer=number, CustomerName=name, VATRegistration=tax_id)
        address = self.next_number("address")
        self.store.add(
            "A_BusinessPartnerAddress",
            BusinessPartner=number,
            AddressID=address,
            StreetName=street,
            PostalCode=postal_code,
            CityName=city,
            Country=country,
        )
        if email:
            self.store.add(
                "A_AddressEmailAddress", AddressID=address, OrdinalNumber="1", EmailAddress=email
            )
        area = {
            "Customer": number,
            "SalesOrganization": self.sales_organization,
            "DistributionChannel": self.channel,
            "Division": self.division,
        }
        self.store.add(
            "A_CustomerSalesArea",
            **area,
            Currency=currency,
            CustomerPaymentTerms=terms,
            CustomerPriceGroup=price_group,
            PriceListType=price_list,
        )
        for function in ("SP", "SH", "BP", "PY"):
            self.store.add(
                "A_CustSalesPartnerFunc",
                **area,
                PartnerCounter="0",
                PartnerFunction=function,
                BPCustomerNumber=number,
            )
        self.store.add(
            "A_CustomerSalesAreaTax",
            **area,
            DepartureCountry="DE",
            CustomerTaxCategory="TTX1",
            CustomerTaxClassification="0" if is_exempt else "1",
        )
        if credit_limit is not None:
            self.set_credit(number, credit_limit, currency=currency)
        return number

    def add_contact(self, customer: str, name: str, *, email: str, phone: str = "") -> str:
        person, relation = self.next_number("person"), self.next_number("relation")
        self.store.add("A_BusinessPartner", BusinessPartner=person, BusinessPartnerFullName=name)
        keys = {
            "RelationshipNumber": relation,
            "BusinessPartnerCompany": customer,
            "BusinessPartnerPerson": person,
            "ValidityEndDate": FOREVER,
        }
        self.store.add("A_BusinessPartnerContact", **keys)
        self.store.add("A_BPContactToFuncAndDept", **keys, EmailAddress=email, PhoneNumber=phone)
        return person

    def set_credit(self, customer: str, limit: int, *, currency: str = "EUR") -> None:
        self.store.add(
            "CreditManagementAccount",
            BusinessPartner=customer,
            CreditSegment="1000",
            CreditLimitAmount=Decimal(limit),
            CreditLimitIsZero=limit == 0,
            CreditSegmentCurrency=currency,
        )

    def block_customer(self, number: str, reason: str = "01") -> None:
        for row in self.store.find("A_CustomerSalesArea", Customer=number):
            row["OrderIsBlockedForCustomer"] = reason

    def is_exempt(self, number: str) -> bool:
        rows = self.store.find("A_CustomerSalesAreaTax", Customer=number)
        return bool(rows) and all(row["CustomerTaxClassification"] == "0" for row in rows)
