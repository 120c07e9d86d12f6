"""Addresses of the API for the storefront's server, under /api/."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from quotes.api import views

app_name = "api"
urlpatterns = [
    path("rfqs", views.Rfqs.as_view(), name="rfqs"),
    path("rfqs/<str:number>", views.OneRfq.as_view(), name="rfq"),
    path("quotes/<str:number>", views.OneQuote.as_view(), name="quote"),
    path("schema", SpectacularJSONAPIView.as_view(authentication_classes=[]), name="schema"),
]
