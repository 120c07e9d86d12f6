"""The portal's addresses and two more: its base template alone, for strangers and for buyers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from erp_portal.urls import urlpatterns as portal
from quotes.portal.access import buyer_required


def bare(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/base.html")


urlpatterns = [
    path("portal/bare", bare),
    path("portal/bare-signed-in", buyer_required(bare)),
    *portal,
]
