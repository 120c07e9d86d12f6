from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "erp_portal.console.ConsoleSite"

    def ready(self) -> None:
        from erp_portal import checks  # noqa: F401 registers the checks

        super().ready()
