"""Circulars and PDFs that several tests read: rendered once."""

from __future__ import annotations

import pytest

from reports.circular import Circular, render

from .support import demo_circular


@pytest.fixture(scope="session")
def circular_2020() -> Circular:
    return demo_circular(2020)


@pytest.fixture(scope="session")
def pdf_2020(circular_2020: Circular) -> bytes:
    return render(circular_2020, "pdf")
