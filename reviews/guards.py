"""What scores and decisions forbid to change in the settings of their year."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.registry import Changes, Objection, guard
from reviews.enums import Result
from reviews.models import Decision, Review

PRIZES = {
    "first_prize_quota": Result.FIRST_PRIZE,
    "second_prize_quota": Result.SECOND_PRIZE,
    "third_prize_quota": Result.THIRD_PRIZE,
}


@guard
def score_sheet(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """Once there are scores, what was scored and how scores count stays; only words may become clearer."""
    touched = [name for name in changes if name == "trim_from" or _is_of_scores(name)]
    if not touched:
        return
    count = Review.objects.filter(application__campaign=campaign).count()
    for name in touched if count else ():
        if name == "trim_from":
            message = _("%(count)s reviews are there: how they count cannot change any more.")
        elif changes[name][1] is None:
            message = _("“%(name)s” has scores; it cannot be removed.")
        else:
            message = _("%(count)s reviews are there: the score sheet cannot change any more, except its words.")
        yield Objection(name, message % {"count": count, "name": changes[name][0]})


def _is_of_scores(name: str) -> bool:
    """A criterion that goes or comes, its place, maximum or step."""
    return name.startswith("criterion:") and not name.endswith((":anchors", ":name"))


@guard
def prizes(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """A quota of prizes is not set below the prizes that are decided."""
    asked = {name: after for name, (_b, after) in changes.items() if name in PRIZES and after is not None}
    if not asked:
        return
    decided = dict(
        Decision.objects.filter(application__campaign=campaign)
        .order_by()
        .values_list("result")
        .annotate(count=Count("pk"))
    )
    for name, places in asked.items():
        if (count := decided.get(PRIZES[name], 0)) > places:
            message = _("%(count)s such prizes are decided already; the quota cannot be lower.")
            yield Objection(name, message % {"count": count})
