"""The production topology, for real: a circular survives the death of its worker and is finished once."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.production.conftest import REQUIRED
from tests.production.topology import METRICS_TOKEN, PASSWORD, TOTP_SECRET, Browser, Topology, program_path, running

# `django_db` puts them into the run on PostgreSQL; they make a database of their own
pytestmark = [pytest.mark.process, pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    folder = tmp_path_factory.mktemp("topology")
    folder.chmod(0o755)
    with running(folder) as topology:
        yield topology


@pytest.fixture(scope="module")
def staff(topology: Topology) -> Browser:
    """A member of the staff, signed in with password and code."""
    browser = topology.browser()
    answer = browser.sign_in()
    assert (answer.status, urlsplit(answer.url).path in ("/", "/years/2020/")) == (200, True), answer.url
    return browser


def needs_nginx(topology: Topology) -> None:
    if not topology.has_nginx:
        pytest.skip("needs nginx: apt-get install nginx-light")


# ------------------------------------------------------------------ the circular
JOB = "SELECT state, attempts FROM jobs_job"
FILES = "SELECT count(*) FROM files_storedfile WHERE purpose = 'circular_file'"
EXPORTED = "SELECT count(*) FROM audit_auditevent WHERE action = 'circular.exported'"


def test_a_circular_outlives_its_worker_and_is_finished_once(
    topology: Topology, staff: Browser, tmp_path: Path
) -> None:
    first = topology.start_worker()
    topology.start_celery("beat", f"--schedule={tmp_path}/schedule", "--pidfile=")
    answer = staff.fill_in("/years/2020/circular/", to="/years/2020/circular/export/", ending="pdf")
    job = re.fullmatch(r".*/jobs/([0-9a-f-]{36})/", answer.url)
    assert job is not None, answer.url

    # in the middle: it has the job, and there is no file yet
    topology.wait_until(JOB, [("running", 1)])
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert topology.ask(JOB) == [("running", 1)]
    assert (topology.ask(FILES), topology.ask(EXPORTED)) == ([(0,)], [(0,)])

    # beat's sweep has nobody to do it yet; then it is done by another
    topology.start_worker()
    topology.wait_until(JOB, [("succeeded", 2)])
    status = staff.send(f"/jobs/{job[1]}/status/")
    link = re.search(r'href="(/files/[0-9a-f-]{36}/)"', status.text)
    assert link is not None, status.text

    # once: also after more sweeps, and after Redis hands out the message of the dead worker again
    topology.run(
        "shell",
        "--no-imports",
        "--command",
        f"""
from qa_portal.celery import app
for _number in range(3):
    app.send_task("jobs.run", args=["{job[1]}"])
