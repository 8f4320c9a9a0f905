"""WSGI entry point of the web processes. Raises ImproperlyConfigured rather than serve unsafely."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qa_portal.settings")
application = get_wsgi_application()

from qa_portal.core.checks import refuse_unsafe  # noqa: E402 - needs the apps

refuse_unsafe()
