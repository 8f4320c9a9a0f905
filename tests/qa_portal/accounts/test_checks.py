"""Settings that are refused before anything starts."""

from typing import Any

import pytest

from qa_portal.accounts.checks import check_cache, check_second_factor

REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1"}}


@pytest.mark.parametrize(
    ("is_demonstration", "required", "found"),
    [(True, False, []), (True, True, []), (False, True, []), (False, False, ["accounts.E001"])],
)
def test_only_the_demonstration_does_without_a_second_factor(
    settings: Any, is_demonstration: bool, required: bool, found: list[str]
) -> None:
    settings.IS_DEMONSTRATION, settings.SECOND_FACTOR_REQUIRED = is_demonstration, required
    assert [error.id for error in check_second_factor()] == found


@pytest.mark.parametrize(
    ("is_demonstration", "processes", "found"),
    [(True, "", []), (True, "1", []), (True, "2", ["accounts.E002"]), (False, "", ["accounts.E002"])],
)
def test_memory_of_one_process_counts_only_where_there_is_one(
    settings: Any, monkeypatch: Any, is_demonstration: bool, processes: str, found: list[str]
) -> None:
    settings.IS_DEMONSTRATION = is_demonstration
    monkeypatch.setenv("WEB_CONCURRENCY", processes)
    assert [error.id for error in check_cache()] == found
    settings.CACHES = REDIS
    assert check_cache() == []