""",
    )
    time.sleep(1.5)
    assert topology.ask(JOB) == [("succeeded", 2)]
    assert (topology.ask(FILES), topology.ask(EXPORTED)) == ([(1,)], [(1,)])
    assert topology.ask("SELECT action, count(*) FROM audit_auditevent WHERE action LIKE 'job.%' GROUP BY action") == [
        ("job.enqueue", 1)
    ]
    assert topology.run("verify_audit").startswith(str(topology.ask("SELECT count(*) FROM audit_auditevent")[0][0]))

    # and the same to the byte as on the command line
    topology.run("export_circular", "2020", "--output", str(tmp_path / "circular.pdf"))
    download = staff.send(link[1])
    assert (download.status, download.headers["Content-Type"]) == (200, "application/pdf")
    assert download.body == (tmp_path / "circular.pdf").read_bytes()
    assert download.headers["Content-Disposition"].startswith("attachment; filename")
    for name, value in {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }.items():
        assert download.headers.get_all(name) == [value]
    if topology.has_nginx:  # the bytes came from the storage through nginx, not through a web process
        assert download.headers["Server"] == "nginx"
        assert "X-Accel-Redirect" not in download.headers
        assert [name for name in download.headers if name.lower().startswith(("x-amz", "etag"))] == []
        assert topology.browser().send(link[1]).url.split("?")[0].endswith("/accounts/login/")
    # both look at what this export left behind, so they belong to it whatever the order of the tests
    logs_are_json_with_ids_and_without_secrets(topology, staff)
    nginx_keeps_private_places_to_itself(topology, staff)


# ------------------------------------------------------------------ figures and logs
def test_two_web_processes_add_up_their_figures(topology: Topology, staff: Browser) -> None:
    def count() -> float:
        answer = staff.send("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")
        found = re.search(r'portal_requests_total\{method="GET",status="200",view="healthz"\} (\S+)', answer.text)
        return float(found[1]) if found else 0

    gunicorn = next(process for process in topology.processes if "gunicorn" in " ".join(map(str, process.args)))
    children = Path(f"/proc/{gunicorn.pid}/task/{gunicorn.pid}/children").read_text().split()
    assert len(children) == 2
    before = count()
    for _number in range(20):
        assert staff.send("/healthz").body == b"ok\n"
    assert count() - before == 20
    assert staff.send("/metrics").status == 404


def test_ready_names_what_is_missing(topology: Topology) -> None:
    direct = Browser(f"http://127.0.0.1:{topology.ports['web']}", None, {"Host": "localhost"})
    answer = direct.send("/readyz")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ready", "missing": []})
    [redis] = [process for process in topology.processes if "redis-server" in str(process.args)]
    os.killpg(redis.pid, signal.SIGSTOP)
    answer = direct.send("/readyz")
    os.killpg(redis.pid, signal.SIGCONT)
    assert (answer.status, json.loads(answer.body)["missing"]) == (503, ["cache", "broker"])
    assert direct.send("/readyz").status == 200


def logs_are_json_with_ids_and_without_secrets(topology: Topology, staff: Browser) -> None:
    staff.send("/accounts/login/?next=/&token=S3NTINEL-in-query")
    staff.send("/accounts/password/reset/key/1-S3NTINEL-reset/")
    cookies = {cookie.name: str(cookie.value) for cookie in staff.cookies}
    assert {"sessionid", "csrftoken"} <= set(cookies)
    logs = {name: topology.log(name) for name in ("web", "worker", "beat")}
    entries = [json.loads(line) for line in logs["web"].splitlines()]
    requests = [entry for entry in entries if entry["event"] == "request"]
    assert {len(entry["request_id"]) for entry in requests} == {32}
    assert {entry.get("user_id") for entry in requests} == {None, topology.ask("SELECT id FROM accounts_user")[0][0]}
    jobs = [json.loads(line) for line in (logs["worker"] + logs["beat"]).splitlines() if line.startswith("{")]
    assert {entry["level"] for entry in jobs} <= {"info", "warning"}
    secrets = {
        PASSWORD, TOTP_SECRET, METRICS_TOKEN, "S3NTINEL", "staff@example.com", cookies["sessionid"],
        REQUIRED["SECRET_KEY"], REQUIRED["AUDIT_KEY"],
    }  # fmt: skip
    everything = "".join(logs.values())
    if topology.has_nginx:
        everything += (topology.folder / "access.log").read_text(encoding="utf-8")
    assert [secret for secret in secrets if secret in everything] == []


# ------------------------------------------------------------------ nginx
def test_nginx_speaks_tls_under_its_own_name_only(topology: Topology) -> None:
    needs_nginx(topology)
    port = topology.ports["https"]
    trusting = ssl.create_default_context(cafile=str(topology.folder / "tls" / "fullchain.pem"))
    with (
        socket.create_connection(("127.0.0.1", port)) as link,
        trusting.wrap_socket(link, server_hostname="localhost") as tls,
    ):
        assert tls.version() == "TLSv1.3"
    trusting.check_hostname = False
    with socket.create_connection(("127.0.0.1", port)) as link, pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        trusting.wrap_socket(link, server_hostname="evil.example.com")
    old = subprocess.run(
        [program_path("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", "-tls1_1"],
        input="", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Cipher is (NONE)" in old.stdout + old.stderr


def test_nginx_sends_http_to_https(topology: Topology) -> None:
    needs_nginx(topology)
    answer = subprocess.run(
        [program_path("curl"), "-si", "-H", "Host: evil.example.com", f"http://127.0.0.1:{topology.ports['http']}/years/2020/?a=b"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert answer.splitlines()[0].strip() == "HTTP/1.1 308 Permanent Redirect"
    assert "location: https://localhost/years/2020/?a=b" in answer.lower()


def test_nginx_lets_the_portal_s_headers_through(topology: Topology, staff: Browser) -> None:
    needs_nginx(topology)
    headers = topology.browser().send("/accounts/login/").headers
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains; preload"]
    assert headers.get_all("X-Frame-Options") == ["DENY"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Secure" in headers["Set-Cookie"]
    [identity] = headers.get_all("X-Request-ID") or []
    assert re.fullmatch(r"[0-9a-f]{32}", identity)
    assert f'"request_id":"{identity}"' in (topology.folder / "access.log").read_text(encoding="utf-8")


def test_nginx_believes_no_client_about_its_address(topology: Topology, staff: Browser) -> None:
    """The audit trail, the locks of sign-in and the networks of /metrics rest on it."""
    needs_nginx(topology)
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    staff.headers |= forged
    try:
        staff.fill_in("/years/2020/circular/", to="/years/2020/circular/export/", ending="txt")
        assert staff.send("/metrics").status == 404
    finally:
        for name in forged:
            del staff.headers[name]
    assert topology.ask("SELECT DISTINCT ip FROM audit_auditevent WHERE action = 'job.enqueue'") == [("127.0.0.1",)]


def nginx_keeps_private_places_to_itself(topology: Topology, staff: Browser) -> None:
    """Asks for the file that the circular's test has made."""
    needs_nginx(topology)
    browser = topology.browser()
    key = topology.ask("SELECT key FROM files_storedfile LIMIT 1")[0][0]
    for path in (
        f"/protected/s3/portal/files/{key}",
        f"/protected/files/{key}",
        "/protected/",
        "/readyz",
        "/unavailable.html",
    ):
        answer = browser.send(path)
        assert (path, answer.status if "/accounts/login/" not in answer.url else 404) == (path, 404)
    unsigned = Browser(f"http://127.0.0.1:{topology.ports['s3']}", None, {}).send(f"/portal/files/{key}")
    assert unsigned.status in (200, 403)  # moto checks no signatures; MinIO does


