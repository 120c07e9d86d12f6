"""The engine's Django app; loads job kinds that are named in the settings."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class EngineConfig(AppConfig):
    name = "integrations.engine"
    label = "engine"
    verbose_name = "Engine"

    def ready(self) -> None:
        from integrations.engine import beat, presses  # needs the models

        beat.register("presses_left", 60.0, presses.resume_left)
        beat.register("presses_old", 60.0, presses.forget_old)
        for module in settings.ENGINE_EXTRA_KINDS:
            import_module(module)
