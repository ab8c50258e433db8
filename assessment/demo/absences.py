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
# Who led the grid next door until whoever leads it today came.
FORMER = (("lead050110", "050109"),)
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
    for name, grid in FORMER:
        until = Posting.objects.get(area_code=grid, duty=Duty.GRID_LEAD, to_day=None).from_day - ONE_DAY
        since = until - timedelta(days=FORMER_DAYS)
        post_officer(
            officer=people[name], duty=Duty.GRID_LEAD, area_code=grid, from_day=since, to_day=until, now=morning(since)
        )
    return len(LEAVES) + len(RENEWED) + len(FORMER)
