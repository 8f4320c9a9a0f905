"""Recommending units: their queue, guidance notes, and the recommendation."""
