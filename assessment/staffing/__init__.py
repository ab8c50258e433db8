"""Staffing and load: whether each grid has its people, and how much lies on them (handbook §§1, 2, 8)."""
