from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "qa_portal.notices"
    label = "notices"

    def ready(self) -> None:
        from qa_portal.notices import listeners  # noqa: F401
