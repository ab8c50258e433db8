"""Who of the demonstration is on leave, whose certificate runs out soon, and who changed grids."""

from datetime import timedelta

from assessment.demo.calendar import Calendar, morning
from grids.actions import post_officer, renew_certificate, stand_in
from grids.models import Officer, Posting
from grids.permissions import Duty
from gridsup.workdays import ONE_DAY

# On leave, who stands in, and the first and last day, so many days after today.
LEAVES = (
    ("lead050102", "manager050102", -2, 7),
    ("lead050103", "lead050104", 9, 15),
    ("lead050104", "lead050103", -80, -74),
    ("lead050201", "manager050201", -40, -30),
)
# Whose certificate was renewed, how many days ago the new one began, and how many days it runs on.
RENEWED = (("lead050105", 60, 1766),)
# The station whose newest lead led another of its grids before.
FORMER_STATION = "0501"
# So many days it lasted.
FORMER_DAYS = 300


def tell_absences(calendar: Calendar) -> int:
    """Leaves with their substitutes, a renewed certificate and a former post, once; returns how many were told."""
    if Posting.objects.substitutions().exists():
        return 0
    people = Officer.objects.in_bulk(field_name="username")
    for absent, substitute, first, last in LEAVES:
        post = people[absent].postings.get(duty=Duty.GRID_LEAD, stands_in_for=None)
        from_day, to_day = calendar.ago(-first), calendar.ago(-last)
        chief, told = people[f"chief{post.area_code[:4]}"], morning(min(from_day, calendar.ago(1)))
        stand_in(posting=post, officer=people[substitute], from_day=from_day, to_day=to_day, by=chief, now=told)
    for name, began, runs in RENEWED:
        person, from_day = people[name], calendar.ago(began)
        renew_certificate(
            officer=person,
            number=f"演示-{name}-2",
            from_day=from_day,
            to_day=calendar.ago(-runs),
            now=morning(from_day),
        )
    post_formerly(calendar)
    return len(LEAVES) + len(RENEWED) + 1


def post_formerly(calendar: Calendar) -> None:
    """Whoever came to a grid last led another one until its lead of today came, which was before: no two posts meet."""
    leads = Posting.objects.in_area(FORMER_STATION).filter(duty=Duty.GRID_LEAD, to_day=None, stands_in_for=None)
    newest, other = leads.select_related("officer").order_by("-from_day", "area_code")[:2]
    until = other.from_day - ONE_DAY
    since = max(until - timedelta(days=FORMER_DAYS), calendar.grids_drawn)
    post_officer(
        officer=newest.officer, duty=Duty.GRID_LEAD, area_code=other.area_code, from_day=since, to_day=until,
        now=morning(since),
    )  # fmt: skip
