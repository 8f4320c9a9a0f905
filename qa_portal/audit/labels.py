"""What actions and kinds of objects are called on screen."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

# Codes that are not listed are shown as they are.
ACTIONS: dict[str, Any] = {
    "announcement.made": _("Announcement made"),
    "announcement.withdrawn": _("Announcement withdrawn"),
    "application.accept": _("Application accepted"),
    "application.ask_correction": _("Correction of an application asked for"),
    "application.book_made": _("Application book made"),
    "application.copied": _("Application copied"),
    "application.decline": _("Application not recommended"),
    "application.extended": _("Deadline of an application extended"),
    "application.recommend": _("Application recommended"),
    "application.refuse": _("Application refused"),
    "application.return": _("Application returned"),
    "application.section_saved": _("Section of an application saved"),
    "application.started": _("Application started"),
    "application.submit": _("Application submitted"),
    "application.warnings_answered": _("Warnings of an application answered"),
    "application.withdraw": _("Application withdrawn"),
    "audit.exported": _("Audit trail exported"),
    "calendar.declared": _("Days of the calendar declared"),
    "calendar.removed": _("Day of the calendar taken back"),
    "campaign.call_published": _("Call of a year published"),
    "campaign.circular_settings": _("Settings of the circular changed"),
    "campaign.circular_texts": _("Texts of the circular changed"),
    "campaign.created": _("Year set up"),
    "campaign.imported": _("Year imported"),
    "campaign.settings_changed": _("Settings of a year changed"),
    "check.confirmed": _("Facts of an application confirmed"),
    "check.judged": _("Formal check judged"),
    "circular.exported": _("Circular exported"),
    "email.changed": _("E-mail address changed"),
    "email.confirmed": _("E-mail address confirmed"),
    "enterprise.reminded": _("Enterprise reminded of the call"),
    "evidence.added": _("Evidence added"),
    "evidence.described": _("Evidence described"),
    "evidence.infected": _("Virus found in a file"),
    "evidence.removed": _("Evidence removed"),
    "evidence.replaced": _("Evidence replaced"),
    "experts.imported": _("Experts imported"),
    "factor.added": _("Second factor added"),
    "factor.failed": _("Second factor failed"),
    "factor.removed": _("Second factor removed"),
    "factor.reset": _("Recovery codes made anew"),
    "file.fetched": _("File fetched"),
    "guidance.added": _("Guidance note added"),
    "guidance.answered": _("Guidance note answered"),
    "guidance.reopened": _("Guidance note opened again"),
    "guidance.resolved": _("Guidance note resolved"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.sent": _("Invitation sent"),
    "invitation.withdrawn": _("Invitation withdrawn"),
    "job.cancel": _("Job cancelled"),
    "job.enqueue": _("Job started"),
    "letter.added": _("Sealed letter added"),
    "membership.ended": _("Membership ended"),
    "membership.handed_over": _("Ownership handed over"),
    "membership.joined": _("Organisation joined"),
    "organisation.claimed": _("Imported enterprise claimed"),
    "organisation.profile_saved": _("Profile of an enterprise saved"),
    "organisation.registered": _("Enterprise registered"),
    "outbox.dropped": _("Message taken out"),
    "outbox.held": _("Message held"),
    "outbox.kind_held": _("Kind of messages held for release"),
    "outbox.kind_released": _("Kind of messages sent at once again"),
    "outbox.language_chosen": _("Language of mails chosen"),
    "outbox.released": _("Message released"),
    "outbox.resent": _("Message sent again"),
    "outbox.text_changed": _("Text of a message changed"),
    "outbox.text_reverted": _("Default text of a message restored"),
    "password.changed": _("Password changed"),
    "password.reset": _("Password set anew"),
    "person.created": _("Account created"),
    "person.deactivated": _("Person deactivated"),
    "person.reactivated": _("Person let in again"),
    "person.signed_up": _("Account made by the person"),
    "records.cleared": _("Old jobs and notices removed"),
    "recommendations.summary_made": _("Summary table of recommendations made"),
    "role.approved": _("Role approved"),
    "role.ended": _("Role ended"),
    "role.granted": _("Role given"),
    "role.refused": _("Role refused"),
    "role.requested": _("Role asked for"),
    "session.ended": _("Sign-in ended by the person"),
    "session.expired": _("Sign-in expired"),
    "session.failed": _("Sign-in failed"),
    "session.locked": _("Sign-in locked"),
    "session.signed_in": _("Signed in"),
    "session.signed_out": _("Signed out"),
    "session.switched": _("Account of the demonstration switched"),
    "table.exported": _("Table exported"),
    "units.imported": _("Recommending units imported"),
}


def action_label(action: str) -> str:
    """The action in words, or its code."""
    return str(ACTIONS.get(action, action))


def kind_label(object_type: str) -> str:
    """The name of a model, or its code where the model is gone."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type
