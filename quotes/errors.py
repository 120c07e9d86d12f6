"""What a service refuses, in words for whoever asked."""

from django.db import models


class QuoteError(Exception):
    """Base of all refusals. `code` is stable and meant for machines; the text is for people."""

    code = "refused"

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code or type(self).code


class Incomplete(QuoteError):
    """Something is missing or wrong in what was entered; the text says what to do."""

    code = "incomplete"


class MoveNotAllowed(QuoteError):
    """The row is in another state, or somebody in that capacity may not make this move."""

    code = "not_allowed"

    def __init__(self, row: models.Model, move: str, why: str) -> None:
        super().__init__(f"{row}: {why}")
        self.row, self.move = row, move


class Stale(QuoteError):
    """The buyer or rep looked at another revision than the one that counts now."""

    code = "stale"


class Expired(QuoteError):
    """The offer is past its time, by the server's clock."""

    code = "expired"


class NotPermitted(QuoteError):
    """Four eyes, a spending limit or a role forbids it."""

    code = "not_permitted"


class AccountRefused(QuoteError):
    """The account is blocked, or its credit does not cover the quote."""

    code = "account_refused"


class NotOrderable(QuoteError):
    """The order of the quote could not be placed for any customer that it was made for."""

    code = "not_orderable"


class HeldForSales(QuoteError):
    """Sales must let the acceptance pass first. `told` is for them, the text for the buyer."""

    code = "held_for_sales"

    def __init__(self, message: str, *, told: str) -> None:
        super().__init__(message)
        self.told = told


class TooMany(QuoteError):
    """The same person did it too often in a short time."""

    code = "too_many"
