"""All addresses of the portal; those of the health probes are in `health.py`."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from integrations.webhooks.views import hook
from quotes.portal.views_handover import ask_handover

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("portal/", include("quotes.portal.urls")),
    path("api/portal/handover", ask_handover, name="handover"),
    path("api/hooks/<str:token>", hook, name="hook"),
    path("api/", include("quotes.api.urls")),
]
