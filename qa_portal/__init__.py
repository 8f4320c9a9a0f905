"""The portal. Importing it binds Celery's tasks to the portal's own application."""

from qa_portal.celery import app as celery_app

__all__ = ["celery_app"]
