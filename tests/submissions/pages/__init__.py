"""Tests of the pages on which an enterprise files."""
