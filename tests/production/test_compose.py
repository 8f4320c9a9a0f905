"""What stands in docker-compose.yml, Dockerfile and the example of the environment."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"setup"}  # runs to its end before each start
OURS = {"setup", "web", "worker", "beat"}
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z0-9_]+)(:\?|:-)?([^}]*)\}")
SECRETS = {
    "SECRET_KEY", "AUDIT_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY",
    "METRICS_TOKEN", "EMAIL_URL",
}  # fmt: skip
SIZES = {"HTTP_PORT", "HTTPS_PORT", "WEB_CONCURRENCY", "WEB_THREADS", "LOG_LEVEL", "PORTAL_VERSION"}


def networks_of(name: str) -> set[str]:
    return set(SERVICES[name]["networks"])


def test_the_services() -> None:
    assert set(SERVICES) == {
        "setup", "web", "worker", "beat", "nginx", "postgres", "redis", "storage", "clamav",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_looked_after_and_locked_in(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("on-failure:3" if name in ONCE else "unless-stopped")
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert networks_of(name) <= set(COMPOSE["networks"])
    if name not in ONCE:
        assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"storage"}))
def test_no_service_runs_as_root(name: str) -> None:
    """MinIO's image has no user of its own; it keeps no capability, and its file system is read-only."""
    assert SERVICES[name]["user"].split(":")[0] not in ("", "0", "root")


def test_data_lies_in_named_volumes() -> None:
    used: set[str] = set()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{[^}]*\}", "./env", volume).split(":")[0]
            if not source.startswith("./"):
                used.add(source)
    assert used == set(COMPOSE["volumes"]) == {
        "database", "queue", "objects", "static", "anchors", "beat", "backups", "signatures",
    }  # fmt: skip


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    found = {(name, kind) for name, kind, _rest in VARIABLE.findall(TEXT)}
    with_default = {name for name, kind in found if kind == ":-"}
    assert with_default == SIZES | {"SECRET_KEY_FALLBACKS"}
    assert {name for name, kind in found if kind == ":?"} == SECRETS | {"PORTAL_HOST", "TLS_DIR", "DEFAULT_FROM_EMAIL"}
    assert {kind for _name, kind in found} == {":-", ":?"}


def test_no_password_stands_in_the_file() -> None:
    """Whatever is named like a secret takes its value from a variable."""
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$|KEY_FALLBACKS", key):
                assert VARIABLE.fullmatch(value), key


def test_the_example_names_every_variable_and_no_value() -> None:
    example = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"(?m)^#?([A-Z0-9_]+)=(.*)$", example))
    assert set(named) == {name for name, _kind, _rest in VARIABLE.findall(TEXT)} - {"SECRET_KEY_FALLBACKS"}
    assert {name for name, value in named.items() if value} == SIZES


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"nginx"}
    internal = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert internal == {"front", "data", "objects"}
    assert {name for name in SERVICES if networks_of(name) - internal} == {"nginx", "web", "clamav"}


def test_the_worker_has_no_way_out() -> None:
    assert networks_of("worker") == {"data"}


def test_the_proxy_reaches_neither_database_nor_queue() -> None:
    for name in ("postgres", "redis"):
        assert networks_of("nginx") & networks_of(name) == set()


def test_the_parts_of_the_portal_share_one_image_and_one_environment() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {"qa-portal:${PORTAL_VERSION:-local}"}
    assert len({str(SERVICES[name]["environment"]) for name in OURS}) == 1
    assert SERVICES["web"]["environment"]["PORTAL_PROFILE"] == "production"
    assert SERVICES["beat"]["deploy"]["replicas"] == 1


# ------------------------------------------------------------------ Dockerfile
def test_the_image() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = re.findall(r"(?m)^FROM (\S+)", text)
    last = text[text.rindex("FROM ") :]
    assert stages == ["python:3.11-slim-trixie"] * 2
    assert re.findall(r"(?m)^USER (\S+)", last) == ["10001:10001"]
    assert SERVICES["web"]["user"] == "10001:10001"
    assert "--require-hashes" in text
    assert {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fontconfig"} <= set(last.split())
    assert not re.search(r"(?m)^(ENV|ARG).*(KEY|PASSWORD|TOKEN)", text)


def test_the_client_of_the_database_is_that_of_the_server() -> None:
    server = re.fullmatch(r"postgres:(\d+)-\w+", SERVICES["postgres"]["image"])
    client = re.search(r"postgresql-client-(\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert server is not None
    assert client is not None
    assert server[1] == client[1]


# ------------------------------------------------------------------ the client of Docker, where there is one
def compose_client() -> list[str]:
    """`docker compose`; [] without it. Needs no engine."""
    if shutil.which("docker") is None:
        return []
    command = ["docker", "compose"]
    done = subprocess.run([*command, "version"], capture_output=True, check=False)
    return command if done.returncode == 0 else []


@pytest.fixture
def filled_in(tmp_path: Path) -> Path:
    values = {name: f"value-of-{name.lower()}" for name, _kind, _rest in VARIABLE.findall(TEXT) if name not in SIZES}
    path = tmp_path / "env"
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return path


@pytest.mark.process
def test_docker_compose_accepts_the_file(filled_in: Path) -> None:
    client = compose_client() or pytest.skip("optional: no docker compose on this machine")
    config = [*client, "--env-file", str(filled_in), "config"]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run([*config, "--format", "json"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)
    lines = filled_in.read_text(encoding="utf-8").splitlines(keepends=True)
    filled_in.write_text("".join(line for line in lines if not line.startswith("AUDIT_KEY=")), encoding="utf-8")
    done = subprocess.run(config, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "AUDIT_KEY" in done.stderr
