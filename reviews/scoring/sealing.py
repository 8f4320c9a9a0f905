"""The digest of a locked review: written to the audit trail with the lock, computed again by whoever doubts."""

import hashlib
import json
from collections.abc import Iterator

from qa_portal.audit.models import AuditEvent
from reviews.models import Review

LOCKED = "review.locked"


def review_digest(review: Review) -> str:
    """SHA-256 of everything in a locked review and its scores, in canonical JSON."""
    scores = {score.criterion.position: f"{score.points:.2f}" for score in review.scores.all()}
    content = {
        "application": review.application.number,
        "expert": review.expert.code,
        "version": review.version,
        "points": [scores[position] for position in sorted(scores)],
        "total": f"{review.total:.2f}",
        "level": review.level,
        "comment": review.comment,
        "strengths": review.strengths,
        "gaps": review.gaps,
        "bottleneck": review.bottleneck,
        "digital": review.digital,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults(year: int) -> Iterator[str]:
    """What is wrong with the locked reviews of a year: changed since their lock, unknown to the trail, or gone."""
    sealed = {
        int(event.object_id): event.after["digest"]
        for event in AuditEvent.objects.filter(action=LOCKED, object_type="reviews.review")
        if event.after and event.after.get("year") == year
    }
    found = Review.objects.filter(application__campaign__year=year, locked_at__isnull=False)
    for review in found.select_related("application", "expert").prefetch_related("scores__criterion").order_by("pk"):
        digest = sealed.pop(review.pk, None)
        if digest is None:
            yield f"review {review.pk} ({review.application.number}, {review.expert.code}): no lock on record"
        elif digest != review_digest(review):
            yield f"review {review.pk} ({review.application.number}, {review.expert.code}): not as it was locked"
    for key in sorted(sealed):
        yield f"review {key}: locked on record, but gone"
