"""Reading notices and announcements."""

from typing import Any

from qa_portal.notices.models import Announcement, Notice, NoticeQuerySet


def notices_for(user: Any) -> NoticeQuerySet:
    """The person's own notices, newest first."""
    found: NoticeQuerySet = Notice.objects.visible_to(user)
    return found


def unread_count(user: Any) -> int:
    """How many notices the person has not read; one query."""
    return notices_for(user).unread().count()


def announcements_for(user: Any) -> list[Announcement]:
    """What is on show now for one of the person's roles, or for everybody; one query."""
    if not user.is_authenticated or not user.is_active:
        return []
    # few are on show at a time, and a look into a JSON list differs between the databases
    current = Announcement.objects.current()
    return [one for one in current if not one.roles or not user.roles.isdisjoint(one.roles)]
