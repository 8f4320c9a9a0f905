"""Writing the settings of a year: change a section, create a year from another, publish its call."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.registry import Objection, objections_to
from qa_portal.core.errors import Refusal
from submissions.operations import Stale
from submissions.setup.changes import Wanted
from submissions.setup.copying import copy_year
from submissions.setup.gaps import gaps_of
from submissions.setup.policy import may_change_settings

FIRST_YEAR, LAST_YEAR = 2000, 2100


class NotPossible(Refusal):
    """A change that would hurt what is there: every objection with its field."""

    def __init__(self, objections: list[Objection]) -> None:
        super().__init__(
            _("Nothing was changed."), fix=" ".join(one.message for one in objections), field=objections[0].field
        )
        self.objections = objections


def _refuse_others(by: Any) -> None:
    if not may_change_settings(by):
        raise Refusal(_("Only bureau staff may change the settings of a year."), code="forbidden")


def locked_year(campaign: Campaign) -> Campaign:
    """The year under the lock that every step of its applications takes first. Refusal once its circular is out."""
    row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if row.is_published:
        raise Refusal(
            _("The circular of %(year)s is published: the year stays as it is.") % {"year": row.year}, code="published"
        )
    return row


def change_year(campaign: Campaign, wanted: Wanted, *, by: Any, seen_version: int, reason: str = "") -> list[str]:
    """Change settings of a year; returns the names of those that differ.

    A year that has begun needs a reason. Raises Stale when somebody changed the settings meanwhile,
    NotPossible where a change would hurt what is filed, Refusal otherwise.
    """
    _refuse_others(by)
    with transaction.atomic():
        row = locked_year(campaign)
        if row.settings_version != seen_version:
            raise Stale(
                _("Somebody has changed the settings of the year since you opened this page."),
                fix=_("What you typed is still here. Compare it with the year in another window, then save again."),
                code="stale",
            )
        changed = wanted.changes(row)
        if not changed:
            return []
        if row.has_begun and not reason.strip():
            raise Refusal(_("The year has begun: give a reason."), field="reason", code="reason")
        if objections := objections_to(row, changed):
            raise NotPossible(objections)
        wanted.write(row, changed)
        row.settings_version += 1
        row.save()
        before = {name: values[0] for name, values in changed.items()}
        after = {name: values[1] for name, values in changed.items()}
        record("campaign.settings_changed", row, by=by, before=before, after=after, reason=reason.strip())
    return sorted(changed)


def create_year(year: int, *, by: Any) -> Campaign:
    """Set up a year as a copy of the one before it, in preparation: nobody outside the bureau sees it."""
    _refuse_others(by)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refusal(_("This is not a year of the programme."), field="year", code="year")
    try:
        with transaction.atomic():
            return copy_year(year, by=by)
    except IntegrityError:
        raise Refusal(_("The year %(year)s is there already.") % {"year": year}, field="year", code="exists") from None


def publish_call(campaign: Campaign, *, by: Any, seen_version: int) -> Campaign:
    """Publish the call: from now on the year is seen, and filing opens at its time."""
    _refuse_others(by)
    with transaction.atomic():
        row = locked_year(campaign)
        if not row.is_in_preparation:
            raise Refusal(_("The call of %(year)s is published already.") % {"year": row.year}, code="state")
        if row.settings_version != seen_version:
            raise Stale(
                _("Somebody has changed the settings of the year since you opened this page."),
                fix=_("Read them again."),
                code="stale",
            )
        if gaps := gaps_of(row, timezone.now()):
            raise Refusal(_("The call is not complete."), fix=" ".join(str(one.text) for one in gaps), code="gaps")
        row.is_in_preparation, row.call_published_at = False, timezone.now()
        row.settings_version += 1
        row.save(update_fields=["is_in_preparation", "call_published_at", "settings_version"])
        record("campaign.call_published", row, by=by, after={"filing_opens_at": row.filing_opens_at,
                                                             "filing_closes_at": row.filing_closes_at})  # fmt: skip
    return row
