from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from integrations import adapters
        from integrations.flows import registration
        from integrations.models.roles import sync_roles

        # It is sent for every app in turn: after the last one, all permissions are there.
        *_, last = apps.get_app_configs()
        post_migrate.connect(sync_roles, sender=last, dispatch_uid="integrations.roles")
        for kind, path in settings.ADAPTERS.items():
            adapters.register(kind, path)
        registration.register_all()
