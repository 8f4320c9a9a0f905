from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "qa_portal.audit"
    label = "audit"

    def ready(self) -> None:
        from qa_portal.audit import checks, downloads  # noqa: F401
        from qa_portal.audit.metrics import audit_gauges
        from qa_portal.core.metrics import register_gauges

        register_gauges("audit", audit_gauges)
