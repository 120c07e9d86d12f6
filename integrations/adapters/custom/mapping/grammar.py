"""The language of a mapping: which sections and keys there are, and what each is for."""

from integrations.adapters.custom.mapping import names, records
from integrations.adapters.custom.mapping.fields import PATH
from integrations.adapters.custom.mapping.grammar_of_orders import (
    INVOICE_PDF,
    ORDERS,
    PAYMENTS,
    PROGRESS,
)
from integrations.adapters.custom.mapping.parts import a_list, fields, pulled, rows
from integrations.adapters.custom.mapping.requests import OperationShape
from integrations.adapters.custom.mapping.shapes import (
    Flag,
    Key,
    ListOf,
    Section,
    Table,
    Text,
    Whole,
    Word,
)
from integrations.adapters.custom.values import AMOUNT_STYLES

MEANINGS = (
    "rejected", "needs_operator", "access_denied", "customer_blocked", "unknown_product",
    "closed_period", "auth", "throttled", "conflict", "duplicate", "unavailable", "not_found", "ok",
)  # fmt: skip


_SECRET_WORDS = (
    "username", "user", "password", "token", "api_key", "key", "secret", "client_id",
    "client_secret",
)  # fmt: skip
_SECRETS = (
    "credentials never stand in a mapping: enter them as secrets of the connection, which "
    "encrypts them"
)
AUTH = Section(
    (
        Key(
            "kind",
            Word(("none", "basic", "bearer", "api_key", "oauth_client_credentials")),
            "How the portal shows who it is; the credentials are secrets of the connection.",
            is_required=True,
        ),
        Key("header", Text(), "The header of an API key.", default="X-Api-Key"),
        Key("token_path", Text(), "Where OAuth gives tokens, below the connection's address."),
        Key("scope", Text(), "The OAuth scope to ask for.", default=""),
        Key(
            "client_in",
            Word(("body", "basic")),
            "Where OAuth wants the client's id and secret.",
            default="body",
        ),
    ),
    refused=dict.fromkeys(_SECRET_WORDS, _SECRETS),
)
FORMATS = Section(
    (
        Key("timezone", Text(), "Of times that tell no offset.", default="UTC"),
        Key("currency", Text(), "Where a row tells none.", default=""),
        Key("date", Text(), "iso, or like %d.%m.%Y.", default="iso"),
        Key("time", Text(), "iso, unix, unix_ms, or like %d.%m.%Y %H:%M:%S.", default="iso"),
        Key("amounts", Word(AMOUNT_STYLES), "Sums of money.", default="decimal"),
        Key("unit_prices", Word(AMOUNT_STYLES), "Prices of one piece; as amounts if not given."),
        Key("numbers", Word(("decimal", "text")), "Quantities, percentages.", default="decimal"),
        Key("decimal_mark", Word((".", ",")), "In numbers that are texts.", default="."),
        Key("thousands_mark", Text(), "In numbers that are texts.", default=""),
    )
)
ERRORS = Section(
    (
        Key(
            "failed_if",
            Section(
                (
                    Key("path", PATH, "What to look at in a good answer.", is_required=True),
                    Key("is", ListOf(Text(is_empty_allowed=True)), "It failed if it is this."),
                    Key("is_not", ListOf(Text(is_empty_allowed=True)), "It failed unless it is."),
                    Key("present", Flag(), "It failed if it is there.", default=False),
                )
            ),
            "For an ERP that says in a 200 that it failed.",
        ),
        Key("code", PATH, "Where an answer that failed tells its code."),
        Key("message", PATH, "Where it tells it in words."),
        Key("meanings", Table(Word(MEANINGS)), "What its codes mean."),
    )
)
ROUNDING = Section(
    (
        Key("per", Word(("line", "total")), "Where it rounds net and tax.", is_required=True),
        Key("method", Word(("half_up", "half_even")), "How.", default="half_up"),
        Key("line_digits", Whole(0, 6), "Of a line's sum; the currency's if not given."),
        Key("unit_price_digits", Whole(0, 10), "Kept of a unit price; all if not given."),
        Key("quantity_digits", Whole(0, 6), "Kept of a quantity.", default=2),
        Key("discount_digits", Whole(0, 6), "Kept of a discount in percent.", default=2),
        Key("tolerance_steps", Whole(0, 100), "Cents a rounding line may settle.", default=5),
    )
)
PRODUCTS = pulled(
    records.PRODUCT,
    Key(
        "variants",
        Section(
            (
                Key("rows", PATH, "Where they stand; not given: the product is its variant."),
                Key("fields", fields(records.VARIANT), "Where what stands.", is_required=True),
                Key("options", rows(records.OPTION), "What tells variants apart."),
            )
        ),
        "What is sold.",
        is_required=True,
    ),
)
CUSTOMERS = pulled(
    records.CUSTOMER,
    Key("bill_to", fields(records.ADDRESS), "The invoice address."),
    Key("ship_to", rows(records.SHIP_TO), "Where goods may go."),
    Key("contacts", rows(records.CONTACT), "The people there."),
)
PRICING = Section(
    (
        Key(
            "ask",
            a_list(names.ASK, "customer_ref"),
            "Asks for all lines at once.",
            is_required=True,
        ),
        Key("fields", fields(records.ANSWER), "In the answer to a line.", is_required=True),
        Key("terms", a_list(names.NOTHING), "Lists the terms of payment.", is_required=True),
        Key("term_fields", fields(records.TERM), "Where what stands in one.", is_required=True),
        Key("is_binding", Flag(), "The ERP stands by the prices it tells.", default=False),
    )
)
CREDIT = Section(
    (
        Key(
            "read",
            OperationShape(names.CUSTOMER, must_use=("customer_ref",)),
            "Asks how one customer stands.",
            is_required=True,
        ),
        Key("row", PATH, "Where the standing is in the answer; '.' if not given."),
        Key("fields", fields(records.CREDIT), "Where what stands.", is_required=True),
    )
)
TEST = Section(
    (
        Key("call", OperationShape(names.NOTHING), "A call that only reads.", is_required=True),
        Key("fields", fields(records.TEST), "What to show of its answer."),
    )
)
MAPPING = Section(
    (
        Key("mapping", Word(("1",)), "The version of this language.", is_required=True),
        Key("title", Text(), "What people call the ERP.", is_required=True),
        Key("auth", AUTH, "How the portal signs in.", is_required=True),
        Key("formats", FORMATS, "How the ERP writes dates, times and numbers."),
        Key("errors", ERRORS, "How the ERP says that something failed."),
        Key("test", TEST, "What tells that address and credentials are right.", is_required=True),
        Key("rounding", ROUNDING, "How it rounds an order; needed with 'orders'."),
        Key("products", PRODUCTS, "Products out of the ERP."),
        Key("prices", pulled(records.PRICE), "Prices out of the ERP."),
        Key("stock", pulled(records.STOCK), "Stock out of the ERP."),
        Key("customers", CUSTOMERS, "Customers out of the ERP."),
        Key("pricing", PRICING, "Prices asked for while quoting."),
        Key("credit", CREDIT, "How a customer stands."),
        Key("orders", ORDERS, "Orders into the ERP."),
        Key("progress", PROGRESS, "How orders stand; needs 'orders'."),
        Key("payments", PAYMENTS, "Captured payments into the ERP; needs 'orders'."),
        Key("invoice_pdf", INVOICE_PDF, "Invoices as PDF for buyers; needs 'progress'."),
    )
)
