"""The kinds of work that can run in the background.

An app states them in its `tasks` module, which is imported when the portal starts:

    @job_kind("export_circular", title=_("Circular"), may_see=is_bureau)
    def export_circular(run: JobRun) -> dict[str, Any]:
        ...
        return {"url": reverse("files:download", args=[stored.pk]), "url_label": stored.name}
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa_portal.core.policy import Policy

if TYPE_CHECKING:
    from qa_portal.jobs.running import JobRun

Handler = Callable[["JobRun"], dict[str, Any] | None]


def nobody(user: Any) -> bool:
    """Only the owner sees the job."""
    return False


@dataclass(frozen=True, slots=True)
class JobKind:
    """`title` names the kind of work; `may_see` who besides the owner sees and cancels such jobs."""

    name: str
    title: Any
    handler: Handler
    may_see: Policy
    result_template: str | None
    max_attempts: int
    is_atomic: bool


_kinds: dict[str, JobKind] = {}


def job_kind(
    name: str,
    *,
    title: Any,
    may_see: Policy = nobody,
    result_template: str | None = None,
    max_attempts: int = 3,
    atomic: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler. Its result is JSON; `url` and `url_label` in it become the page's button.

    With `atomic=True` the handler and its success are one transaction: whatever happens, its effect on
    the database takes place once or not at all. Otherwise a handler that was interrupted runs again
    from the start: it either does no harm twice, or ends with `run.succeed(…)` inside its own
    transaction. On SQLite a transaction keeps all other writers waiting: compute first, write late.

    Raises ValueError for a name that is taken.
    """

    def register(handler: Handler) -> Handler:
        if name in _kinds:
            raise ValueError(f"job kind {name} is registered twice")
        _kinds[name] = JobKind(name, title, handler, may_see, result_template, max_attempts, atomic)
        return handler

    return register


def find_kind(name: str) -> JobKind | None:
    """The kind of that name; None when the release that knew it is gone."""
    return _kinds.get(name)


def kind_for(name: str) -> JobKind:
    """The kind of that name. Raises LookupError for a name that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no job kind {name}") from None


def kinds_seen_by(user: Any) -> list[str]:
    """Names of the kinds of which the person sees everybody's jobs."""
    return [kind.name for kind in _kinds.values() if kind.may_see(user)]
