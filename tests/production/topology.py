"""The whole installation as real processes: PostgreSQL, Redis, S3, two web processes, a worker, beat, nginx.

What docker-compose.yml describes, without containers. Each part is a process of its own with the same
settings; only ports and folders differ.
"""

import base64
import hashlib
import hmac
import os
import re
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPMessage
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
from django.conf import settings

from tests.conftest import find_redis_server, free_port, wait_for_port
from tests.production.conftest import REQUIRED

ROOT = Path(settings.BASE_DIR)
PASSWORD = "S3NTINEL-of-the-staff"
TOTP_SECRET = base64.b32encode(b"S3NTINEL of the TOTP").decode()
METRICS_TOKEN = "S3NTINEL-of-prometheus"
PREPARE = f"""
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("import_campaign", "reports/demonstration/2020", verbosity=0)
call_command("make_bucket", verbosity=0)
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
person = User.objects.create_user("staff@example.com", {PASSWORD!r}, name="Staff")
EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
RoleGrant.objects.create(user=person, role=Role.STAFF)
TOTP.activate(person, {TOTP_SECRET!r})
"""


def totp(secret: str, at: float) -> str:
    """RFC 6238: six digits, thirty seconds, SHA-1."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    [number] = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def program_path(name: str) -> str:
    """Where a program is; nginx often lies where only root looks."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert path is not None, f"needs {name}"
    return path


class Answer:
    """Status, headers, body and final address of a request."""

    def __init__(self, status: int, headers: HTTPMessage, body: bytes, url: str) -> None:
        self.status, self.headers, self.body, self.url = status, headers, body, url

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """Keeps cookies, follows redirects, sends the CSRF token of the page it has just seen."""

    def __init__(self, base: str, context: ssl.SSLContext | None, headers: dict[str, str]) -> None:
        self.base, self.headers = base, headers
        self.cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        handlers: list[Any] = [urllib.request.HTTPCookieProcessor(self.cookies)]
        if context:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def send(self, path: str, data: dict[str, str] | bytes | None = None, **headers: str) -> Answer:
        body = urllib.parse.urlencode(data).encode() if isinstance(data, dict) else data
        request = urllib.request.Request(urllib.parse.urljoin(self.base, path), body, {**self.headers, **headers})
        try:
            with self._opener.open(request, timeout=30) as response:
                return Answer(response.status, response.headers, response.read(), response.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read(), error.url)

    def fill_in(self, path: str, to: str = "", **fields: str) -> Answer:
        """Open a page and send its form, to the page itself or where it says."""
        page = self.send(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None, (page.status, page.text[:500])
        return self.send(to or path, {**fields, "csrfmiddlewaretoken": token[1]})

    def sign_in(self) -> Answer:
        answer = self.fill_in("/accounts/login/", login="staff@example.com", password=PASSWORD)
        assert "/2fa/authenticate/" in answer.url, answer.url
        return self.fill_in(urlsplit(answer.url).path, code=totp(TOTP_SECRET, time.time()))


class Topology:
    """Starts and ends the processes; see `running`."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.ports = {name: free_port() for name in ("redis", "s3", "web", "http", "https")}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.has_nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is not None
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.env = {
            **kept, **REQUIRED, "PORTAL_PROFILE": "production", "PORTAL_VAR_DIR": str(folder / "var"),
            "ALLOWED_HOSTS": "localhost", "PORTAL_URL": "https://localhost", "DATABASE_URL": database,
            "REDIS_URL": f"redis://127.0.0.1:{self.ports['redis']}/0", "PYTHONUNBUFFERED": "1",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self.ports['s3']}", "S3_BUCKET": "portal", "S3_LOCATION": "files",
            "S3_ACCESS_KEY": "access", "S3_SECRET_KEY": "S3NTINEL-of-s3", "METRICS_TOKEN": METRICS_TOKEN,
            "FILES_INTERNAL_URL": "/protected/" if self.has_nginx else "",
            "WEB_BIND": f"127.0.0.1:{self.ports['web']}", "WEB_CONCURRENCY": "2", "WEB_THREADS": "4",
            "JOBS_BEAT_SECONDS": "0.5", "JOBS_STALE_SECONDS": "2", "JOBS_SWEEP_SECONDS": "0.5",
        }  # fmt: skip

    # -------------------------------------------------------------- processes
    def start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        """A process in a group of its own; what it says is added to NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.processes.append(process)
        return process

    def start_celery(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return self.start(arguments[0], sys.executable, "-m", "celery", "--quiet", "--app=qa_portal", *arguments)

    def start_worker(self) -> "subprocess.Popen[bytes]":
        return self.start_celery("worker", "--concurrency=1", "--without-gossip", "--without-mingle")

    def start_web(self) -> "subprocess.Popen[bytes]":
        return self.start("web", sys.executable, "-m", "gunicorn", "qa_portal.wsgi")

    def run(self, *command: str) -> str:
        """`manage.py …` to its end; raises when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    # -------------------------------------------------------------- looking
    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows straight from PostgreSQL."""
        with closing(psycopg2.connect(self.database)) as link:
            link.autocommit = True
            cursor = link.cursor()
            cursor.execute(sql)
            return list(cursor.fetchall())

    def wait_until(self, sql: str, expected: list[tuple[Any, ...]], seconds: float = 90) -> None:
        self.wait_for(lambda: self.ask(sql) == expected, seconds, lambda: f"{sql}: {self.ask(sql)}")

    def wait_for(self, is_so: Callable[[], bool], seconds: float, state: Callable[[], str]) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(state())
            time.sleep(0.02)

    def browser(self) -> Browser:
        """Through nginx and TLS where there is nginx, else straight to the web processes as if through it."""
        if self.has_nginx:
            context = ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))
            return Browser(f"https://localhost:{self.ports['https']}", context, {"Referer": "https://localhost/"})
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https", "Referer": "https://localhost/"}
        return Browser(f"http://127.0.0.1:{self.ports['web']}", None, headers)


