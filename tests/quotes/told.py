"""One request and one quote in the state in which a mail tells something of them."""

from typing import Any

from integrations.models import Buyer, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.mails.words import ABOUT_RFQ
from quotes.models import Acceptance, BuyingRight, Forward, Version
from quotes.services import rfqs
from quotes.states import VersionState, Who
from tests.factories import BuyerFactory
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory


def about(name: str, ben: Buyer, sam: User) -> Any:
    """What this mail is about: ben's, looked after by sam; the boss of his company is Ada."""
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    rfqs.say(rfq, actor=staff(sam), text="It can be blue.", is_from_buyer=False)
    if name in ABOUT_RFQ:
        if name == "declined":
            rfqs.decline_rfq(rfq, actor=staff(sam), reason="Not our range.")
        if name == "sales_heard":
            rfqs.say(rfq, actor=as_buyer(ben), text="Any news?", is_from_buyer=True)
        return rfq
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, rfq=rfq, owner=sam))
    ada = BuyerFactory(account=ben.account, email="ada@company.example")
    BuyingRight.objects.create(buyer=ada, may_approve=True)
    if name == "forwarded":
        return Forward.objects.create(version=version, by=ada, to=ben)
    return _moved(name, version, ben, ada)


def _moved(name: str, version: Version, ben: Buyer, ada: Buyer) -> Version:
    if name.startswith("company_"):
        version.move("ask_company", as_buyer(ben), asked_by=ben)
    if name == "company_refused":
        approver = as_buyer(ada, Who.COMPANY_APPROVER)
        version.move("refuse_company", approver, reason="Too dear.", asked_by=None)
    if name in ("accepted", "colleague_accepted", "given_up"):
        Version.objects.filter(pk=version.pk).update(state=VersionState.ACCEPTED)
        who = ben if name == "accepted" else ada
        Acceptance.objects.create(
            quote=version.quote,
            version=version,
            buyer=who,
            orderer=ben,
            signature="Me",
            sha256=version.sha256,
        )
    return version
