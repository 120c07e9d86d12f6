"""Customers of SAP as records.

Expected values are literals, read off recordings or worked out by hand.
"""

from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.customer_mapping import CustomerRows, credit_limit, to_customer
from tests.adapters.sap.payloads import settings

D = Decimal


def customer_rows(**changed: Any) -> CustomerRows:
    usual: dict[str, Any] = {
        "area": {
            "Customer": "10100001",
            "Currency": "EUR",
            "CustomerPriceGroup": None,
            "PriceListType": "",
            "CustomerPaymentTerms": "0004",
            "OrderIsBlockedForCustomer": "",
            "DeletionIndicator": False,
            "to_PartnerFunction": {"results": []},
            "to_SalesAreaTax": {"results": []},
        },
        "customer": {
            "Customer": "10100001",
            "CustomerName": "Nordwind GmbH",
            "OrderIsBlockedForCustomer": None,
            "DeletionIndicator": None,
            "VATRegistration": "",
            "TaxNumber1": "12/345",
        },
        "partner": None,
        "others": {},
        "people": {},
        "credit": None,
        "is_credit_known": False,
    }
    return CustomerRows(**{**usual, **changed})


def test_customer_without_partner_address_and_contacts_is_read() -> None:
    customer = to_customer(customer_rows(), settings())

    assert (customer.name, customer.tax_id, customer.email) == ("Nordwind GmbH", "12/345", "")
    assert (customer.contacts, customer.ship_to, customer.updated_at) == ((), (), None)
    assert (customer.is_blocked, customer.is_active, customer.is_tax_exempt) == (False, True, False)


def test_customer_whose_parts_are_empty_or_unknown_is_read() -> None:
    partner = {
        "BusinessPartnerFullName": "",
        "BusinessPartnerIsBlocked": None,
        "LastChangeDate": "",
        "LastChangeTime": None,
        "YY1_Segment_BUS": "A",
        "to_BusinessPartnerAddress": {
            "results": [
                {
                    "StreetName": "Hafenstr.",
                    "HouseNumber": "",
                    "Country": "de",
                    "to_EmailAddress": {"results": []},
                }
            ]
        },
        "to_BusinessPartnerContact": {
            "results": [{"BusinessPartnerPerson": "900001", "to_ContactRelationship": None}]
        },
    }

    customer = to_customer(customer_rows(partner=partner), settings())

    assert (customer.name, customer.bill_to.street1, customer.bill_to.country_code) == (
        "Nordwind GmbH",
        "Hafenstr.",
        "DE",
    )
    assert [(one.ref, one.name, one.email) for one in customer.contacts] == [("900001", "", "")]


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        (None, None),
        ({"CreditLimitAmount": "5000.000", "CreditLimitIsZero": False}, 5000),
        ({"CreditLimitAmount": "0.000", "CreditLimitIsZero": True}, 0),
        ({"CreditLimitAmount": None, "CreditLimitIsZero": False}, None),
        ({"CreditLimitAmount": "", "CreditLimitIsZero": None}, None),
    ],
)
def test_limit_of_zero_is_told_from_no_limit(
    account: dict[str, Any] | None, limit: int | None
) -> None:
    assert credit_limit(account) == limit
