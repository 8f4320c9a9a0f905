"""Background work on organisations."""

from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.table_import import register
from qa_portal.organisations.unit_import import UNIT_IMPORT

register(UNIT_IMPORT, title=_("Import of recommending units"), template="organisations/_units_import.html")
