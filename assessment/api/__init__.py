"""API of the assessment."""
