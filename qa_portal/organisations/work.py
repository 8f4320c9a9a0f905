"""What organisations put on the home page."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qa_portal.core.work import WorkItem, needs_me
from qa_portal.organisations.registration import profile_for
from qa_portal.organisations.scope import may_edit_profile, may_register


@needs_me
def enterprise_to_register(user: Any) -> Iterable[WorkItem]:
    """A person without a role probably comes to file for an enterprise."""
    if not may_register(user):
        return []
    return [WorkItem(_("Register"), _("your enterprise, to file applications"), reverse("organisations:register"))]


@needs_me
def profile_to_complete(user: Any) -> Iterable[WorkItem]:
    """Without ownership and size class no application can be submitted."""
    if not may_edit_profile(user):
        return []
    profile = profile_for(user)
    if profile is None or (profile.ownership and profile.size_class and profile.organisation.district):
        return []
    return [WorkItem(_("Complete"), _("the profile of your enterprise"), reverse("organisations:profile"))]
