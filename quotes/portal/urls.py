"""Addresses of the buyers' pages, under /portal/."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from quotes.portal import (
    views_anonymous,
    views_answers,
    views_attachments,
    views_forward,
    views_handover,
    views_home,
    views_orders,
    views_proving,
    views_quotes,
    views_request_form,
    views_requests,
    views_signin,
    views_thread,
)


class RowId(IntConverter):
    """A number that a row may have: what no column holds is the address of nothing."""

    regex = "[0-9]{1,18}"


register_converter(RowId, "row")

app_name = "portal"
urlpatterns = [
    path("", views_home.home, name="home"),
    path("sign-in", views_signin.sign_in, name="sign_in"),
    path("sign-in/code", views_signin.code, name="code"),
    path("sign-out", views_signin.sign_out, name="sign_out"),
    path("accounts", views_signin.accounts, name="accounts"),
    path("language", views_signin.language, name="language"),
    path("hand-over/<str:token>", views_handover.redeem, name="handover"),
    path("prove", views_proving.mail, name="prove_mail"),
    path("prove/code", views_proving.code, name="prove_code"),
    path("prove/<str:token>", views_proving.start, name="prove"),
    path("request", views_anonymous.ask, name="anonymous"),
    path("request/code", views_anonymous.confirm, name="anonymous_code"),
    path("request/done", views_anonymous.done, name="anonymous_done"),
    path("request/open/<str:token>", views_thread.open_link, name="thread_open"),
    path("request/thread", views_thread.show, name="thread"),
    path("request/thread/say", views_thread.say, name="thread_say"),
    path("request/thread/files", views_thread.add_file, name="thread_files"),
    path("requests/<str:number>/attachments", views_attachments.add, name="attachments"),
    path(
        "requests/<str:number>/attachments/<row:pk>", views_attachments.download, name="attachment"
    ),
    path("requests", views_requests.index, name="requests"),
    path("requests/new", views_request_form.new, name="request_new"),
    path("requests/<row:pk>", views_requests.detail, name="request"),
    path("requests/<row:pk>/edit", views_request_form.edit, name="request_edit"),
    path("requests/<row:pk>/message", views_requests.message, name="request_message"),
    path("requests/<row:pk>/answer", views_requests.answer, name="request_answer"),
    path("requests/<row:pk>/cancel", views_requests.cancel, name="request_cancel"),
    path("requests/<row:pk>/copy", views_requests.copy, name="request_copy"),
    path("quotes", views_quotes.index, name="quotes"),
    path("quotes/<row:pk>", views_quotes.newest, name="quote"),
    path("quotes/<row:pk>/changes", views_quotes.changes, name="quote_changes"),
    path("quotes/<row:pk>/<row:revision>", views_quotes.detail, name="version"),
    path("quotes/<row:pk>/<row:revision>/pdf", views_quotes.pdf, name="quote_pdf"),
    path("quotes/<row:pk>/<row:revision>/forward", views_forward.forward, name="quote_forward"),
    path("quotes/<row:pk>/<row:revision>/accept", views_answers.accept, name="quote_accept"),
    path(
        "quotes/<row:pk>/<row:revision>/ask-company",
        views_answers.ask_company,
        name="quote_ask_company",
    ),
    path("quotes/<row:pk>/<row:revision>/refuse", views_answers.refuse, name="quote_refuse"),
    path("quotes/<row:pk>/<row:revision>/change", views_answers.change, name="quote_change"),
    path("quotes/<row:pk>/<row:revision>/keep", views_answers.keep, name="quote_keep"),
    path("quotes/<row:pk>/<row:revision>/decline", views_answers.decline, name="quote_decline"),
    path("orders", views_orders.index, name="orders"),
    path("orders/shipments", views_orders.shipments, name="shipments"),
    path("orders/invoices", views_orders.invoices_of_all, name="invoices"),
    path("orders/<row:pk>", views_orders.detail, name="order"),
    path(
        "orders/<row:pk>/invoices/<row:invoice_pk>/pdf",
        views_orders.invoice_pdf,
        name="invoice_pdf",
    ),
]
