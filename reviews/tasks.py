"""Background work on reviews."""

from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.table_import import register
from reviews.drawing import jobs  # noqa: F401 - registers its kinds of work
from reviews.expert_import import EXPERT_IMPORT

register(EXPERT_IMPORT, title=_("Import of experts"), template="reviews/_experts_import.html")
