"""How gunicorn serves the portal with several processes: gunicorn qa_portal.wsgi

WEB_CONCURRENCY and WEB_THREADS size it; see docs/operations.md. `manage.py serve` has its own settings.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from qa_portal.core.logging import logging_config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qa_portal.settings")

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60  # nginx gives up at the same time
graceful_timeout = 30
keepalive = 75  # longer than nginx keeps a connection, so that it is never closed under a request
max_requests = 5000  # memory that a library leaks comes back
max_requests_jitter = 500
limit_request_line = 4094
limit_request_fields = 60
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files, no data
control_socket_disable = True
logconfig_dict = logging_config(
    is_json=os.environ.get("PORTAL_PROFILE") == "production", level=os.environ.get("LOG_LEVEL", "INFO").upper()
)
accesslog = None  # the portal tells each request itself, with its id
forwarded_allow_ips = "127.0.0.1"  # Django reads the proxy's headers by its own settings


def prepare_metrics() -> None:
    """An empty folder in which the processes of this server add up their figures."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True)
    else:
        folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="portal-metrics-")
        owner = os.getpid()
        atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


def on_starting(server: Any) -> None:
    """Refuse in one line what a worker process would refuse with a traceback, again and again."""
    from django.core.exceptions import ImproperlyConfigured

    os.environ["WEB_CONCURRENCY"] = str(server.cfg.workers)
    prepare_metrics()
    try:
        import django
        from django.conf import settings

        django.setup()
        if settings.CELERY_BROKER_URL.startswith("memory:"):
            raise ImproperlyConfigured(
                "CELERY_BROKER_URL is in memory, where only `manage.py serve` has a worker; set REDIS_URL."
            )
        from qa_portal.core.checks import refuse_unsafe

        refuse_unsafe()
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")


def child_exit(server: Any, worker: Any) -> None:
    """Figures of a process that ended stay in the sums."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
