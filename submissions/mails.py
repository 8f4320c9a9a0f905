"""Mails about the steps of an application: number and link only, no names, no text of others."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from qa_portal.organisations.models import Membership
from submissions.enums import Step
from submissions.signals import step_taken

log = logging.getLogger(__name__)
# steps of others of which the enterprise hears
TOLD = (Step.RETURN, Step.RECOMMEND, Step.DECLINE, Step.ASK_CORRECTION, Step.ACCEPT, Step.REFUSE)


@receiver(step_taken, dispatch_uid="submissions.mail_of_step")
def mail_step(application: Any, step: Step, by: Any, **_kwargs: Any) -> None:
    """A receipt to the person who submits or withdraws; to all members what others did."""
    if step in (Step.SUBMIT, Step.WITHDRAW):
        _send([by.email], *(_receipt(application) if step == Step.SUBMIT else _changed(application)))
    elif step in TOLD:
        members = Membership.objects.current().filter(organisation=application.applicant_id, user__is_active=True)
        for address in members.values_list("user__email", flat=True):
            _send([address], *_changed(application))


def _receipt(application: Any) -> tuple[str, str]:
    link = settings.PORTAL_URL + reverse("submissions:receipt", kwargs={"pk": application.pk})
    subject = _("Receipt: application %(number)s") % {"number": application.number}
    text = _("Application %(number)s was submitted. State: %(state)s.\n\nReceipt and next steps: %(link)s\n")
    return subject, text % {"number": application.number, "state": application.get_state_display(), "link": link}


def _changed(application: Any) -> tuple[str, str]:
    link = settings.PORTAL_URL + reverse("submissions:detail", kwargs={"pk": application.pk})
    number = application.number or _("draft")
    subject = _("Application %(number)s: %(state)s") % {"number": number, "state": application.get_state_display()}
    return subject, _("The state of the application has changed. Open it here: %(link)s\n") % {"link": link}


def _send(addresses: list[str], subject: str, text: str) -> None:
    """A mail that cannot be sent is logged; the step stands."""
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, addresses)
    except OSError:
        log.exception("mail about an application was not sent")
