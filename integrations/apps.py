from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from integrations.flows import registration
        from integrations.models.roles import sync_roles

        post_migrate.connect(sync_roles, dispatch_uid="integrations.roles")
        registration.register_all()
