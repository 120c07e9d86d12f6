"""The portal's addresses and one more: its base template alone, without a query."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from erp_portal.urls import urlpatterns as portal


def bare(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/base.html")


urlpatterns = [path("portal/bare", bare), *portal]
