"""Everything that writes notices and announcements."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Announcement, Notice
from qa_portal.notices.queries import notices_for
from qa_portal.notices.registry import find_text


def notify(
    user: Any, key: str = "", *, params: Mapping[str, Any] | None = None, text: str = "", url: str = ""
) -> Notice:
    """Tell a person something, in the running transaction: the notice stays exactly if the change stays.

    Either `key` of a registered text with its `params`, or plain `text`. `url` is where to go, inside the
    portal. Raises LookupError for an unknown key, KeyError for a missing parameter, ValueError for an
    address elsewhere.
    """
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"not an address of the portal: {url}")
    given = dict(params or {})
    if key:
        found = find_text(key)
        if found is None:
            raise LookupError(f"no notice text {key}")
        str(found.text) % given
    notice: Notice = Notice.objects.create(recipient=user, key=key, params=given, plain_text=text[:500], url=url)
    return notice


def mark_read(user: Any, ids: Iterable[int] | None = None) -> int:
    """Mark some of one's own notices (all without `ids`) as read; how many were unread."""
    unread = notices_for(user).unread()
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())


def forget_notices(before: datetime) -> int:
    """Remove notices that came earlier, read or not; returns how many. The caller records it."""
    return int(Notice.objects.filter(created_at__lt=before).delete()[0])


def announce(
    text: str,
    *,
    by: Any,
    roles: Iterable[str] = (),
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Announcement:
    """Put a text on the home page of some roles (none: of everybody). The caller has asked the policy."""
    start = valid_from or timezone.now()
    if not text.strip():
        raise Refusal(_("Write the text of the announcement."), field="text", code="empty")
    if valid_to is not None and valid_to <= start:
        raise Refusal(_("The end must be later than the start."), field="valid_to", code="period")
    with transaction.atomic():
        made: Announcement = Announcement.objects.create(
            text=text.strip(), roles=sorted(roles), valid_from=start, valid_to=valid_to, created_by=by
        )
        record("announcement.made", made, by=by, after=_as_event(made))
    return made


def withdraw(announcement: Announcement, *, by: Any) -> Announcement:
    """Take an announcement down; doing it again changes nothing."""
    with transaction.atomic():
        row: Announcement = Announcement.objects.select_for_update().get(pk=announcement.pk)
        if row.withdrawn_at is None:
            row.withdrawn_at = timezone.now()
            row.save(update_fields=["withdrawn_at"])
            record("announcement.withdrawn", row, by=by, before=_as_event(row))
    return row


def _as_event(announcement: Announcement) -> dict[str, Any]:
    return {
        "text": announcement.text,
        "roles": announcement.roles,
        "valid_from": announcement.valid_from,
        "valid_to": announcement.valid_to,
    }
