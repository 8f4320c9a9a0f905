"""What organisations tell people by mail."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.models import Invitation
from qa_portal.outbox.models import Message
from qa_portal.outbox.operations import post
from qa_portal.outbox.registry import Placeholder, register_kind

INVITATION = "organisations.invitation"


def is_open(message: Message) -> bool:
    """The invitation still waits for the person."""
    number = message.about.rpartition(":")[2]
    return Invitation.objects.filter(pk=number, accepted_at=None, withdrawn_at=None).exists()


# no name of other people, no data
register_kind(
    INVITATION,
    title=_("Invitation to join an organisation"),
    subject=_("Invitation to the portal of the key product quality breakthroughs"),
    body=(
        _("You are invited to join {organisation}. Open this link before {until}; it works once:"),
        "{link}",
        _("If you do not know why you get this mail, ignore it: without the link nothing happens."),
    ),
    placeholders=(
        Placeholder("organisation", _("Organisation"), "上海示例有限公司"),
        Placeholder("until", _("Valid until"), datetime(2021, 5, 31, 9, tzinfo=UTC)),
    ),
    secret=True,
    wanted=is_open,
)


def post_invitation(invitation: Invitation, key: str) -> None:
    """The mail with the link, which is the only key: it is encrypted until it is sent."""
    given: dict[str, Any] = {"organisation": invitation.organisation.name, "until": invitation.expires_at}
    post(
        INVITATION,
        event=f"invitation:{invitation.pk}",
        address=invitation.email,
        params=given,
        path=reverse("organisations:accept", kwargs={"key": key}),
        about=invitation,
        expires_at=invitation.expires_at,
    )
