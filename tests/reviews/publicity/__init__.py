"""Tests of notice, objections, publication and letters."""
