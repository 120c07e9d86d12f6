"""One module per word of quote to cash."""

from quotes.models.acceptance import Acceptance, BuyingRight
from quotes.models.approval import Approval, ApprovalRule
from quotes.models.attachment import Attachment
from quotes.models.basis import BasisCheck, PriceMargin
from quotes.models.choices import ChoiceList
from quotes.models.forward import Forward
from quotes.models.mailing import Mailing
from quotes.models.paper import InvoiceCopy
from quotes.models.quote import Quote, Version, VersionLine
from quotes.models.rfq import Message, Rfq, RfqLine
from quotes.models.signin import HandoverToken, PortalToken, SignInCode
from quotes.models.template import QuoteTemplate, TemplateLine

__all__ = [
    "Acceptance",
    "Approval",
    "ApprovalRule",
    "Attachment",
    "BasisCheck",
    "BuyingRight",
    "Forward",
    "ChoiceList",
    "HandoverToken",
    "InvoiceCopy",
    "Mailing",
    "Message",
    "PortalToken",
    "PriceMargin",
    "Quote",
    "QuoteTemplate",
    "Rfq",
    "RfqLine",
    "SignInCode",
    "TemplateLine",
    "Version",
    "VersionLine",
]
