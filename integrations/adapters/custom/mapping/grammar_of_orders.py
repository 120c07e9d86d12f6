"""The part of the language that speaks of orders: pushing them, following them, payments."""

from typing import get_args

from integrations.adapters.custom.mapping import names, records
from integrations.adapters.custom.mapping.fields import PATH
from integrations.adapters.custom.mapping.parts import a_list, attached, fields
from integrations.adapters.custom.mapping.requests import OperationShape
from integrations.adapters.custom.mapping.shapes import (
    Flag,
    Key,
    ListOf,
    Section,
    Whole,
    Word,
    WordOr,
)
from integrations.records.orders import OrderState

BY_HAND = Word(("by_hand",))

LINES_APART = Section(
    (
        Key("list", a_list(names.ON_ORDER, "ref"), "The lines of an order.", is_required=True),
        Key(
            "add",
            OperationShape(names.ONE_LINE, must_use=("ref", "line.our_ref")),
            "Adds one.",
            is_required=True,
        ),
        Key(
            "change",
            OperationShape(names.KNOWN_LINE, must_use=("line_ref",)),
            "Changes one.",
            is_required=True,
        ),
        Key(
            "remove",
            OperationShape(names.REMOVED_LINE, must_use=("line_ref",)),
            "Removes one.",
            is_required=True,
        ),
        Key(
            "header",
            OperationShape(names.CHANGE_HEADER, must_use=("ref", "line_count")),
            "Changes the header: address, number of lines.",
            is_required=True,
        ),
        Key(
            "discard",
            OperationShape(names.ON_ORDER, must_use=("ref",)),
            "Deletes a new order whose lines the ERP refused; without it, it stays unconfirmed.",
        ),
    )
)
ORDERS = Section(
    (
        Key(
            "reference",
            Section(
                (
                    Key(
                        "enforced",
                        Flag(),
                        "The ERP itself refuses a second order with our reference.",
                        is_required=True,
                    ),
                    Key(
                        "settle_s",
                        Whole(0, 600),
                        "How long after a lost answer an order may still turn up.",
                        default=10,
                    ),
                )
            ),
            "What keeps an order from being taken twice.",
            is_required=True,
        ),
        Key("find", a_list(names.FIND, "our_ref"), "By our reference.", is_required=True),
        Key("read", OperationShape(names.ON_ORDER, must_use=("ref",)), "One.", is_required=True),
        Key("row", PATH, "Where the order stands in the answer of 'read'; '.' if not given."),
        Key(
            "create",
            OperationShape(names.CREATE, has_ref=True, must_use=("our_ref",)),
            "Makes one, not yet confirmed; with its lines unless they are apart.",
            is_required=True,
        ),
        Key(
            "confirm",
            WordOr(Word(("at_once", "by_hand")), OperationShape(names.ON_ORDER, must_use=("ref",))),
            "Confirms one. at_once: it is confirmed when it is made.",
            is_required=True,
        ),
        Key(
            "change",
            WordOr(
                Word(("by_hand", "lines_apart")), OperationShape(names.CHANGE, must_use=("ref",))
            ),
            "Replaces its lines and address.",
            is_required=True,
        ),
        Key(
            "cancel",
            WordOr(BY_HAND, OperationShape(names.CANCEL, must_use=("ref",))),
            "Cancels one.",
            is_required=True,
        ),
        Key("lines_apart", LINES_APART, "For an ERP that takes header and lines in own calls."),
        Key("created", a_list(), "Lists those made in a window; needed unless enforced."),
        Key("fields", fields(records.ORDER), "Where what stands in an order.", is_required=True),
        Key(
            "lines",
            Section(
                (
                    Key("rows", PATH, "Where they stand in the order; not for lines apart."),
                    Key("fields", fields(records.ORDER_LINE), "In a line.", is_required=True),
                )
            ),
            "Its lines.",
            is_required=True,
        ),
        Key(
            "changeable_in",
            ListOf(Word(get_args(OrderState))),
            "States in which the ERP takes changes.",
            default=["received", "confirmed", "backordered", "partly_shipped"],
        ),
    )
)
PROGRESS = Section(
    (
        Key(
            "changed",
            ListOf(
                Section(
                    (
                        Key("list", a_list(), "Lists what changed.", is_required=True),
                        Key("order_ref", PATH, "Where a row names its order.", is_required=True),
                    )
                )
            ),
            "Lists of orders, deliveries, invoices that changed in a window.",
            is_required=True,
        ),
        Key("orders", a_list(names.SEVERAL), "Reads several by {refs}; else one by one."),
        Key("lines", a_list(names.SEVERAL), "Their lines, when these are apart."),
        Key("line_order_ref", PATH, "Where such a line names its order."),
        Key("shipments", attached(records.SHIPMENT), "What left the house."),
        Key("invoices", attached(records.INVOICE), "Invoices and credit notes, no drafts."),
        Key("returns", attached(records.RETURN), "What came back."),
    )
)
INVOICE_PDF = Section(
    (
        Key("read", OperationShape(names.INVOICE), "Asks for one invoice.", is_required=True),
        Key("number", PATH, "Where its number stands in the answer.", is_required=True),
        Key("print", OperationShape(names.INVOICE), "Answers its PDF.", is_required=True),
    )
)
PAYMENTS = Section(
    (
        Key(
            "find",
            OperationShape(names.PAYMENT, is_list=True, must_use=("ref",)),
            "The payments that an order knows of.",
            is_required=True,
        ),
        Key("fields", fields(records.PAYMENT), "Where what stands in one.", is_required=True),
        Key(
            "record",
            OperationShape(names.PAYMENT, has_ref=True, must_use=("our_ref",)),
            "Tells of one.",
            is_required=True,
        ),
    )
)
