from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "qa_portal.core"
    label = "core"

    def ready(self) -> None:
        from qa_portal.core import checks  # noqa: F401
