from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews import guards, triggers  # noqa: F401 - guards says what of a year must stay
        from reviews.deciding import triggers as deciding_triggers

        def before(using: str, plan: Any, **_given: Any) -> None:
            triggers.make_way(connections[using], plan)
            deciding_triggers.make_way(connections[using], plan)

        def after(using: str, **_given: Any) -> None:
            triggers.ensure_triggers(connections[using])
            deciding_triggers.ensure_triggers(connections[using])

        pre_migrate.connect(before, sender=self, weak=False)
        post_migrate.connect(after, sender=self, weak=False)
