from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "qa_portal.jobs"
    label = "jobs"

    def ready(self) -> None:
        from qa_portal.core.metrics import register_gauges
        from qa_portal.jobs import checks  # noqa: F401
        from qa_portal.jobs.metrics import job_gauges

        register_gauges("jobs", job_gauges)
        autodiscover_modules("tasks")
