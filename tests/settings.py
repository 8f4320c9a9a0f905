"""Settings of the tests: the portal's own, with fast and throw-away parts.

`TEST_DATABASE` is `sqlite` or `postgres`; without it, a PostgreSQL named by `DATABASE_URL` is used,
else SQLite. For `postgres` without an address a server is started from a wheel. pytest-django reads
the settings before any conftest.py, so all this happens here; xdist workers inherit the environment.
"""

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path

if "TEST_DIR" not in os.environ:
    os.environ["TEST_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_DIR"], ignore_errors=True)
worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PORTAL_VAR_DIR"] = str(Path(os.environ["TEST_DIR"]) / worker)
for name in ("PORTAL_PROFILE", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_BACKEND", "CELERY_BROKER_URL"):
    os.environ.pop(name, None)
# Tests use Redis only where they ask for it with the fixture `redis_url`.
if "REDIS_URL" in os.environ:
    os.environ["TEST_REDIS_URL"] = os.environ.pop("REDIS_URL")

is_postgres_given = os.environ.get("DATABASE_URL", "").startswith("postgres")
TEST_DATABASE = os.environ.setdefault("TEST_DATABASE", "postgres" if is_postgres_given else "sqlite")
if TEST_DATABASE == "sqlite":
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['PORTAL_VAR_DIR']}/portal.sqlite3"
elif not is_postgres_given:
    from tests.plugins.postgres import start_postgres

    os.environ["DATABASE_URL"] = start_postgres()

from qa_portal.settings import *  # noqa: E402, F403
from qa_portal.settings import BASE_DIR, DATABASES, STATIC_ROOT, STORAGES, VAR_DIR  # noqa: E402

# A file, not Django's shared memory: threads then meet the same locks as in the running portal.
# The number keeps two work trees on one PostgreSQL server apart.
DATABASES["default"]["TEST"] = {
    "NAME": str(VAR_DIR / "test.sqlite3")
    if TEST_DATABASE == "sqlite"
    else f"test_portal_{zlib.crc32(str(BASE_DIR).encode()):08x}"
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT.mkdir(exist_ok=True)
