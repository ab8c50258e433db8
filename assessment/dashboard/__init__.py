"""The dashboard: what fell due in an area and a stretch of days, what was done of it, and what stands open today."""
