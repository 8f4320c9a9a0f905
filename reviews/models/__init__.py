"""Experts, their reviews, and what follows from them."""

from reviews.models.assignment import Assignment
from reviews.models.conflicts import Conflict, OrganisationTie
from reviews.models.outcome import Decision, Standing
from reviews.models.pool import Employment, Expert, ExpertField
from reviews.models.review import POINT_PLACES, Review, Score
from reviews.models.settings import ReviewSettings, review_settings_of

__all__ = [
    "POINT_PLACES",
    "Assignment",
    "Conflict",
    "Decision",
    "Employment",
    "Expert",
    "ExpertField",
    "OrganisationTie",
    "Review",
    "ReviewSettings",
    "Score",
    "Standing",
    "review_settings_of",
]
