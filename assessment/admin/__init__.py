"""Scores and their schemes in the admin."""

from assessment.admin import scores
from assessment.admin.scores import waiting

__all__ = ["scores", "waiting"]
