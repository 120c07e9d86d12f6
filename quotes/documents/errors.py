"""What can keep a quote from being printed. Both need a person, and say what to do."""

from integrations.errors import NeedsOperator


class BadDocument(NeedsOperator):
    """The record contradicts itself: totals that do not add up, a time without a zone …"""

    def __init__(self, message: str, *, number: str) -> None:
        super().__init__(
            f"Quote {number} cannot be printed: {message}",
            reason="quote_document_bad",
            hint="Correct the quote and make its document again.",
            ids={"quote": number},
        )


class BadLogo(NeedsOperator):
    """The seller's logo is broken, too large or no picture that a PDF can hold."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"The logo cannot be printed: {message}",
            reason="quote_logo_bad",
            hint="Upload the logo again as a PNG or JPEG of at most 512 KB and 2000 × 2000 pixels.",
        )
