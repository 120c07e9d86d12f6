"""Requests for quote and quotes, for the storefront's server. See `codes.py` for refusals.

POST /api/rfqs                          201 made, 200 the same request as before
GET  /api/rfqs/<number>?customer_id=…   the customer's account must own it, else 404
GET  /api/quotes/<number>?customer_id=…
"""

import re
from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.models import Buyer
from quotes.api.answers import ErrorAnswer, QuoteAnswer, RfqAnswer, offered_of
from quotes.api.bodies import RfqBody, asked_of
from quotes.api.codes import Code
from quotes.api.errors import Refused
from quotes.api.signed import SignedByStorefront, use_up
from quotes.models import Quote, Rfq
from quotes.numbers import pk_of
from quotes.services import rfqs
from quotes.signin.handover import known_customer
from quotes.states import RfqState

_KEY = re.compile(r"[\x21-\x7e]{1,120}")
_CUSTOMER = OpenApiParameter("customer_id", str, required=True, description="Who asks.")
_IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 120 visible ASCII characters; the same for every try of one request.",
)


class StrictJson(JSONParser):
    """JSON; what is nested too deep to be read is malformed too."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as exc:
            raise Refused(400, Code.MALFORMED, "The body is nested too deep.") from exc


class _View(APIView):
    authentication_classes = [SignedByStorefront]
    parser_classes = [StrictJson]


class Rfqs(_View):
    @extend_schema(
        operation_id="request_quote",
        parameters=[_IDEMPOTENCY],
        request=RfqBody,
        responses={
            200: RfqAnswer,
            201: RfqAnswer,
            **dict.fromkeys([400, 401, 404, 409, 413, 422, 503], ErrorAnswer),
        },
    )
    def post(self, request: Request) -> Response:
        """Sends a request for quote, once per Idempotency-Key."""
        key = _key_of(request)
        body = RfqBody(data=request.data)
        body.is_valid(raise_exception=True)
        customer_id, now = body.validated_data["customer_id"], timezone.now()
        person = _buyer(customer_id)
        with transaction.atomic():
            use_up(request.user, customer_id=customer_id, now=now)
            rfq, is_new = rfqs.request_quote(
                person=person, asked=asked_of(body.validated_data), key=key, now=now
            )
        return Response(RfqAnswer(rfq).data, status=201 if is_new else 200)


class OneRfq(_View):
    @extend_schema(
        operation_id="read_rfq",
        parameters=[_CUSTOMER],
        responses={200: RfqAnswer, **dict.fromkeys([400, 401, 404, 503], ErrorAnswer)},
    )
    def get(self, request: Request, number: str) -> Response:
        """A request of the customer's account, with what was offered for it."""
        person = _buyer(_asking(request))
        own = Rfq.objects.filter(account_id=person.account_id).exclude(state=RfqState.DRAFT)
        rfq = get_object_or_404(own.prefetch_related("lines"), pk=pk_of("RFQ", number))
        return Response(RfqAnswer(rfq).data)


class OneQuote(_View):
    @extend_schema(
        operation_id="read_quote",
        parameters=[_CUSTOMER],
        responses={200: QuoteAnswer, **dict.fromkeys([400, 401, 404, 503], ErrorAnswer)},
    )
    def get(self, request: Request, number: str) -> Response:
        """The revision of a quote that the customer's account was offered last."""
        person = _buyer(_asking(request))
        own = Quote.objects.filter(account_id=person.account_id).select_related("rfq")
        version = offered_of(get_object_or_404(own, pk=pk_of("Q", number)))
        if version is None:
            raise Http404("Nothing was offered yet.")
        return Response(QuoteAnswer(version).data)


def _key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        text = "Send an Idempotency-Key of 1 to 120 visible ASCII characters."
        raise Refused(400, Code.KEY_MISSING, text)
    return key


def _asking(request: Request) -> str:
    customer_id = request.query_params.get("customer_id", "")
    if not customer_id:
        text = "customer_id: say which customer asks."
        raise Refused(400, Code.BAD_INPUT, text, field="customer_id")
    return customer_id


def _buyer(customer_id: str) -> Buyer:
    buyer = known_customer(customer_id) if "\x00" not in customer_id else None
    if buyer is None:
        raise Refused(404, Code.UNKNOWN_CUSTOMER, "No buyer belongs to this customer.")
    return buyer
