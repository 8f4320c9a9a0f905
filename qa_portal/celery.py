"""The Celery application. Jobs are found by the jobs app, which imports every app's `tasks`."""

import logging.config
import os
import sys
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun, worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qa_portal.settings")
try:
    settings.INSTALLED_APPS  # noqa: B018 - reads the settings now, where a mistake is one line
except ImproperlyConfigured as error:
    sys.exit(f"Error: {error}")
app = Celery("qa_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def use_the_portal_s_logging(**_kwargs: Any) -> None:
    """Workers log like the web processes; a listener also keeps Celery from configuring its own."""
    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def refuse_unsafe_settings(**_kwargs: Any) -> None:
    """Celery does not act on Django's checks."""
    from qa_portal.core.checks import refuse_unsafe

    try:
        refuse_unsafe()
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")


@task_prerun.connect
def name_in_logs(task: Any, args: tuple[Any, ...], **_kwargs: Any) -> None:
    """What is logged meanwhile carries the task and, for jobs, the number of the job."""
    structlog.contextvars.bind_contextvars(task=task.name, **({"job": str(args[0])} if args else {}))


@task_postrun.connect
def forget_in_logs(**_kwargs: Any) -> None:
    structlog.contextvars.unbind_contextvars("task", "job")
