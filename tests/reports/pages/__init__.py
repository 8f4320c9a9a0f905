"""Tests of the bureau's pages of a year."""
