"""Texts that were filed before: sampled prints in the database find candidates, their texts give the share.

A text is cut into all runs of five signs; the share is how many runs of the own text stand in the other
one too. Every sixteenth run (by its hash) is kept per submitted application and indexed, so that a look
at ten thousand applications costs a few hundred look-ups.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from django.db.models import Count

from submissions.enums import State
from submissions.form.checks import Similar
from submissions.form.dossier import Dossier
from submissions.models import Application, Submission, TextPrint

RUN = 5
SAMPLE = 16
FEWEST_PRINTS = 3
CANDIDATES = 5
CANDIDATE_SHARE = 0.12  # of the sampled runs; the exact share is judged later
SHORTEST_PASSAGE = 12
LONGEST_PASSAGE = 120
PASSAGES = 5
TEXTS: tuple[tuple[str, str], ...] = (
    ("project", "summary"), ("quality", "quality_problem"), ("quality", "cause_analysis"), ("quality", "solution"),
    ("quality", "difficulty"), ("indicators", "comparison"), ("promotion", "promotion"),
    ("promotion", "consolidation"),
)  # fmt: skip


# ------------------------------------------------------------------ pure


def text_of(sections: Mapping[str, Any]) -> str:
    """Everything of an application that is compared, fields divided by line ends."""
    dossier = Dossier(sections).cleaned()
    texts = [str(dossier.get(section, key)) for section, key in TEXTS]
    texts += [str(row.get("text", "")) for row in dossier.rows("innovations", "innovations")]
    return "\n".join(text for text in texts if text)


def plain(text: str) -> tuple[str, list[int]]:
    """The signs that count (letters, digits, characters; half-width, lower-case) and where each stood."""
    signs, places = [], []
    for place, one in enumerate(text):
        for sign in unicodedata.normalize("NFKC", one).lower():
            if sign.isalnum():
                signs.append(sign)
                places.append(place)
    return "".join(signs), places


def runs_of(signs: str) -> set[str]:
    return {signs[place : place + RUN] for place in range(len(signs) - RUN + 1)}


def prints_of(runs: Iterable[str]) -> set[int]:
    """The sampled hashes of runs: the same runs give the same sample everywhere."""
    hashes = (int.from_bytes(blake2b(run.encode(), digest_size=8).digest(), "big", signed=True) for run in runs)
    return {one for one in hashes if one % SAMPLE == 0}


def share_of(own: set[str], other: set[str]) -> Decimal:
    """The share of the own runs that stand in the other text, 0 to 1."""
    return Decimal(len(own & other)) / len(own) if own else Decimal(0)


def passages_in(text: str, other: set[str]) -> tuple[str, ...]:
    """The longest passages of a text that consist of runs of the other one, as they are written in the text."""
    signs, places = plain(text)
    found: list[tuple[int, int]] = []
    begin = end = -1
    for place in range(len(signs) - RUN + 1):
        if signs[place : place + RUN] not in other:
            continue
        if begin < 0 or place > end - RUN + 1:
            if begin >= 0:
                found.append((begin, end))
            begin = place
        end = place + RUN
    if begin >= 0:
        found.append((begin, end))
    longest = sorted((one for one in found if one[1] - one[0] >= SHORTEST_PASSAGE), key=lambda one: one[0] - one[1])
    return tuple(_shortened(text[places[first] : places[last - 1] + 1]) for first, last in longest[:PASSAGES])


def _shortened(passage: str) -> str:
    one_line = " ".join(passage.split())
    return one_line if len(one_line) <= LONGEST_PASSAGE else one_line[: LONGEST_PASSAGE - 1] + "…"


# ------------------------------------------------------------------ in the database


def refresh_prints(application: Application, sections: Mapping[str, Any]) -> None:
    """Keep the prints of what is submitted now, in the transaction of the submission."""
    found = prints_of(runs_of(plain(text_of(sections))[0]))
    TextPrint.objects.filter(application=application).delete()
    TextPrint.objects.bulk_create([TextPrint(application=application, shingle=one) for one in found], batch_size=500)


def similar_to(application: Application, dossier: Dossier, *, above: Decimal) -> tuple[Similar, ...]:
    """Submitted applications of this and former years that hold more than `above` of this text, most first."""
    text = text_of(dossier.sections)
    own = runs_of(plain(text)[0])
    sections = _candidates(application, prints_of(own))
    found = []
    for other, content in sections:
        runs = runs_of(plain(text_of(content.get("sections", {})))[0])
        share = share_of(own, runs)
        if share > above:
            is_own = other.applicant_id == application.applicant_id
            found.append(Similar(share, passages_in(text, runs), other.campaign.year, is_own))
    return tuple(sorted(found, key=lambda one: -one.share))


def _candidates(application: Application, prints: set[int]) -> list[tuple[Application, dict[str, Any]]]:
    """The few applications that share the most prints, with what they submitted last: two queries."""
    if len(prints) < FEWEST_PRINTS:
        return []
    least = max(FEWEST_PRINTS, int(len(prints) * CANDIDATE_SHARE))
    shared = (
        TextPrint.objects.filter(shingle__in=prints)
        .exclude(application=application.pk)
        .order_by()
        .values("application")
        .annotate(n=Count("pk"))
        .filter(n__gte=least)
        .order_by("-n", "application")
        .values_list("application", flat=True)[: CANDIDATES * 2]
    )
    submissions = (
        Submission.objects.filter(
            application__in=list(shared), application__campaign__year__lte=application.campaign.year
        )
        .exclude(application__state__in=(State.DRAFT, State.WITHDRAWN))
        .select_related("application__campaign")
        .order_by("application", "-serial")
    )
    latest: dict[int, tuple[Application, dict[str, Any]]] = {}
    for one in submissions:
        latest.setdefault(one.application_id, (one.application, one.content))
    return list(latest.values())
