from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"

    def ready(self) -> None:
        from submissions.evidence import tasks  # noqa: F401 - states the purposes of files
        from submissions.setup import copying, guards  # noqa: F401 - state what a new year copies and keeps
