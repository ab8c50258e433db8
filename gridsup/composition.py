"""What the apps contribute to common places: the one module that may name them all."""

# Job name → the function that lists its steps.
JOBS = {
    "generate_due_tasks": "inspections.tasks.generate_due_tasks",
    "apply_policy": "subjects.tasks.apply_policy",
}

# Codes of all areas of a length (2 bureau, 4 station, 6 grid): for whom scheduled jobs run, and which areas exist.
AREA_CODES = "grids.querysets.area_codes"

# Run after the ledger changed in a bureau (keyword arguments: bureau, now); each brings open rows of its app into line.
LEDGER_FOLLOWERS = ["inspections.actions.follow_ledger"]

# A premises' timeline: each takes a premises and returns entries for its file.
TIMELINE = ["subjects.timeline.entries", "inspections.timeline.entries"]
