"""Background work on reviews, and the purposes of their files."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from qa_portal.files.registry import register_purpose
from qa_portal.notices.registry import register_text
from qa_portal.organisations.table_import import register
from reviews.drawing import jobs  # noqa: F401 - registers its kinds of work
from reviews.expert_import import EXPERT_IMPORT
from reviews.publicity.operations import OBJECTION_FILE, settle_notices
from reviews.publicity.policy import may_read_objectors
from reviews.scoring import notices  # noqa: F401 - states the texts of notices
from reviews.scoring.corrections import close_complete
from reviews.scoring.files import PURPOSE
from submissions.evidence.access import nobody

register(EXPERT_IMPORT, title=_("Import of experts"), template="reviews/_experts_import.html")

# experts get them through the page of the case alone
register_purpose(PURPOSE, may_fetch=nobody)
register_purpose(OBJECTION_FILE, may_fetch=may_read_objectors)
register_text("objection.to_answer", _("Application %(number)s: please answer to an objection"), kind="wait")
register_text("feedback.released", _("Application %(number)s: the feedback letter is here"), kind="info")


@shared_task(name="reviews.settle_notices")
def settle() -> None:
    settle_notices()


@shared_task(name="reviews.close_complete")
def close() -> None:
    close_complete()
