"""Settings of real worker and server processes in tests: the portal's own, with the tests' kinds of jobs.

Their data is the test database itself, named by `DATABASE_URL`.
"""

from qa_portal.settings import *  # noqa: F403
from qa_portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.qa_portal.jobs.demo"]
JOBS_BEAT_SECONDS = 1
JOBS_STALE_SECONDS = 2
JOBS_RESEND_SECONDS = 1
CELERY_BEAT_SCHEDULE = {"sweep jobs": {"task": "jobs.sweep", "schedule": 1}}
