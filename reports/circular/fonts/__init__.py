"""The vendored print fonts; origin and licences are in SOURCES.md."""

from pathlib import Path

FONT_FOLDER = Path(__file__).resolve().parent
