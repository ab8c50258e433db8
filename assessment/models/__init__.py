"""What came of it: schemes, scorecards and reports."""

from assessment.models.report import Report
from assessment.models.scheme import Scheme, SchemeEvent, SchemeLine
from assessment.models.scorecard import Scorecard, ScorecardEvent, ScoreLine

__all__ = ["Report", "Scheme", "SchemeEvent", "SchemeLine", "ScoreLine", "Scorecard", "ScorecardEvent"]
