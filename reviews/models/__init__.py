"""Experts, their reviews, and what follows from them."""

from reviews.models.assignment import Assignment
from reviews.models.conflicts import Conflict, OrganisationTie
from reviews.models.deciding import (
    CommitteeMeeting,
    CommitteeVote,
    DecisionRound,
    DefenceCall,
    DefenceMark,
    OutcomeSettings,
    ProposedResult,
    RankingAdvice,
)
from reviews.models.draw import Draw, DrawChange, Override
from reviews.models.outcome import Decision, Standing
from reviews.models.pool import Employment, Expert, ExpertField
from reviews.models.publicity import FeedbackLetter, Objection, ObjectionEvent, PublicNotice
from reviews.models.review import POINT_PLACES, Review, Score
from reviews.models.settings import ReviewSettings, review_settings_of
from reviews.models.sheets import BlindFileCopy, ExpertPledge, ScoreSheet, ScoringLeave

__all__ = [
    "POINT_PLACES",
    "Assignment",
    "BlindFileCopy",
    "CommitteeMeeting",
    "CommitteeVote",
    "Conflict",
    "Decision",
    "DecisionRound",
    "DefenceCall",
    "DefenceMark",
    "Draw",
    "DrawChange",
    "Employment",
    "Expert",
    "ExpertField",
    "ExpertPledge",
    "FeedbackLetter",
    "Objection",
    "ObjectionEvent",
    "OrganisationTie",
    "OutcomeSettings",
    "Override",
    "ProposedResult",
    "PublicNotice",
    "RankingAdvice",
    "Review",
    "ReviewSettings",
    "Score",
    "ScoreSheet",
    "ScoringLeave",
    "Standing",
    "review_settings_of",
]
