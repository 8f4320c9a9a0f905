"""Logs: JSON lines in production, readable lines in the demonstration; request ids, no secrets.

Everything goes through one chain of processors, whether it was logged with `logging` or with structlog.
Persons appear as numbers. Keys that name a secret are redacted, texts are searched for what looks like
one, and nothing that somebody sends can begin a line of its own.
"""

import logging
import re
import time
import unicodedata
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

REDACTED = "[redacted]"
SECRET_WORDS = frozenset(
    {
        "password", "passwd", "pwd", "token", "secret", "key", "cookie", "cookies", "authorization", "otp", "totp",
        "credential", "credentials",
    }
)  # fmt: skip
# what a secret in free text looks like; each is replaced with its own first group and REDACTED
_NAMES = r"[\w-]*(?:password|passwd|token|secret|api[_-]?key|secret[_-]?key|access[_-]?key|audit[_-]?key|otp)[\w-]*"
_PATTERNS = (
    re.compile(r"(?im)(\b(?:set-)?cookie[\"']?\s*[:=]\s*).+$"),
    re.compile(r"(?im)(\bauthorization[\"']?\s*[:=]\s*).+$"),
    re.compile(rf"(?i)(\b{_NAMES}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s&;,)}}\]]+)"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{8,}"),
    re.compile(r"(://)[^/\s@]*:[^/\s@]*(?=@)"),
    re.compile(r"(/(?:reset/key|confirm-email|invitations?)/)[^/\s?]+"),
    re.compile(r"()[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # people are numbers here
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_QUIET_PATHS = ("/healthz", "/readyz", "/metrics")
EventDict = MutableMapping[str, Any]
_request: ContextVar[HttpRequest | None] = ContextVar("logged_request", default=None)


# ------------------------------------------------------------------ secrets
def is_secret_name(name: str) -> bool:
    """A name one word of which says that its value is a secret: `csrf_token`, `apiKey`, `X-Otp`."""
    return any(word.lower() in SECRET_WORDS for word in _WORDS.findall(name))


def scrubbed(text: str) -> str:
    """The text without what looks like a password, a key or a sign-in link."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: found[1] + REDACTED, text)
    for value in _secrets_in_path():
        text = text.replace(value, REDACTED)
    return text


def without_secrets(value: Any) -> Any:
    """A copy, however deep, in which no secret is left."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {key: REDACTED if is_secret_name(str(key)) else without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(inner) for inner in value]
    return value if isinstance(value, int | float | bool | None) else scrubbed(str(value))


def _secrets_in_path() -> list[str]:
    """What the address of the running request keeps under a secret name, as in a password reset link."""
    request = _request.get()
    match = getattr(request, "resolver_match", None)
    kwargs = match.kwargs if match else {}
    return [str(value) for name, value in kwargs.items() if is_secret_name(name) and len(str(value)) > 3]


# ------------------------------------------------------------------ processors
def add_request(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Request id and the person's number, as far as they are known; never a query for them."""
    request = _request.get()
    if request is not None:
        event.setdefault("request_id", getattr(request, "id", ""))
        user = getattr(request, "_cached_user", None)  # what AuthenticationMiddleware keeps once asked
        if user is not None and user.pk is not None:
            event.setdefault("user_id", user.pk)
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    kept = {key: value for key, value in event.items() if key.startswith("_")}  # structlog's own
    return {**without_secrets({key: value for key, value in event.items() if key not in kept}), **kept}


def escape_controls(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Line ends and terminal commands become visible text; only a traceback keeps its lines."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = "\n".join(map(_visible, value.split("\n"))) if key == "exception" else _visible(value)
    return event


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        char if unicodedata.category(char)[0] not in "CZ" or char == " " else char.encode("unicode_escape").decode()
        for char in text
    )


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    add_request,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.format_exc_info,
]


def logging_config(*, is_json: bool, level: str) -> dict[str, Any]:
    """LOGGING of Django, gunicorn and Celery; also tells structlog to use it."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [structlog.processors.JSONRenderer(sort_keys=True)]  # ASCII: no byte of it is a control character
        if is_json
        else [escape_controls, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "portal": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, *last],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "portal"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers go: mail to administrators would carry the whole request
            "django": {"handlers": [], "level": "INFO" if is_json else "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.error": {"handlers": [], "level": "INFO" if is_json else "WARNING", "propagate": True},
            # fontTools and WeasyPrint tell every table of every font
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
        },
    }


# ------------------------------------------------------------------ requests
class LogContextMiddleware:
    """Everything logged during a request carries its id; one line tells how it ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("portal.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _request.set(request)  # until request_finished: Django tells of a 404 after all middleware
        begun = time.perf_counter()
        response = self.get_response(request)
        self._tell(request, response, time.perf_counter() - begun)
        return response

    def _tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        is_quiet = request.path in _QUIET_PATHS and response.status_code < 400
        self.log.log(
            logging.DEBUG if is_quiet else logging.INFO,
            "request",
            method=request.method, path=request.path, view=match.view_name if match else "",
            status=response.status_code, seconds=round(seconds, 4),
        )  # fmt: skip


@receiver(request_finished, dispatch_uid="portal.logging")
def forget_request(**_kwargs: Any) -> None:
    _request.set(None)