def test_nginx_limits_bodies_and_serves_static_files(topology: Topology) -> None:
    needs_nginx(topology)
    browser = topology.browser()
    page = browser.send("/accounts/login/").text
    style = re.search(r'href="(/static/css/portal\.[0-9a-f]+\.css)"', page)
    assert style is not None
    static = browser.send(style[1])
    assert (static.status, static.headers["Content-Type"], static.headers["Server"]) == (200, "text/css", "nginx")
    too_large = subprocess.run(
        [program_path("curl"), "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--data", "x",
         "-H", f"Content-Length: {26 * 1024 * 1024}", f"https://localhost:{topology.ports['https']}/accounts/login/"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert too_large == "413"
    # several files in one plain form are let through to the portal, which misses the form's token
    form = topology.folder / "several-files"
    form.write_bytes(b"x" * 26 * 1024 * 1024)
    several = subprocess.run(
        [program_path("curl"), "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", f"@{form}",
         f"https://localhost:{topology.ports['https']}/applications/1/evidence/upload/"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert several == "403"


def test_nginx_says_when_the_portal_is_away(topology: Topology) -> None:
    """Last: it ends the web processes, and starts them again."""
    needs_nginx(topology)
    gunicorn = next(process for process in topology.processes if "gunicorn" in " ".join(map(str, process.args)))
    gunicorn.terminate()
    assert gunicorn.wait(40) == 0
    answer = topology.browser().send("/accounts/login/")
    assert (answer.status, answer.headers["Retry-After"]) == (502, "30")
    assert "系统暂不可用" in answer.text
    topology.start_web()
    topology.wait_for(
        lambda: topology.browser().send("/healthz").status == 200, 20, lambda: topology.log("web")[-2000:]
    )
