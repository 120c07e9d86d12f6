"""Addresses of the buyers' pages, under /portal/."""

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from quotes.portal import views_anonymous, views_attachments, views_handover, views_signin

app_name = "portal"
urlpatterns = [
    path("", views_signin.home, name="home"),
    path("sign-in", views_signin.sign_in, name="sign_in"),
    path("sign-in/code", views_signin.code, name="code"),
    path("sign-out", views_signin.sign_out, name="sign_out"),
    path("accounts", views_signin.accounts, name="accounts"),
    path("language", require_POST(set_language), name="language"),
    path("hand-over/<str:token>", views_handover.redeem, name="handover"),
    path("request", views_anonymous.ask, name="anonymous"),
    path("request/code", views_anonymous.confirm, name="anonymous_code"),
    path("request/done", views_anonymous.done, name="anonymous_done"),
    path("requests/<str:number>/attachments", views_attachments.add, name="attachments"),
    path(
        "requests/<str:number>/attachments/<int:pk>", views_attachments.download, name="attachment"
    ),
]
