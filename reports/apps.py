from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from qa_portal.core.pdf import register_engine
        from reports import copying  # noqa: F401 - states what a new year copies
        from reports.page_pdf import page_pdf

        register_engine(page_pdf)
