"""What is done with schemes, scores and reports; every writer of their states."""

from assessment.actions.reports import fits_report, report_of, request_report
from assessment.actions.schemes import load_scheme
from assessment.actions.scores import (
    fits_scores,
    publish_scores,
    request_scores,
    score_bureau,
    scores_of,
    store_scores,
)

__all__ = [
    "fits_report", "fits_scores", "load_scheme", "publish_scores", "report_of", "request_report", "request_scores",
    "score_bureau", "scores_of", "store_scores",
]  # fmt: skip
