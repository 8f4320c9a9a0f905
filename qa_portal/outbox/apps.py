from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "qa_portal.outbox"
    label = "outbox"

    def ready(self) -> None:
        from qa_portal.core.metrics import register_gauges
        from qa_portal.outbox.metrics import outbox_gauges

        register_gauges("outbox", outbox_gauges)
        # what each app tells people, and of what it reminds them
        autodiscover_modules("mails", "reminders")
