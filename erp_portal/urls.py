"""All addresses of the portal; those of the health probes are in `health.py`."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from integrations.webhooks.views import hook

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/hooks/<str:token>", hook, name="hook"),
]
