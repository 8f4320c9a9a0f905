"""Experts, their reviews, and what follows from them."""

from reviews.models.assignment import Assignment
from reviews.models.outcome import Decision, Standing
from reviews.models.pool import Expert
from reviews.models.review import POINT_PLACES, Review, Score

__all__ = ["POINT_PLACES", "Assignment", "Decision", "Expert", "Review", "Score", "Standing"]
