"""Tests of the advisory figures."""
