"""API of the assessment: scores and reports."""
