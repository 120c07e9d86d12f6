"""From the storefront into the portal.

POST /api/portal/handover    the storefront's server asks for a customer, signed as its hooks are
    {"customer_id": "cus_…", "email": "…"}  ->  200 {"url": …}
    the address signs in, or leads a customer whose address is not proven to `views_proving`
    401 bad signature, 404 no buyer of that customer, 409 answered before, 400 and 413 as hooks

GET /portal/hand-over/<token>    signs the browser in, once
"""

import json
import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from integrations import logs
from integrations.adapters.callbacks import BadSignature
from integrations.models import Connection
from integrations.webhooks.signed import REQUESTS, storefront_of
from quotes.portal import access
from quotes.signin import handover, proving

logger = logging.getLogger(__name__)

MOST_BYTES = 4000
LONGEST_MESSAGE_ID = 200


@never_cache
@csrf_exempt
@require_POST
def ask_handover(request: HttpRequest) -> JsonResponse:
    """Answers the storefront with an address for its customer's browser."""
    try:
        body = request.body
    except RequestDataTooBig:
        return _refuse(413, "too_large", f"At most {MOST_BYTES} bytes are taken.")
    if len(body) > MOST_BYTES:
        return _refuse(413, "too_large", f"At most {MOST_BYTES} bytes are taken.")
    try:
        storefront, message_id = storefront_of(
            headers=dict(request.headers), body=body, now=timezone.now()
        )
    except BadSignature as exc:
        logger.warning("handover_refused reason=%s", exc)
        return _refuse(401, "bad_signature", str(exc))
    if message_id.startswith(REQUESTS):  # signed for a request for quote, not to let anybody in
        return _refuse(401, "bad_signature", "This message was signed for something else.")
    return _answer(storefront, message_id, body)


def _answer(storefront: Connection, message_id: str, body: bytes) -> JsonResponse:
    customer_id = _customer_id(body)
    if not customer_id or len(message_id) > LONGEST_MESSAGE_ID or "\x00" in message_id:
        return _refuse(400, "malformed", "The body must be JSON with a customer_id.")
    buyer = handover.known_customer(customer_id)
    if buyer is None:
        return _answer_unknown(storefront, customer_id)
    try:
        url = handover.issue_handover(
            buyer=buyer, storefront=storefront, message_id=message_id, now=timezone.now()
        )
    except handover.AlreadyHandedOver as exc:
        return _refuse(409, "already_answered", str(exc))
    return JsonResponse({"url": url})


def _answer_unknown(storefront: Connection, customer_id: str) -> JsonResponse:
    """Who registered under a buyer's address is led to where they can show that it is theirs."""
    waiting = proving.waiting_for(customer_id, storefront)
    if waiting is None:
        return _refuse(404, "unknown_customer", "No buyer belongs to this customer.")
    return JsonResponse({"url": proving.issue_proof_link(waiting, now=timezone.now())})


@never_cache
@require_GET
def redeem(request: HttpRequest, token: str) -> HttpResponse:
    """Signs the browser in. What is used or too old leads to the other way in."""
    buyer = handover.redeem_handover(token=token, now=timezone.now())
    if buyer is None or buyer.user is None:
        return render(request, "portal/signin/handover_expired.html", status=410)
    access.begin_session(request, buyer.user, only=buyer)
    return redirect("portal:home")


def _customer_id(body: bytes) -> str:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = message.get("customer_id") if isinstance(message, dict) else None
    if not isinstance(found, str) or not found.isascii() or "\x00" in found:
        return ""
    return found


def _refuse(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse(
        {"code": code, "message": message, "request_id": logs.bound().get("request_id", "")},
        status=status,
    )
