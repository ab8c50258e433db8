"""What complaints add to pages of lower apps: an officer's day, and the file of a premises."""

from datetime import date

from complaints.colours import warn_days
from complaints.models import Complaint
from grids.models import Officer
from grids.permissions import Permission
from gridsup.timeline import Panel
from inspections.models import InspectionTask
from subjects.models import Premises

# What a page of another matter shows of them; the rest stands in the list.
MOST_SHOWN = 10


def mine(officer: Officer, on: date) -> Panel | None:
    """Complaints that were dispatched to, or reported up to, the very areas where the officer handles them."""
    posts = [post.area_code for post in officer.current_postings if Permission.HANDLE in post.permits()]
    if not posts:
        return None
    rows = Complaint.objects.visible_to(officer).to_handle(posts)
    count = rows.count()
    if not count:
        return None
    shown = rows.nearest_first().with_file()[:MOST_SHOWN]
    return Panel("complaints/_mine.html", {"complaints": shown, "count": count, "on": on, "warn": warn_days(on)})


def of_premises(premises: Premises, *, officer: Officer, on: date) -> Panel:
    """The complaints about a premises that the officer may see, those under a limit first."""
    rows = Complaint.objects.visible_to(officer).filter(premises=premises)
    context = {"complaints": rows.nearest_first()[:MOST_SHOWN], "on": on, "warn": warn_days(on)}
    return Panel("complaints/_of_premises.html", context)


def of_task(task: InspectionTask, *, officer: Officer, on: date) -> Panel | None:
    """The complaints that asked for the visit, as far as the officer may see them."""
    rows = list(Complaint.objects.visible_to(officer).filter(task=task).nearest_first()[:MOST_SHOWN])
    context = {"complaints": rows, "on": on, "warn": warn_days(on)}
    return Panel("complaints/_of_premises.html", context) if rows else None
