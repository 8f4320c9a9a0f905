"""反馈函: what an application that was not selected is told, and nothing that names or counts one expert."""

import hashlib
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.audit.rules import mask_personal
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.core.numbers import half_up
from qa_portal.core.pdf import render_pdf
from reviews.deciding.operations import lock_year
from reviews.deciding.queries import settings_of
from reviews.enums import Result
from reviews.models import Expert, FeedbackLetter, Review, Score
from reviews.publicity.operations import _tell_applicant
from reviews.publicity.policy import may_handle_objections
from submissions.enums import State
from submissions.models import Application

LEAST_REVIEWS = 3  # a mean of fewer would tell the points of one expert
STRONG, WEAK = Fraction(9, 10), Fraction(3, 4)  # 优 from 90 % of the maximum, below 良 a gap
HIDDEN = "＊＊"
STYLE = Path(__file__).with_name("letter.css")

Means = dict[int, dict[int, Fraction]]


def criterion_means(campaign: Campaign) -> tuple[Means, dict[int, int]]:
    """Means of each criterion by application, and numbers of reviews; one query."""
    means: Means = defaultdict(dict)
    counts: dict[int, int] = {}
    rows = (
        Score.objects.filter(review__application__campaign=campaign, review__ended_at__isnull=True)
        .order_by()
        .values_list("review__application_id", "criterion_id")
        .annotate(points_sum=Sum("points"), n=Count("pk"))
    )
    for application, criterion, points, count in rows:
        means[application][criterion] = Fraction(points) / count
        counts[application] = count
    return means, counts


def quartile(value: Fraction, all_values: list[Fraction]) -> int:
    """1 for the best quarter … 4; equal values share the better quarter."""
    better = sum(other > value for other in all_values)
    return min(4, better * 4 // len(all_values) + 1)


def without_names(text: str, names: list[str]) -> str:
    """A comment with names, addresses and telephone numbers taken out; longest names first."""
    for name in sorted((one for one in names if len(one) > 1), key=len, reverse=True):
        text = re.sub(re.escape(name), HIDDEN, text, flags=re.IGNORECASE)
    return mask_personal(text)


def make_letters(campaign: Campaign, *, by: Any) -> int:
    """Write the letters of a published year anew, except those that are released; returns how many."""
    if not may_handle_objections(by):
        raise Refusal(_("Only bureau staff make the feedback letters."), code="forbidden")
    with transaction.atomic():
        year = lock_year(campaign)
        if not year.is_published:
            raise Refusal(_("The results are not published yet."), code="unpublished")
        applications = list(
            Application.objects.filter(
                campaign=year, state__in=(State.PUBLISHED, State.ARCHIVED), decision__result=Result.NOT_SELECTED
            )
            .exclude(feedback_letter__released_at__isnull=False)
            .select_related("decision", "feedback_letter")
            .order_by("number")
        )
        writer = _Writer(year, applications)
        for application in applications:
            FeedbackLetter.objects.update_or_create(
                application=application, defaults={"content": writer.content_of(application), "made_at": timezone.now()}
            )
        record("feedback.made", year, by=by, after={"letters": len(applications)})
    return len(applications)


class _Writer:
    """What all letters of a year share; a constant number of queries."""

    def __init__(self, campaign: Campaign, applications: list[Application]) -> None:
        self.criteria = list(campaign.criteria.order_by("position"))
        self.means, self.counts = criterion_means(campaign)
        self.compares = len(self.means) >= settings_of(campaign).compared_at_least
        self.names: list[str] = []
        for name, code, employer in Expert.objects.filter(campaign=campaign).values_list(
            "name", "code", "employer__name"
        ):
            self.names += [one for one in (name, code, employer) if one]
        self.comments: dict[int, list[tuple[str, str]]] = defaultdict(list)
        rows = Review.objects.valid().filter(application__in=applications).exclude(comment="")
        for key, application, comment in rows.values_list("pk", "application_id", "comment"):
            # an order that says nothing of the experts'
            shuffled = hashlib.sha256(f"{application}:{key}".encode()).hexdigest()
            self.comments[application].append((shuffled, comment))

    def content_of(self, application: Application) -> dict[str, Any]:
        has_means = self.counts.get(application.pk, 0) >= LEAST_REVIEWS
        rows, strengths, gaps = [], [], []
        for criterion in self.criteria if has_means else []:
            mean = self.means[application.pk][criterion.pk]
            others = [one[criterion.pk] for one in self.means.values() if criterion.pk in one]
            share = mean / Fraction(criterion.maximum)
            rows.append(
                {
                    "name": criterion.name,
                    "mean": f"{half_up(mean, 2):.2f}",
                    "maximum": f"{criterion.maximum.normalize():f}",
                    "quartile": quartile(mean, others) if self.compares else None,
                }
            )
            if share >= STRONG:
                strengths.append(criterion.name)
            elif share < WEAK:
                gaps.append(criterion.name)
        return {
            "reason": application.decision.not_selected_reason,
            "criteria": rows,
            "strengths": strengths,
            "gaps": gaps,
            "comments": [without_names(text, self.names) for _key, text in sorted(self.comments[application.pk])],
        }


def save_advice(letter: FeedbackLetter, *, advice: str, by: Any) -> FeedbackLetter:
    """What the bureau advises, before the letter is released."""
    if not may_handle_objections(by):
        raise Refusal(_("Only bureau staff make the feedback letters."), code="forbidden")
    with transaction.atomic():
        row = FeedbackLetter.objects.select_for_update().get(pk=letter.pk)
        if row.released_at is not None:
            raise Refusal(_("The letter is released and stays as it is."), code="released")
        row.advice = advice.strip()
        row.save(update_fields=["advice"])
        record("feedback.advised", row, by=by)
    return row


def release_letters(campaign: Campaign, *, by: Any) -> int:
    """Release all letters of a year in one batch and tell the applicants; returns how many."""
    if not may_handle_objections(by):
        raise Refusal(_("Only bureau staff make the feedback letters."), code="forbidden")
    with transaction.atomic():
        year, now = lock_year(campaign), timezone.now()
        letters = FeedbackLetter.objects.select_for_update(of=("self",)).filter(
            application__campaign=year, released_at__isnull=True
        )
        waiting = list(letters.select_related("application").order_by("application__number"))
        if not waiting:
            raise Refusal(_("No letter waits to be released."), code="empty")
        for letter in waiting:
            letter.released_at, letter.released_by = now, by
            letter.save(update_fields=["released_at", "released_by"])
            address = reverse("publicity:letter", kwargs={"pk": letter.application_id})
            _tell_applicant(letter.application, "feedback.released", address)
        record("feedback.released", year, by=by, after={"letters": len(waiting)})
    return len(waiting)


def letter_pdf(letter: FeedbackLetter) -> bytes:
    """The letter as PDF. Raises what the PDF engine raises where it cannot set pages."""
    body = render_to_string(
        "publicity/_letter.html", {"letter": letter, "application": letter.application, "is_pdf": True}
    )
    return render_pdf(body, style=STYLE.read_text(encoding="utf-8"), title=_("Feedback letter"))
