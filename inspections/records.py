"""What two officers hand in after a visit, before any rule has looked at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grids.models import Officer
from inspections.models import Visit
from subjects.models import Premises


@dataclass(frozen=True)
class Problem:
    """Something that was wrong. `item`: code of a check item, or none; an order without `rectify_by` gets the usual
    limit of the policy."""

    text: str
    disposition: str
    item: str = ""
    line: str = ""
    rectify_by: date | None = None


@dataclass(frozen=True)
class VisitRecord:
    """One form. `client_id` names it, however often it is sent.

    `answers`: one {"code", "result"} for each check item looked at. `corrected`: keys of findings seen to be put right.
    `tasks`: keys of the open tasks that the visit covers; None: every one whose window is open on the day.
    `another_visit`: its officers say that a record of the same day is not this visit.
    """

    client_id: UUID
    premises: Premises
    visited_at: datetime
    lead: Officer
    partner: Officer | None
    outcome: str
    answers: Sequence[dict[str, Any]] = field(default_factory=list)
    narrative: str = ""
    problems: Sequence[Problem] = ()
    corrected: Collection[int] = ()
    tasks: Collection[int] | None = None
    corrects: Visit | None = None
    another_visit: bool = False


@dataclass(frozen=True)
class Submission:
    """A record with who hands it in (nobody on the command line) and when."""

    record: VisitRecord
    by: Officer | None
    at: datetime
