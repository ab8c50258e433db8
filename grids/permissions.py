"""Duties and what they permit: the one table that pages, API, admin and the authentication backend ask.

Source: tables.md "Duties"; handbook §2 (posts) and §9 (who may inspect).
"""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Duty(TextChoices):
    """A post; the length of its area code is in AREA_LENGTHS."""

    CITY_OFFICE = "city_office", _("City office")
    BUREAU_HEAD = "bureau_head", _("Head of the bureau")
    GRID_OFFICE = "grid_office", _("District grid office")
    SECTION = "section", _("Section")
    DUTY_DESK = "duty_desk", _("Duty desk")
    CASE_TEAM = "case_team", _("Case team")
    DOCUMENT_KEEPER = "document_keeper", _("Document keeper")
    STATION_CHIEF = "station_chief", _("Station chief")
    GRID_LEAD = "grid_lead", _("Grid lead")
    MANAGER = "manager", _("Grid manager")
    INFORMANT = "informant", _("Informant")
    SUPERVISOR = "supervisor", _("Supervisor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDITOR = "auditor", _("Auditor")


class Permission(StrEnum):
    """What a duty may permit; code asks for these and never for a duty's name."""

    VIEW_AREAS = "view_areas"  # areas, their codes and the rules in force: nobody's business, nobody's name
    VIEW = "view"  # ledger, tasks, plans: business rows
    VIEW_PEOPLE = "view_people"  # officers and their posts
    VIEW_ACCOUNTS = "view_accounts"  # accounts without business rows
    VIEW_JOBS = "view_jobs"
    VIEW_AUDIT = "view_audit"
    USE_ADMIN = "use_admin"
    APPROVE_GRIDS = "approve_grids"
    PROPOSE_GRIDS = "propose_grids"
    EDIT_POLICY = "edit_policy"
    PLAN = "plan"  # propose and publish an inspection plan
    APPROVE_PLAN = "approve_plan"
    POST_OFFICERS = "post_officers"
    KEEP_LETTERS = "keep_letters"  # make responsibility letters and say who signed
    ASSIGN = "assign"  # give an open task to somebody
    CANCEL_TASK = "cancel_task"
    KEEP_LEDGER = "keep_ledger"
    CORRECT_LEDGER = "correct_ledger"
    SET_TIER = "set_tier"  # decide on tiers, and on credit grades after a case
    PROPOSE_TIER = "propose_tier"
    IMPORT = "import"
    EXPORT = "export"
    INSPECT = "inspect"  # with a valid certificate, and always two
    REVIEW_VISITS = "review_visits"  # archive a record or return it
    TAKE_IN = "take_in"  # register a complaint, report, clue or enquiry
    ACCEPT = "accept"  # accept, refuse, return to the sender, link, answer an enquiry
    DISPATCH = "dispatch"  # give a complaint to a grid, a station or a section
    HANDLE = "handle"  # verify, mediate, dispose of; never by who supervises it
    REVIEW_COMPLAINTS = "review_complaints"  # review, close, reopen what one did not handle
    FOLLOW_UP = "follow_up"  # tell the person the result, call back
    EXTEND_CLOCK = "extend_clock"
    REVEAL = "reveal"  # see who complained, with a reason that is kept
    TAKE_CASE = "take_case"  # take over what is handed to the case team and report its return
    SCORE = "score"
    PUBLISH_SCORES = "publish_scores"
    EDIT_SCHEME = "edit_scheme"
    BUILD_REPORTS = "build_reports"
    FILE_INFORMATION = "file_information"
    RUN_JOBS = "run_jobs"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_ROLES = "manage_roles"  # give and end the posts of administrators
    MANAGE_ACCESS = "manage_access"  # lift lock-outs, end sessions, revoke tokens


# What each permission lets a person do, for people.
PERMISSION_WORDS: dict[Permission, Promise] = {
    Permission.VIEW_AREAS: _("see areas, the public facts of a grid and the policy"),
    Permission.VIEW: _("see ledger, plans and tasks"),
    Permission.VIEW_PEOPLE: _("see officers and their posts"),
    Permission.VIEW_ACCOUNTS: _("see accounts"),
    Permission.VIEW_JOBS: _("see background work"),
    Permission.VIEW_AUDIT: _("read the audit trail"),
    Permission.USE_ADMIN: _("open the administration pages"),
    Permission.APPROVE_GRIDS: _("approve grids"),
    Permission.PROPOSE_GRIDS: _("propose grids"),
    Permission.EDIT_POLICY: _("edit the policy"),
    Permission.PLAN: _("propose and publish the inspection plan"),
    Permission.APPROVE_PLAN: _("approve the inspection plan"),
    Permission.POST_OFFICERS: _("post officers"),
    Permission.KEEP_LETTERS: _("make responsibility letters and record who signed"),
    Permission.ASSIGN: _("give tasks to officers"),
    Permission.CANCEL_TASK: _("cancel a task with a reason"),
    Permission.KEEP_LEDGER: _("keep the ledger of the grid"),
    Permission.CORRECT_LEDGER: _("correct the ledger"),
    Permission.SET_TIER: _("decide on tiers and credit grades"),
    Permission.PROPOSE_TIER: _("propose a tier"),
    Permission.IMPORT: _("import ledgers"),
    Permission.EXPORT: _("export ledgers"),
    Permission.INSPECT: _("inspect (with a valid certificate, always two)"),
    Permission.REVIEW_VISITS: _("review records of visits"),
    Permission.TAKE_IN: _("take in complaints and reports"),
    Permission.ACCEPT: _("accept, refuse or return complaints, answer enquiries"),
    Permission.DISPATCH: _("dispatch complaints"),
    Permission.HANDLE: _("verify and handle complaints"),
    Permission.REVIEW_COMPLAINTS: _("review and close complaints that others handled"),
    Permission.FOLLOW_UP: _("tell the result and call back"),
    Permission.EXTEND_CLOCK: _("extend a time limit"),
    Permission.REVEAL: _("see who complained, giving a reason"),
    Permission.TAKE_CASE: _("take over cases and report their return"),
    Permission.SCORE: _("compute scores"),
    Permission.PUBLISH_SCORES: _("publish scores"),
    Permission.EDIT_SCHEME: _("edit the scheme of assessment"),
    Permission.BUILD_REPORTS: _("build reports"),
    Permission.FILE_INFORMATION: _("report information"),
    Permission.RUN_JOBS: _("start background work"),
    Permission.MANAGE_ACCOUNTS: _("manage accounts"),
    Permission.MANAGE_ROLES: _("give and end the posts of administrators"),
    Permission.MANAGE_ACCESS: _("lift lock-outs, end sessions, revoke API tokens"),
}

P = Permission
_SEE = frozenset({P.VIEW_AREAS, P.VIEW, P.VIEW_PEOPLE})

DUTIES: dict[Duty, frozenset[Permission]] = {
    Duty.CITY_OFFICE: _SEE | {P.EXPORT, P.VIEW_JOBS, P.BUILD_REPORTS},
    Duty.BUREAU_HEAD: _SEE | {P.APPROVE_PLAN, P.EXPORT, P.VIEW_JOBS, P.EXTEND_CLOCK, P.BUILD_REPORTS},
    Duty.GRID_OFFICE: _SEE
    | {
        P.USE_ADMIN, P.VIEW_JOBS, P.RUN_JOBS, P.APPROVE_GRIDS, P.EDIT_POLICY, P.PLAN, P.POST_OFFICERS, P.ASSIGN,
        P.KEEP_LETTERS, P.CANCEL_TASK, P.CORRECT_LEDGER, P.SET_TIER, P.IMPORT, P.EXPORT, P.DISPATCH, P.HANDLE,
        P.REVIEW_COMPLAINTS, P.SCORE, P.PUBLISH_SCORES, P.EDIT_SCHEME, P.BUILD_REPORTS,
    },
    Duty.SECTION: _SEE,
    Duty.DUTY_DESK: _SEE | {P.TAKE_IN, P.ACCEPT, P.DISPATCH, P.FOLLOW_UP, P.REVEAL},
    Duty.CASE_TEAM: _SEE | {P.INSPECT, P.TAKE_CASE},
    Duty.DOCUMENT_KEEPER: _SEE | {P.USE_ADMIN},
    Duty.STATION_CHIEF: _SEE
    | {
        P.USE_ADMIN, P.VIEW_JOBS, P.PROPOSE_GRIDS, P.POST_OFFICERS, P.ASSIGN, P.CANCEL_TASK, P.CORRECT_LEDGER,
        P.KEEP_LETTERS, P.SET_TIER, P.IMPORT, P.EXPORT, P.REVIEW_VISITS, P.HANDLE, P.REVIEW_COMPLAINTS, P.REVEAL,
        P.BUILD_REPORTS,
    },
    Duty.GRID_LEAD: _SEE | {P.INSPECT, P.KEEP_LEDGER, P.PROPOSE_TIER, P.ASSIGN, P.TAKE_IN, P.HANDLE, P.REVEAL},
    Duty.MANAGER: _SEE | {P.INSPECT, P.KEEP_LEDGER, P.TAKE_IN, P.HANDLE, P.REVEAL},
    Duty.INFORMANT: frozenset({P.VIEW_AREAS, P.FILE_INFORMATION}),
    Duty.SUPERVISOR: frozenset({P.VIEW_AREAS, P.FILE_INFORMATION}),
    Duty.SYSTEM_ADMIN: frozenset(
        {P.VIEW_AREAS, P.VIEW_ACCOUNTS, P.USE_ADMIN, P.VIEW_JOBS, P.RUN_JOBS, P.MANAGE_ACCOUNTS}
    ),
    Duty.SECURITY_ADMIN: frozenset({P.VIEW_AREAS, P.VIEW_ACCOUNTS, P.USE_ADMIN, P.MANAGE_ROLES, P.MANAGE_ACCESS}),
    Duty.AUDITOR: frozenset({P.VIEW_AREAS, P.VIEW_AUDIT}),
}  # fmt: skip

AREA_LENGTHS: dict[Duty, tuple[int, ...]] = {
    Duty.CITY_OFFICE: (2,),
    Duty.BUREAU_HEAD: (2,),
    Duty.GRID_OFFICE: (2,),
    Duty.SECTION: (2,),
    Duty.DUTY_DESK: (2, 4),
    Duty.CASE_TEAM: (2, 4),
    Duty.DOCUMENT_KEEPER: (2, 4),
    Duty.STATION_CHIEF: (4,),
    Duty.GRID_LEAD: (6,),
    Duty.MANAGER: (6,),
    Duty.INFORMANT: (6,),
    Duty.SUPERVISOR: (6,),
    Duty.SYSTEM_ADMIN: (2,),
    Duty.SECURITY_ADMIN: (2,),
    Duty.AUDITOR: (2,),
}

# Where each duty starts; the first that a person holds, in this order, decides.
START_PAGES: dict[Duty, str] = {
    Duty.GRID_LEAD: "today",
    Duty.MANAGER: "today",
    Duty.CASE_TEAM: "today",
    Duty.STATION_CHIEF: "admin:index",
    Duty.GRID_OFFICE: "dashboard",
    Duty.BUREAU_HEAD: "dashboard",
    Duty.CITY_OFFICE: "dashboard",
    Duty.SECTION: "dashboard",
    Duty.DUTY_DESK: "complaints",
    Duty.DOCUMENT_KEEPER: "admin:index",
    Duty.SYSTEM_ADMIN: "admin:index",
    Duty.SECURITY_ADMIN: "admin:index",
    Duty.AUDITOR: "audit",
    Duty.INFORMANT: "today",
    Duty.SUPERVISOR: "today",
}

# Levels of the area on which a duty sits, by the length of its code.
LEVEL_WORDS = {2: _("bureau"), 4: _("station"), 6: _("grid")}

# Heads of an area: one at a time.
HEADS = (Duty.BUREAU_HEAD, Duty.STATION_CHIEF, Duty.GRID_LEAD)
# Who holds a grid and its work.
HOLDERS = (Duty.GRID_LEAD, Duty.MANAGER)
# The first responsible for a grid, and who watches its work without enforcing (handbook §2).
LEADS = tuple(duty for duty in HEADS if duty in HOLDERS)
WATCHERS = (Duty.SUPERVISOR,)
# Whose names the public notice board shows (handbook §1).
PUBLISHED = (Duty.STATION_CHIEF, Duty.GRID_LEAD, Duty.MANAGER)
# Who keeps accounts, roles and the audit trail; nobody who runs the business names them (handbook §9).
ADMINISTRATORS = (Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN, Duty.AUDITOR)


def needed_to_post(duty: str) -> Permission:
    """The permission to give or end a post of the duty."""
    return Permission.MANAGE_ROLES if duty in ADMINISTRATORS else Permission.POST_OFFICERS
