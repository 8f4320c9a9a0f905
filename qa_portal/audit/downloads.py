"""What leaves the portal: who took which table, and which file."""

from typing import Any

from django.db import models, transaction
from django.dispatch import receiver

from qa_portal.audit.context import current_request
from qa_portal.audit.operations import record
from qa_portal.core.exports import RowExport, export_taken


def note_taken(action: str, obj: models.Model, *, by: Any, **after: Any) -> None:
    """Record that a person takes something out; a request for headers alone takes nothing.

    Raises what `record` raises: without the entry nothing is handed out.
    """
    request = current_request()
    if request is not None and request.method == "HEAD":
        return
    with transaction.atomic():
        record(action, obj, by=by, after=after)


@receiver(export_taken)
def note_export(export: RowExport, ending: str, **kwargs: Any) -> None:
    """One entry for each table that a person takes: its name and the filters of the address.

    `export.about` is what the entry is about, without it the person. Outside a request, as in a job that
    stores the file, the fetch of that file is the entry.
    """
    request = current_request()
    if request is None or not export.is_noted:
        return
    person: Any = request.user
    filters = {name: values for name, values in request.GET.lists() if any(values)}
    note_taken("table.exported", export.about or person, by=person, name=export.name, form=ending, filters=filters)
