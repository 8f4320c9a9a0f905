"""What a frozen decision holds: canonical JSON of scores, standings and results; and the proof that it holds."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.conf import settings

from qa_portal.audit.rules import seal
from reviews.models import DecisionRound, Review, Score, Standing
from reviews.rules import Contender, official_score, ranked

PURPOSE = b"decision:"  # a seal of a decision is never one of the audit trail
BATCH = 5_000


def canonical_json(content: Mapping[str, Any]) -> str:
    """The one way to write a decision as text."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def seal_of(text: str) -> str:
    """HMAC-SHA-256 with the key of the audit trail: whoever lacks it cannot make another."""
    return seal(settings.AUDIT_KEY.encode(), PURPOSE + text.encode())


def content_of(round_: DecisionRound) -> dict[str, Any]:
    """Scores, standings and results of the applications of a round as they stand now; five queries.

    Experts are codes. Numbers are texts, so that nothing is rounded.
    """
    campaign = round_.campaign
    criteria = list(campaign.criteria.order_by("position").values_list("pk", "name"))
    points: dict[int, dict[int, str]] = defaultdict(dict)
    reviewed = Review.objects.valid().filter(application__proposed_results__round=round_)
    scores = Score.objects.filter(review__in=reviewed).values_list("review_id", "criterion_id", "points")
    for review, criterion, value in scores.iterator(chunk_size=BATCH):
        points[review][criterion] = f"{value:f}"
    reviews: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = reviewed.order_by("application_id", "expert__code").values_list(
        "application_id", "pk", "expert__code", "version", "total"
    )
    for application, key, code, version, total in rows.iterator(chunk_size=BATCH):
        given = [points[key].get(criterion, "") for criterion, _name in criteria]
        reviews[application].append({"expert": code, "version": version, "total": f"{total:f}", "points": given})
    standings = {
        one.application_id: one for one in Standing.objects.filter(application__proposed_results__round=round_)
    }
    results = round_.results.order_by("application__number").values_list(
        "application_id", "application__number", "application__decision__result",
        "application__decision__not_selected_reason",
    )  # fmt: skip
    return {
        "year": campaign.year,
        "round": round_.serial,
        "trim_from": campaign.trim_from,
        "criteria": [name for _key, name in criteria],
        "lines": [round_.first_to, round_.second_to, round_.third_to],
        "applications": [
            {
                "number": number,
                "result": result,
                "reason": reason or "",
                "standing": _standing(standings.get(key)),
                "reviews": reviews.get(key, []),
            }
            for key, number, result, reason in results
        ],
    }


def _standing(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "rank": standing.rank,
        "kept_sum": f"{standing.kept_sum:f}",
        "kept_count": standing.kept_count,
        "reviews": standing.review_count,
        "first_sum": f"{standing.first_sum:f}",
        "second_sum": f"{standing.second_sum:f}",
    }


# ------------------------------------------------------------------ proof
def differences(frozen: Any, now: Any, path: str = "") -> Iterator[str]:
    """Each place in which two contents differ: “2020-0007 / result: A → B”, in the order of the numbers."""
    if isinstance(frozen, Mapping) and isinstance(now, Mapping):
        for key in sorted({*frozen, *now}, key=str):
            yield from differences(frozen.get(key), now.get(key), _join(path, str(key)))
    elif isinstance(frozen, list) and isinstance(now, list) and _are_named([*frozen, *now]):
        old, new = ({_name(one): one for one in part} for part in (frozen, now))
        for name in sorted({*old, *new}):
            yield from differences(old.get(name), new.get(name), _join(path, name))
    elif frozen != now:
        yield f"{path}: {_shown(frozen)} → {_shown(now)}"


def _join(path: str, part: str) -> str:
    return f"{path} / {part}" if path else part


def _name(one: Mapping[str, Any]) -> str:
    return str(one.get("number") or one.get("expert"))


def _are_named(parts: list[Any]) -> bool:
    return bool(parts) and all(isinstance(one, Mapping) and ("number" in one or "expert" in one) for one in parts)


def _shown(value: Any) -> str:
    text = "—" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"


def faults_of(round_: DecisionRound) -> Iterator[str]:
    """What is wrong with a frozen round: its seal, its own arithmetic, or the data as they stand now."""
    if seal_of(round_.content) != round_.seal:
        yield "the seal does not belong to the frozen content"
        return
    frozen = json.loads(round_.content)
    yield from arithmetic_faults(frozen)
    yield from differences(frozen, content_of(round_))


def arithmetic_faults(content: Mapping[str, Any]) -> Iterator[str]:
    """Whether totals, scores and ranks of a content follow from its points: no portal is needed for it.

    Ranks are those among all applications of the year; their order must be that of the contents.
    """
    trim_from, ranks = content["trim_from"], dict[str, int]()
    contenders: list[Contender] = []
    for one in content["applications"]:
        totals = []
        for review in one["reviews"]:
            total = sum((Decimal(points) for points in review["points"] if points), Decimal())
            totals.append(total)
            if total != Decimal(review["total"]):
                yield f"{one['number']} / {review['expert']}: total {review['total']} is not the sum {total}"
        standing, score = one["standing"], official_score(totals, trim_from=trim_from)
        if standing is None or score is None:
            if (standing is None) != (score is None):
                yield f"{one['number']}: a standing without reviews, or reviews without a standing"
            continue
        if Fraction(standing["kept_sum"]) / standing["kept_count"] != score:
            yield f"{one['number']}: the official score does not follow from the totals"
        firsts = [
            sum((Decimal(review["points"][place] or 0) for review in one["reviews"]), Decimal()) for place in (0, 1)
        ]
        ranks[one["number"]] = standing["rank"]
        contenders.append(
            Contender(
                len(contenders), one["number"], _whole(Decimal(standing["kept_sum"])), standing["kept_count"],
                _whole(firsts[0]), _whole(firsts[1]), len(totals),
            )
        )  # fmt: skip
    order = [one.number for one in ranked(contenders)]
    for before, after in pairwise(order):
        if ranks[before] >= ranks[after]:
            yield f"{after}: rank {ranks[after]} does not follow from the scores"


def _whole(points: Decimal) -> int:
    return int(points.scaleb(2))
