"""All addresses of the portal."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from erp_portal import health
from integrations.webhooks.views import hook

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/hooks/<str:token>", hook, name="hook"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
