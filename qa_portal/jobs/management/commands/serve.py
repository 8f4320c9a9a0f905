"""`python manage.py serve`: the portal in one process, with its worker inside."""

import os
import socket
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _
from gunicorn.app.base import BaseApplication

from qa_portal.jobs.embedded import EmbeddedWorker, is_embedded

THREADS = 8
SECONDS_TO_STOP = 6


class Command(BaseCommand):
    help = "Serve the portal on HOST:PORT with one web process; with memory:// jobs run inside it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        refuse_taken_port(host, port)
        collect_static_files()
        connections.close_all()  # the worker process must not share them
        self.stdout.write(_("The portal runs on http://%(host)s:%(port)d – stop it with Ctrl+C") % {
            "host": host, "port": port})  # fmt: skip
        self.stdout.flush()
        EmbeddedServer(host, port).run()


def refuse_taken_port(host: str, port: int) -> None:
    """Raises CommandError when somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                _("Port %(port)d of %(host)s cannot be used (%(error)s); choose another with --port.")
                % {"port": port, "host": host, "error": error.strerror}
            ) from error


def collect_static_files() -> None:
    """Gather the static files under STATIC_ROOT unless that has been done since the last change."""
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not collected.exists() or collected.stat().st_mtime < max(times_of_static_files(), default=0):
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.touch()


def times_of_static_files() -> Iterator[float]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            yield os.stat(storage.path(path)).st_mtime


class EmbeddedServer(BaseApplication):
    """Gunicorn with exactly one worker process of eight threads."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.worker = EmbeddedWorker()
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": self.address, "workers": 1, "worker_class": "gthread", "threads": THREADS,
            "accesslog": None, "errorlog": "-", "loglevel": "warning",
            "graceful_timeout": SECONDS_TO_STOP, "control_socket_disable": True,
        }  # fmt: skip
        for name, value in chosen.items():
            self.cfg.set(name, value)
        if is_embedded():
            self.cfg.set("post_worker_init", self.start_jobs)
            self.cfg.set("worker_exit", self.stop_jobs)

    def load(self) -> Any:
        from qa_portal.wsgi import application

        return application

    def start_jobs(self, _web_worker: Any) -> None:
        self.worker.start()

    def stop_jobs(self, _server: Any, _web_worker: Any) -> None:
        self.worker.stop()
