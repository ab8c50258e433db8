"""Every route of the site in tables: who may open it, and how it is built; read by `walking`."""

from collections.abc import Callable

from django.db import models
from django.test import Client

from assessment.models import Report, Scheme, Scorecard
from complaints.models import Attachment, Clock, Complaint
from grids.models import (
    Bureau,
    Grid,
    LinkedCadre,
    Locality,
    Officer,
    Posting,
    ResponsibilityLetter,
    ServiceStation,
    Station,
)
from grids.permissions import Permission
from gridsup.models import Job
from inspections.models import Finding, InspectionPlan, InspectionTask, Visit, VisitPhoto
from subjects.models import (
    CheckItem,
    Coverage,
    CreditEffect,
    GeometryFault,
    LedgerExport,
    MarketSubject,
    Permit,
    PolicyFigure,
    Premises,
    Tier,
    TimeLimit,
    Trade,
    TradeTier,
)

P = Permission
ANYBODY: tuple[str, ...] = ()

# Open to whoever is not logged in.
PUBLIC = {
    "login", "logout", "set_language", "healthz", "api-unknown", "admin:login",
    "public_board", "public_board_station", "public_board_grids",
    "public", "public_new", "public_receipt", "public_follow", "public_rate", "invitation",
}  # fmt: skip
# Ends the session of whoever opens it, so that it is not walked with the others.
LAST = {"admin:logout"}
# Asks for a login by other means: a token is asked for with a password.
LOGIN_BY_PASSWORD = {"api-token"}

# The models that pages show, by the name of the route; API and admin say it themselves.
PAGES: dict[str, type[models.Model]] = {
    "person": Officer,
    "person_step": Officer,
    "person_work": Officer,
    "post_step": Posting,
    "area_people": Grid,
    "book_file": LedgerExport,
    "letter": ResponsibilityLetter,
    "letter_unsign": ResponsibilityLetter,
    "letter_file": ResponsibilityLetter,
    "premises": Premises,
    "task": InspectionTask,
    "task_assign": InspectionTask,
    "task_cancel": InspectionTask,
    "visit_new": Premises,
    "visit": Visit,
    "visit_drop": Visit,
    "visit_move": Visit,
    "visit_photo": VisitPhoto,
    "finding": Finding,
    "finding_move": Finding,
    "complaint": Complaint,
    "complaint_move": Complaint,
    "complainant_reveal": Complaint,
    "complainant_complete": Complaint,
    "complaint_picture": Attachment,
    "clock_act": Clock,
    "plan": InspectionPlan,
    "report_sheet": Report,
    "report_text": Report,
    "plan_move": InspectionPlan,
    "policy_of": Bureau,
    "policy_preset": Bureau,
    "policy_change": Tier,
    "scorecard": Scorecard,
    "score_rows": Scorecard,
    "staffing_grid": Grid,
    "staffing_swap": Posting,
}

