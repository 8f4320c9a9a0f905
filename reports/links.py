"""Addresses of the applications behind a figure."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse


def rows_url(year: int, path: str) -> str:
    """Address of the applications that a figure counts."""
    return f"{reverse('reports:applications', kwargs={'year': year})}?{urlencode({'figure': path})}"


def circular_links(year: int, names: Iterable[str]) -> dict[str, str]:
    """Addresses of the rows behind the figures printed in a circular; `year` itself has none."""
    return {name: rows_url(year, name) for name in names if name != "year"}
