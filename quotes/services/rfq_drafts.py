"""One form, one draft: however often its button is pressed."""

from django.db import IntegrityError, transaction

from integrations.models import Buyer
from quotes.actors import buyer as as_buyer
from quotes.models import Rfq
from quotes.services import rfqs
from quotes.services.rfqs import Asked, KeyReused
from quotes.states import RfqState


def draft_once(*, person: Buyer, asked: Asked, key: str) -> Rfq:
    """Keeps a request that is not sent yet; `key` names the form that it was typed into.

    The same key again is the same draft, with what was typed last. Raises KeyReused once that
    draft was sent.
    """
    request_key = f"{person.pk}:draft:{key}"
    known = Rfq.objects.filter(request_key=request_key).first()
    if known is None:
        try:
            return _new(person, asked, request_key)
        except IntegrityError:  # the other press was faster
            known = Rfq.objects.get(request_key=request_key)
    if known.state != RfqState.DRAFT:
        raise KeyReused(f"{known} was sent already; save this as another draft.")
    return rfqs.edit_rfq(known, actor=as_buyer(person), asked=asked)


@transaction.atomic
def _new(person: Buyer, asked: Asked, request_key: str) -> Rfq:
    rfq = rfqs.draft_rfq(person=person, asked=asked)
    Rfq.objects.filter(pk=rfq.pk).update(request_key=request_key)
    return rfq
