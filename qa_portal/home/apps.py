from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class HomeConfig(AppConfig):
    name = "qa_portal.home"
    label = "home"

    def ready(self) -> None:
        # what each app puts on the home page and into the search
        autodiscover_modules("work", "search")
