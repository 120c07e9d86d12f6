"""Fills the storefront stand-in, and adds the company's buyers to any storefront."""

from dataclasses import replace

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.sandbox.company import (
    BUYER_PASSWORD,
    CUSTOMERS,
    GROUP,
    PROMOTION,
    TAXES,
    Customer,
)
from integrations.sandbox.storefront import MedusaSeed, SeedCustomer
from integrations.sandbox.storefront.shop_api import ShopApi


def seed_shop(standin: MedusaStandIn) -> MedusaSeed:
    """Customers with logins, their group, the promotion; call it once, on a started stand-in."""
    customers = tuple(_add_customer(standin, customer) for customer in CUSTOMERS)
    standin.add_promotion(PROMOTION, 10)
    shop = standin.shop
    return MedusaSeed(
        url=standin.url,
        admin_email="",
        admin_password="",
        secret_key=shop.secret_key,
        publishable_key=shop.publishable_key,
        sales_channel_id=shop.sales_channel_id,
        location_id=shop.location_id,
        shipping_profile_id=shop.shipping_profile_id,
        shipping_option_id=shop.shipping_option_id,
        regions=dict(shop.region_ids),
        tax_codes={country: shop.tax_code(country) for country in _countries()},
        customer_group_id=next(iter(standin.customers.groups)),
        customers=customers,
        promotion_code=PROMOTION,
    )


def with_company(seed: MedusaSeed) -> MedusaSeed:
    """The seed with all buyers of the company; those the shop lacks register there now."""
    known = {customer.email for customer in seed.customers}
    added = [_register(seed, one) for one in CUSTOMERS if one.email not in known]
    return replace(seed, customers=(*seed.customers, *added))


def customer_of(seed: MedusaSeed, customer: Customer) -> SeedCustomer:
    """The login of one of the company's buyers."""
    return next(one for one in seed.customers if one.email == customer.email)


def _add_customer(standin: MedusaStandIn, customer: Customer) -> SeedCustomer:
    customer_id = standin.add_customer(
        customer.email,
        password=BUYER_PASSWORD,
        company=customer.company,
        first_name=customer.first_name,
        last_name=customer.last_name,
        groups=[GROUP] if customer.is_linked else [],
    )
    return _login(customer_id, customer)


def _register(seed: MedusaSeed, customer: Customer) -> SeedCustomer:
    shop = ShopApi(seed.url, {"x-publishable-api-key": seed.publishable_key})
    login = {"email": customer.email, "password": BUYER_PASSWORD}
    token = shop.post("/auth/customer/emailpass/register", login)["token"]
    person = {
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company_name": customer.company,
    }
    made = shop.post("/store/customers", person, bearer=token)["customer"]
    return _login(made["id"], customer)


def _login(customer_id: str, customer: Customer) -> SeedCustomer:
    return SeedCustomer(
        id=customer_id, email=customer.email, password=BUYER_PASSWORD, company=customer.company
    )


def _countries() -> list[str]:
    return [code.removeprefix("VAT-").lower() for code in TAXES]
