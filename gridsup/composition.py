"""What the apps contribute to common places: the one module that may name them all."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Job name → the function that lists its steps.
JOBS = {
    "generate_due_tasks": "inspections.tasks.generate_due_tasks",
    "apply_policy": "subjects.tasks.apply_policy",
    "check_geometry": "subjects.tasks.check_geometry",
    "apply_area_changes": "subjects.tasks.apply_area_changes",
    "hand_over_swaps": "grids.tasks.hand_over_swaps",
    "escalate_overdue": "complaints.tasks.escalate_overdue",
    "score_period": "assessment.tasks.score_period",
    "build_report": "assessment.reporting.building.build_report",
    "check_audit": "gridsup.audit.keeping.check_audit",
    "prune_audit": "gridsup.audit.keeping.prune_audit",
    "make_letters": "grids.tasks.make_letters",
    "export_ledger": "subjects.exporting.export_ledger",
}

# Job name → what people call it.
JOB_WORDS = {
    "generate_due_tasks": _("Make the tasks that are due"),
    "apply_policy": _("Apply the policy to the ledger"),
    "check_geometry": _("Check the drawing"),
    "apply_area_changes": _("Put changes of areas into effect"),
    "hand_over_swaps": _("Hand over work after a swap"),
    "escalate_overdue": _("Report upwards what is overdue"),
    "score_period": _("Compute scores"),
    "build_report": _("Build the report"),
    "check_audit": _("Check the audit trail"),
    "prune_audit": _("Remove old entries of the audit trail"),
    "make_letters": _("Make the missing letters"),
    "export_ledger": _("Write the ledgers as a file"),
}

# Shapes of the periods (gridsup.periods.EXAMPLES) that a job is asked for; one that is not listed works on single days.
JOB_PERIODS: dict[str, tuple[str, ...]] = {
    "build_report": ("month", "quarter"),
    "check_audit": ("day", "month"),
    "score_period": ("month", "quarter", "half", "year"),
    "make_letters": ("year",),
}

# Jobs that may be asked for before their period begins: the letters of a year are signed as it begins. Any other would
# write down as done, due or overdue what nobody knows yet.
JOBS_AHEAD = {"make_letters"}

# What else a job asks of its period and area: job name → a function that raises BadInput (keyword arguments: period,
# area_code, on); called when a person asks for the job.
JOB_FITS = {
    "check_geometry": "subjects.geometry.actions.fits_check",
    "score_period": "assessment.actions.fits_scores",
    "build_report": "assessment.actions.fits_report",
    "make_letters": "grids.actions.fits_letters",
    "export_ledger": "subjects.exporting.fits_export",
}

# What `run_job` says of an ended job besides its counts: each takes the job and returns lists under their names.
JOB_OUTCOMES = {"build_report": "assessment.reporting.building.files_of"}

# Codes of all areas of a length (2 bureau, 4 station, 6 grid): for whom scheduled jobs run, and which areas exist.
AREA_CODES = "grids.querysets.area_codes"

# A number of a bureau's policy (bureau, key, day); raises BadInput where the bureau has none.
FIGURE = "subjects.actions.figure"

# Run after the ledger changed in a bureau (keyword arguments: bureau, now); each brings open rows of its app into line.
LEDGER_FOLLOWERS = ["inspections.actions.follow_ledger"]

# Open work that a person holds by name or an area holds (gridsup.holding.Work): shown and handed over when a post ends,
# an account closes or an area is retired.
HELD_WORK = [
    "inspections.held.TASKS",
    "inspections.held.DRAFTS",
    "inspections.held.FINDINGS",
    "complaints.held.IN_HAND",
]

# Run after a change of areas moved premises (keyword arguments: moves, station, to, heirs, now, since, as in
# subjects.areas.carrying.follow), in its transaction; each lets open rows of its app follow. Closed rows never change.
AREA_FOLLOWERS = ["inspections.actions.areas.follow_areas", "complaints.actions.areas.follow_areas"]

# What is open about premises and grids (gridsup.openwork.OpenWork): a change of areas tells of it, before and after.
AREA_WORK = [
    "inspections.open_work.TASKS",
    "inspections.open_work.FINDINGS",
    "inspections.open_work.DRAFTS",
    "inspections.open_work.RETURNED",
    "complaints.open_work.OPEN",
]

# Run after a year of the working-day calendar was loaded (keyword argument: now); each counts provisional days anew.
CALENDAR_FOLLOWERS = ["complaints.actions.recompute_provisional"]

# Run every hour (keyword argument: now); each drops what is of no use any more and nobody's business.
FORGETTERS = ["gridsup.flood.forget", "grids.sessions.forget"]

# A premises' timeline: each takes a premises and an officer and returns entries for its file.
TIMELINE = ["subjects.timeline.entries", "inspections.timeline.entries", "complaints.timeline.entries"]

# Further parts of a premises' file: each takes a premises, an officer and a day and returns a gridsup.timeline.Panel.
FILE_PANELS = [
    "inspections.panels.open_tasks",
    "inspections.panels.open_findings",
    "inspections.panels.last_visits",
    "complaints.panels.of_premises",
]

# What may be begun from a premises' file: each takes the same and returns a list of gridsup.timeline.Action.
FILE_ACTIONS = ["inspections.panels.actions"]

# Further parts of an officer's day: each takes an officer and a day and returns a gridsup.timeline.Panel, or None.
TODAY_PANELS = ["complaints.panels.mine"]

# Further parts of the page of a task: each takes a task, an officer and a day and returns the same.
TASK_PANELS = ["complaints.panels.of_task"]

# The pages that a person may open, in the order of the navigation: route, label, icon, and the permissions of which
# one is needed.
NAVIGATION = [
    ("today", _("Today"), "today", ("inspect", "file_information")),
    ("visit_review", _("Review"), "review", ("review_visits",)),
    ("tasks", _("Tasks"), "tasks", ("view",)),
    ("complaints", _("Complaints"), "complaint", ("view",)),
    ("ledger", _("Ledger"), "ledger", ("view",)),
    ("dashboard", _("Overview"), "dashboard", ("view",)),
    ("staffing", _("Staffing"), "grid", ("view_people",)),
    ("visits", _("Visit records"), "today", ("view",)),
    ("findings", _("Findings"), "tasks", ("view",)),
    ("scores", _("Scores"), "scores", ("view",)),
    ("people", _("People"), "account", ("view_people", "view_accounts")),
    ("plans", _("Plan"), "tasks", ("view",)),
    ("areas", _("Areas"), "grid", ("view_areas",)),
    ("reports", pgettext_lazy("on an area", "Reports"), "reports", ("build_reports",)),
    ("letters", _("Letters"), "reports", ("view_people",)),
    ("policy", _("Policy"), "grid", ("view_areas",)),
    ("access", _("Access"), "account", ("manage_access",)),
    ("audit", _("Audit trail"), "tasks", ("view_audit",)),
    ("admin:index", _("Administration"), "admin", ("use_admin",)),
]

# What stands in the bar at the bottom of a phone, for the first permission of these that the person has: what they do
# all day, then what they look at. Whatever they may open besides follows under "More".
PHONE_BAR = [
    ("inspect", ("today", "complaints", "ledger", "dashboard")),
    ("review_visits", ("visit_review", "complaints", "tasks", "dashboard")),
    ("take_in", ("complaints", "ledger", "tasks", "dashboard")),
    ("view", ("dashboard", "complaints", "scores", "ledger")),
    ("manage_access", ("access", "people", "admin:index")),
    ("view_audit", ("audit",)),
]

# Forms that come with a token of an earlier log-in: each takes the request and says whether it kept what was typed, so
# that the form's own address shows it again.
KEEPERS = ["inspections.unsent.keep"]

# What waits for a decision when somebody opens the admin: each takes an officer and a day and returns decisions.
DECISIONS = [
    "complaints.admin.waiting",
    "inspections.decisions.reviews",
    "inspections.decisions.credit",
    "inspections.admin.waiting",
    "assessment.admin.waiting",
    "assessment.staffing.alerts.waiting",
    "subjects.admin.changes_waiting",
    "subjects.admin.waiting",
    "subjects.geometry.decisions.waiting",
    "grids.admin.waiting",
    "grids.decisions.people",
    "grids.lettering.waiting.letters",
    "gridsup.admin.waiting",
]

# The same for whoever opens the dashboard, also without the admin: only what is counted in no time.
WAITING = [
    "inspections.decisions.plans",
    "inspections.decisions.credit",
    "subjects.admin.changes_waiting",
    "complaints.decisions.escalated",
    "grids.decisions.people",
    "grids.lettering.waiting.letters",
    "gridsup.admin.waiting",
]

# The kind of row that a page shows or changes, by the name of its route; API and admin say it themselves. The audit
# trail names it (gridsup.audit).
SHOWN = {
    "area_people": "grids.Grid",
    "person": "grids.Officer",
    "person_step": "grids.Officer",
    "person_work": "grids.Officer",
    "post_step": "grids.Posting",
    "letter": "grids.ResponsibilityLetter",
    "letter_unsign": "grids.ResponsibilityLetter",
    "letter_file": "grids.ResponsibilityLetter",
    "book_file": "subjects.LedgerExport",
    "staffing_grid": "grids.Grid",
    "staffing_swap": "grids.Posting",
    "audit_entry": "gridsup.AuditEntry",
    "premises": "subjects.Premises",
    "premises_place": "subjects.Premises",
    "premises_point": "subjects.Premises",
    "grid": "grids.Grid",
    "area_change": "grids.AreaChange",
    "area_change_edit": "grids.AreaChange",
    "area_change_rows": "grids.AreaChange",
    "area_change_move": "grids.AreaChange",
    "policy_of": "grids.Bureau",
    "policy_preset": "grids.Bureau",
    "policy_change": "subjects.Tier",
    "task": "inspections.InspectionTask",
    "task_assign": "inspections.InspectionTask",
    "task_cancel": "inspections.InspectionTask",
    "visit_new": "subjects.Premises",
    "visit": "inspections.Visit",
    "visit_drop": "inspections.Visit",
    "visit_move": "inspections.Visit",
    "visit_photo": "inspections.VisitPhoto",
    "finding": "inspections.Finding",
    "finding_move": "inspections.Finding",
    "credit_review": "inspections.CreditReview",
    "credit_review_move": "inspections.CreditReview",
    "plan": "inspections.InspectionPlan",
    "plan_move": "inspections.InspectionPlan",
    "complaint": "complaints.Complaint",
    "complaint_move": "complaints.Complaint",
    "complaint_case": "complaints.Complaint",
    "complainant_reveal": "complaints.Complaint",
    "complainant_complete": "complaints.Complaint",
    "complaint_picture": "complaints.Attachment",
    "clock_act": "complaints.Complaint",
    "report_sheet": "assessment.Report",
    "report_text": "assessment.Report",
    "scorecard": "assessment.Scorecard",
    "score_rows": "assessment.Scorecard",
}

# Pages whose address says by its `kind` which kind of row it is: route → a mapping of these words to models.
ROW_KINDS = {"policy_change": "subjects.policy_views.KINDS"}

# Kinds of rows whose list leaves an entry, too: it shows personal data.
AUDITED_LISTS = {"grids.Officer"}

# Routes that leave no entry in the audit trail: logging in and out is told by the framework itself, and whoever sends
# or follows a complaint without an account may stay unnamed (handbook §9, Art. 37).
UNAUDITED = {
    "login", "logout", "admin:login", "admin:logout", "set_language", "healthz",
    "public", "public_new", "public_receipt", "public_follow", "public_rate",
    "api-public-follow", "api-public-rate",
}  # fmt: skip

# What the trail calls a request of a route, where that is not “looked at” or “changed”: methods and AuditEntry.Action.
# An answer with a file is always “took out a file”; what stands here names a refused one so, too.
AUDIT_ACTIONS = {
    "api-token": (("POST",), "token_made"),
    "password_change": (("POST",), "password"),
    "invitation": (("POST",), "password"),
    "people": (("GET",), "view"),
    "area_people": (("GET",), "view"),
    "leave": (("GET",), "view"),
    "stray_work": (("GET",), "view"),
    "book": (("GET",), "view"),
    "api-ledger": (("GET",), "view"),
    "ledgers": (("GET",), "view"),
    "letters": (("GET",), "view"),
    "staffing": (("GET",), "view"),
    "staffing_grid": (("GET",), "view"),
    "staffing_rotation": (("GET",), "view"),
    "staffing_swap": (("GET",), "view"),
    "staffing_what_if": (("GET",), "view"),
    "admin:grids_officer_step_password": (("POST",), "password"),
    "account_tokens": (("POST",), "token_made"),
    "account_token_end": (("POST",), "token_revoked"),
    "account_session_end": (("POST",), "session_ended"),
    "account_log_out": (("POST",), "session_ended"),
    "access_lift": (("POST",), "unlocked"),
    "access_log_out": (("POST",), "session_ended"),
    "access_revoke": (("POST",), "token_revoked"),
    "audit_file": (("GET",), "export"),
    "complainant_reveal": (("POST",), "reveal"),
    "complaint-reveal": (("POST",), "reveal"),
    "report_sheet": (("GET",), "export"),
    "people_import_rejects": (("GET",), "export"),
    "report_text": (("GET",), "export"),
    "report-sheet": (("GET",), "export"),
    "report-text": (("GET",), "export"),
    "book_export": (("GET",), "export"),
    "book_file": (("GET",), "export"),
    "ledgerexport-file": (("GET",), "export"),
    "letters_bundle": (("GET",), "export"),
    "letter_file": (("GET",), "export"),
    "responsibilityletter-file": (("GET",), "export"),
    "visit_photo": (("GET",), "export"),
    "visit-photo": (("GET",), "export"),
    "complaint_picture": (("GET",), "export"),
    "complaint-picture": (("GET",), "export"),
}

# Kinds of rows whose reasons stay with the row, but for that of a reveal: what is written about a complaint may say who
# complained (handbook §9, Art. 37).
REASONS_APART = {"complaints.Complaint", "complaints.Clock"}

# Kinds of areas by the length of their code: one page shows all three.
AREA_KINDS = {2: "grids.Bureau", 4: "grids.Station", 6: "grids.Grid"}

# Routes that act on the account of whoever asks, and on nothing else.
OWN_ACCOUNT = {
    "password_change", "account_log_out", "account_session_end", "account_tokens", "account_token_end", "api-token",
}  # fmt: skip

# What the steps of a kind of row are called, besides the states of such rows and the steps of the admin.
STEP_WORDS = {"grids.Officer": "grids.people_steps.PERSON_STEPS", "grids.Posting": "grids.people_steps.POST_STEPS"}

# What a request is called in the trail where its step is called nothing (gridsup.audit.wording): words and the routes
# that they stand for, also `route step`. A test fails for a route that changes something and has no words.
ROUTE_WORDS = [
    (_("Log out everywhere"), ("account_log_out", "access_log_out")),
    (_("Log out there"), ("account_session_end",)),
    (_("Drop what was typed before the session ended"), ("unsent",)),
    (_("Name an administrator"), ("access_post",)),
    (_("End an administrator's post"), ("access_end",)),
    (_("List of people"), ("people", "officer-list", "admin:grids_officer_changelist")),
    (_("On leave"), ("leave",)),
    (_("Work held without a post"), ("stray_work",)),
    (_("Invite somebody"), ("person_new",)),
    (_("Import people"), ("people_import", "people_import_file")),
    (_("Rows that an import refused"), ("people_import_rejects",)),
    (_("Hand over open work"), ("person_work", "officer-hand-over")),
    (_("Post an officer"), ("posting-list",)),
    (_("Link a cadre"), ("linkedcadre-list",)),
    (_("Register a service station"), ("servicestation-list",)),
    (_("Letters"), ("letters", "letters_bundle")),
    (_("Make the missing letters"), ("letters_make", "responsibilityletter-list")),
    (_("Record the signature"), ("letters_sign",)),
    (_("Take the signature back"), ("letter_unsign",)),
    (_("The four ledgers"), ("ledgers", "book", "book_export", "api-ledger")),
    (_("Write the ledgers as a file"), ("book_files", "ledgerexport-list")),
    (_("Put a premises into a grid"), ("premises_place",)),
    (_("Set the point of a premises"), ("premises_point",)),
    (_("Check the drawing"), ("geometry_check",)),
    (_("Propose a change of areas"), ("area_change_new", "areachange-list", "areachange-preview")),
    (_("Propose it again"), ("area_change_edit", "areachange-propose")),
    (_("Return the change"), ("areachange-send-back",)),
    (_("Take over a preset"), ("policy_preset",)),
    (_("Change a policy row"), ("policy_change",)),
    (_("Assign the task"), ("task_assign",)),
    (_("Cancel the task"), ("task_cancel",)),
    (_("Form of a visit"), ("visit_new",)),
    (_("Put a visit's form aside"), ("visit-draft draft",)),
    (_("Hand in a visit"), ("visit-list",)),
    (_("Add photos to a visit"), ("visit-photos",)),
    (_("Drop the form that was put aside"), ("visit_drop",)),
    (_("Archive those free of problems"), ("visit_review", "visit-archive-many")),
    (_("Return the record"), ("visit-return",)),
    (_("Hand a finding to the case team"), ("finding-hand-over",)),
    (_("Report the outcome of the case"), ("complaint_case", "complaint-case", "finding-case-return")),
    (_("Change the grade"), ("creditreview-confirm",)),
    (_("Keep the grade"), ("creditreview-reject",)),
    (_("Propose a plan"), ("plans", "inspectionplan-list")),
    (_("Take in a complaint, report, clue or enquiry"), ("complaint_new", "complaint-list")),
    (_("Move a complaint on"), ("complaint_move", "complaint-move")),
    (_("Complete who complained"), ("complainant_complete", "complaint-complainant")),
    (_("Reveal who complained"), ("complainant_reveal", "complaint-reveal")),
    (_("Pause a time limit"), ("clock_act pause", "clock-pause")),
    (_("Let a time limit run on"), ("clock_act resume", "clock-resume")),
    (_("Extend a time limit"), ("clock_act extend", "clock-extend")),
    (_("Explain a time limit that was missed"), ("clock_act explain", "clock-explain")),
    (_("Build the report"), ("reports", "report-list")),
    (_("Compute scores"), ("scores_compute", "scorecard-list")),
    (_("Publish scores"), ("scores_publish", "scorecard-publish")),
    (_("Load a scheme"), ("scores_scheme",)),
    (_("Staffing and load"), ("staffing",)),
    (_("Rotation"), ("staffing_rotation",)),
    (_("Change places"), ("staffing_swap",)),
    (_("Move communities: what if"), ("staffing_what_if",)),
    (_("Queue a job"), ("job-list",)),
    (_("Audit trail"), ("audit_file",)),
]

# Codes → names of areas on a day.
AREA_NAMES = "grids.naming.names_on"