def start_nginx(topology: Topology) -> None:
    """The template of deploy/nginx, filled in as the image of nginx does, with a certificate of its own."""
    folder, ports = topology.folder, topology.ports
    tls = folder / "tls"
    tls.mkdir()
    subprocess.run(
        [program_path("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", tls / "privkey.pem", "-out", tls / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    values = {
        "PORTAL_HOST": "localhost", "PORTAL_HTTP": ports["http"], "PORTAL_HTTPS": ports["https"],
        "PORTAL_WEB": f"127.0.0.1:{ports['web']}", "PORTAL_S3": f"127.0.0.1:{ports['s3']}", "PORTAL_TLS": tls,
        "PORTAL_STATIC": folder / "var" / "static", "PORTAL_FILES": folder / "var" / "files",
        "PORTAL_PAGES": ROOT / "deploy" / "nginx", "PORTAL_INCLUDES": ROOT / "deploy" / "nginx",
        "PORTAL_LOG": folder / "access.log",
    }  # fmt: skip
    text = (ROOT / "deploy" / "nginx" / "portal.conf.template").read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(PORTAL_[A-Z0-9]+)\}", lambda found: str(values[found[1]]), text)
    temporary = "".join(
        f"{kind}_temp_path {folder}/nginx-{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log notice;\n"
        f"events {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\n{temporary}{filled}\n}}\n",
        encoding="utf-8",
    )
    program = program_path("nginx")
    checked = subprocess.run([program, "-t", "-c", folder / "nginx.conf"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    topology.start("nginx-output", program, "-c", str(folder / "nginx.conf"))
    wait_for_port(ports["https"])


@contextmanager
def running(folder: Path) -> Iterator[Topology]:
    """Everything but the workers, with the year 2020 and one signed-up member of the bureau's staff."""
    server = os.environ["DATABASE_URL"]
    name = f"test_topology_{uuid4().hex[:12]}"
    with closing(psycopg2.connect(server)) as link:
        link.autocommit = True
        link.cursor().execute(f"CREATE DATABASE {name}")
        topology = Topology(folder, urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
        try:
            _start(topology)
            yield topology
        finally:
            topology.stop()
            link.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


def _start(topology: Topology) -> None:
    ports, folder = topology.ports, topology.folder
    redis = find_redis_server() or "redis-server"
    topology.start(
        "redis", redis, "--port", str(ports["redis"]), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""
    )
    topology.start("s3", sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(ports["s3"]))
    wait_for_port(ports["redis"])
    wait_for_port(ports["s3"])
    static = subprocess.Popen(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, env=topology.env
    )
    topology.run("shell", "--no-imports", "--command", PREPARE)
    assert static.wait() == 0
    topology.start_web()
    wait_for_port(ports["web"])
    if topology.has_nginx:
        start_nginx(topology)
