"""The application book 申报书: everything the enterprise wrote, as one PDF for its own files and for the seal."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from qa_portal.core.pdf import render_pdf
from submissions.applicants import units_by_channel
from submissions.models import Application
from submissions.queries import dossier_of
from submissions.tables import answers_of, title_of

MAKE_BOOK, BOOK_FILE = "make_application_book", "application_book"
STYLE = Path(__file__).with_name("book.css")


def book_of(application: Application, *, now: datetime) -> bytes:
    """The book in the language that is active now. Raises Refusal where the system cannot set pages."""
    dossier, title = dossier_of(application), title_of(application)
    context: dict[str, Any] = {
        "application": application,
        "title": title,
        "facts": dossier.profile,
        "sections": answers_of(dossier, units_by_channel("")),
        "evidence": sorted(dossier.evidence, key=lambda one: (one.type, one.id)),
        "last": application.submissions.order_by("-serial").first(),
        "now": now,
    }
    body = render_to_string("submissions/book.html", context)
    return render_pdf(body, style=STYLE.read_text(encoding="utf-8"), title=title)
