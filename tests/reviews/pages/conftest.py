"""The pages of the review are read by the same people as those of the year."""

from tests.reports.pages.conftest import english, reference_years  # noqa: F401 - fixtures