# Who may open a page, an API operation or a page of the admin: one of these permissions.
NEEDS: dict[str, tuple[str, ...]] = {
    "home": ANYBODY,
    "account": ANYBODY,
    "duties": ANYBODY,
    "people": (P.VIEW_PEOPLE, P.VIEW_ACCOUNTS),
    "person": (P.VIEW_PEOPLE, P.VIEW_ACCOUNTS),
    "person_new": (P.MANAGE_ACCOUNTS,),
    "people_import": (P.IMPORT,),
    "people_import_file": (P.IMPORT,),
    "people_import_rejects": (P.IMPORT,),
    "person_step": (P.POST_OFFICERS,),  # the walk's step records a certificate; each asks for its own permission
    "person_work": (P.ASSIGN,),
    "post_step": (P.POST_OFFICERS,),
    "stray_work": (P.ASSIGN,),
    "leave": (P.VIEW_PEOPLE,),
    "area_people": (P.VIEW_PEOPLE,),
    "today": ANYBODY,
    "tasks": (P.VIEW,),
    "task": (P.VIEW,),
    "task_assign": (P.ASSIGN,),
    "task_cancel": (P.CANCEL_TASK,),
    "ledger": (P.VIEW,),
    "book": (P.VIEW,),
    "ledgers": (P.VIEW,),
    "book_export": (P.EXPORT,),
    "book_files": (P.EXPORT,),
    "book_file": (P.EXPORT,),
    "letters": (P.VIEW_PEOPLE,),
    "letters_make": (P.KEEP_LETTERS,),
    "letters_sign": (P.KEEP_LETTERS,),
    "letters_bundle": (P.VIEW_PEOPLE,),
    "letter": (P.VIEW_PEOPLE,),
    "letter_unsign": (P.KEEP_LETTERS,),
    "letter_file": (P.VIEW_PEOPLE,),
    "responsibilityletter-sign": (P.KEEP_LETTERS,),
    "responsibilityletter-unsign": (P.KEEP_LETTERS,),
    "admin:grids_responsibilityletter_new_letters": (P.KEEP_LETTERS,),
    "admin:grids_responsibilityletter_step_sign": (P.KEEP_LETTERS,),
    "admin:grids_responsibilityletter_step_unsign": (P.KEEP_LETTERS,),
    "visit_new": (P.INSPECT,),
    "visits": (P.VIEW,),
    "visit": (P.VIEW,),
    "visit_photo": (P.VIEW,),
    "visit_drop": (P.INSPECT,),
    "visit_move": (P.VIEW,),  # as plan_move
    "visit_review": (P.REVIEW_VISITS,),
    "findings": (P.VIEW,),
    "finding": (P.VIEW,),
    "finding_move": (P.VIEW,),  # as plan_move
    "complaints": (P.VIEW,),
    "complaint_new": (P.TAKE_IN,),
    "complaint_premises": (P.VIEW,),
    "complaint": (P.VIEW,),
    "complaint_move": (P.VIEW,),  # as plan_move
    "clock_act": (P.VIEW,),  # as plan_move
    "complainant_reveal": (P.VIEW,),  # as plan_move
    "complainant_complete": (P.VIEW,),  # as plan_move
    "complaint_picture": (P.VIEW,),
    "geometry": (P.VIEW,),
    "geometry_map": (P.VIEW,),
    "geometry_check": (P.PROPOSE_GRIDS, P.APPROVE_GRIDS),
    "plans": (P.VIEW,),
    "plan": (P.VIEW,),
    "plan_move": (P.VIEW,),  # each move asks for its own permission, and refuses with a sentence on the plan's page
    "policy": (P.VIEW,),
    "policy_of": (P.VIEW,),
    "policy_preset": (P.EDIT_POLICY,),
    "policy_change": (P.EDIT_POLICY,),
    "premises": (P.VIEW,),
    "dashboard": (P.VIEW,),
    "staffing": (P.VIEW_PEOPLE,),
    "staffing-list": (P.VIEW_PEOPLE,),
    "staffing-detail": (P.VIEW_PEOPLE,),
    "staffing_grid": (P.VIEW_PEOPLE,),
    "staffing_rotation": (P.VIEW_PEOPLE,),
    "staffing_swap": (P.VIEW_PEOPLE,),
    "staffing_what_if": (P.VIEW_PEOPLE,),
    "reports": (P.BUILD_REPORTS,),
    "report_sheet": (P.BUILD_REPORTS,),
    "report_text": (P.BUILD_REPORTS,),
    "dashboard_grids": (P.VIEW,),
    "scores": (P.VIEW,),
    "scores_compute": (P.SCORE,),
    "scores_publish": (P.PUBLISH_SCORES,),
    "scores_scheme": (P.EDIT_SCHEME,),
    "scorecard": (P.VIEW,),
    "score_rows": (P.VIEW,),
    "scorecard-publish": (P.PUBLISH_SCORES,),
    "admin:assessment_scheme_new_scheme": (P.EDIT_SCHEME,),
    "admin:assessment_scorecard_new_scores": (P.SCORE,),
    "api-root": ANYBODY,
    "api-token": ANYBODY,
    "api-schema": ANYBODY,
    "api-docs": ANYBODY,
    "inspectiontask-assign": (P.ASSIGN,),
    "inspectiontask-cancel": (P.CANCEL_TASK,),
    "inspectionplan-approve": (P.APPROVE_PLAN,),
    "inspectionplan-publish": (P.PLAN,),
    "premises-tier": (P.SET_TIER,),
    # each move asks for its own permission
    "complaint-move": (P.ACCEPT, P.DISPATCH, P.HANDLE, P.REVIEW_COMPLAINTS, P.FOLLOW_UP, P.TAKE_IN),
    "complaint-complainant": (P.TAKE_IN,),
    "complaint-reveal": (P.REVEAL,),
    "clock-pause": (P.HANDLE,),
    "clock-resume": (P.HANDLE,),
    "clock-extend": (P.EXTEND_CLOCK,),
    "clock-explain": (P.ACCEPT,),  # the walk's limit is one to accept or refuse
    "visit-draft": (P.INSPECT,),
    "visit-archive": (P.REVIEW_VISITS,),
    "visit-archive-many": (P.REVIEW_VISITS,),
    "visit-return": (P.REVIEW_VISITS,),
    "finding-hand-over": (P.INSPECT,),
    "finding-case-return": (P.TAKE_CASE,),
    "finding-close": (P.REVIEW_VISITS,),
    "finding-decide": (P.REVIEW_VISITS,),
    "finding-recheck": (P.ASSIGN,),
    "admin:index": (P.USE_ADMIN,),
    "admin:search": (P.USE_ADMIN,),
    "admin:app_list": (P.USE_ADMIN,),
    "admin:jsi18n": (P.USE_ADMIN,),
    "admin:gridsup_job_new_job": (P.RUN_JOBS,),
    "admin:gridsup_job_step_again": (P.RUN_JOBS,),
    "admin:grids_grid_step_approve": (P.APPROVE_GRIDS,),
    "admin:grids_grid_step_return": (P.APPROVE_GRIDS,),
    "admin:grids_posting_new_post": (P.POST_OFFICERS,),
    "admin:grids_posting_step_end": (P.POST_OFFICERS,),
    "linkedcadre-end": (P.POST_OFFICERS,),
    "servicestation-end": (P.POST_OFFICERS,),
    "admin:grids_linkedcadre_new_link": (P.POST_OFFICERS,),
    "admin:grids_linkedcadre_step_end": (P.POST_OFFICERS,),
    "admin:grids_servicestation_new_open": (P.POST_OFFICERS,),
    "admin:grids_servicestation_step_end": (P.POST_OFFICERS,),
    "admin:grids_officer_new_account": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_close": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_reopen": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_password": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_invite": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_revoke": (P.MANAGE_ACCOUNTS,),
    "admin:grids_officer_step_rename": (P.MANAGE_ACCOUNTS,),
    "admin:grids_posting_step_substitute": (P.POST_OFFICERS,),
    "admin:grids_posting_step_call_off": (P.POST_OFFICERS,),
    "admin:subjects_premises_step_tier": (P.SET_TIER,),
    "admin:complaints_complaint_step_review": (P.REVIEW_COMPLAINTS,),
    "admin:complaints_complaint_step_back": (P.REVIEW_COMPLAINTS,),
    "admin:complaints_complaint_step_close": (P.REVIEW_COMPLAINTS,),
    "admin:inspections_inspectiontask_step_assign": (P.ASSIGN,),
    "admin:inspections_inspectiontask_step_cancel": (P.CANCEL_TASK,),
    "admin:inspections_visit_step_archive": (P.REVIEW_VISITS,),
    "admin:inspections_visit_step_archive_free": (P.REVIEW_VISITS,),
    "admin:inspections_visit_step_return": (P.REVIEW_VISITS,),
    "admin:inspections_finding_step_decide": (P.REVIEW_VISITS,),
    "admin:inspections_finding_step_close": (P.REVIEW_VISITS,),
    "admin:inspections_finding_step_recheck": (P.ASSIGN,),
    "admin:inspections_inspectionplan_new_plan": (P.PLAN,),
    "admin:inspections_inspectionplan_step_approve": (P.APPROVE_PLAN,),
    "admin:inspections_inspectionplan_step_publish": (P.PLAN,),
    "admin:inspections_inspectionplan_step_close": (P.PLAN,),
}
# A list and a row of a model, in API and admin alike, unless NEEDS says otherwise.
SEEN: dict[type[models.Model], tuple[str, ...]] = {
    Bureau: (P.VIEW_AREAS,),
    Station: (P.VIEW_AREAS,),
    Grid: (P.VIEW_AREAS,),
    Locality: (P.VIEW_AREAS,),
    Officer: (P.VIEW_PEOPLE, P.VIEW_ACCOUNTS),
    Posting: (P.VIEW_PEOPLE,),
    ResponsibilityLetter: (P.VIEW_PEOPLE,),
    LinkedCadre: (P.VIEW_PEOPLE,),
    ServiceStation: (P.VIEW_PEOPLE,),
    Trade: (P.VIEW_AREAS,),
    Tier: (P.VIEW_AREAS,),
    TradeTier: (P.VIEW_AREAS,),
    CreditEffect: (P.VIEW_AREAS,),
    PolicyFigure: (P.VIEW_AREAS,),
    CheckItem: (P.VIEW_AREAS,),
    TimeLimit: (P.VIEW_AREAS,),
    MarketSubject: (P.VIEW,),
    Premises: (P.VIEW,),
    Permit: (P.VIEW,),
    GeometryFault: (P.VIEW,),
    Coverage: (P.VIEW,),
    InspectionPlan: (P.VIEW,),
    InspectionTask: (P.VIEW,),
    Complaint: (P.VIEW,),
    Clock: (P.VIEW,),
    Visit: (P.VIEW,),
    Finding: (P.VIEW,),
    Scheme: (P.VIEW_AREAS,),
    Scorecard: (P.VIEW,),
    Job: (P.VIEW_JOBS,),
    Report: (P.BUILD_REPORTS,),
}
# Parameters other than the key of a row.
ARGUMENTS: dict[str, Callable[[models.Model], list[object]]] = {
    "person_step": lambda person: [person.pk, "certificate"],
    "post_step": lambda post: [post.pk, "end"],
    "area_people": lambda grid: [grid.code],
    "plan_move": lambda plan: [plan.pk, "closed"],
    "visit_move": lambda visit: [visit.pk, "archived"],
    "complaint_move": lambda complaint: [complaint.pk, "accepted"],
    "clock_act": lambda clock: [clock.complaint_id, clock.pk, "pause"],
    "finding_move": lambda finding: [finding.pk, "handed_over"],
    "staffing_grid": lambda grid: [grid.code],
    "policy_of": lambda bureau: [bureau.code],
    "policy_preset": lambda bureau: [bureau.code],
    "policy_change": lambda tier: ["tier", tier.pk],
    "score_rows": lambda card: [card.pk, "visits_on_time"],
}
# Parameters that name no row at all.
FIXED = {
    "people_import_file": ["x"],
    "people_import_rejects": ["x"],
    "admin:app_list": ["grids"],
    "book": ["subjects"],
    "book_export": ["all"],
}
POLICY = (Tier, TradeTier, CreditEffect, PolicyFigure, CheckItem, TimeLimit)
# What stands for success where it is not a page.
IN_PLACE_OF_200 = {"home": {302}, "api-token": {400}}


def client_of(officer: Officer | None) -> Client:
    """A client whose POST is not held up by a missing CSRF token."""
    client = Client(raise_request_exception=False)
    if officer is not None:
        client.force_login(officer, backend="grids.backends.DutyBackend")
    return client
