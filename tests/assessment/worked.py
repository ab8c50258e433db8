"""A small district whose third quarter of 2026 is scored by hand; facts are known up to 10 October.

What is placed, as "met of counted":

                      050101   050102   0501 itself   0501    050201 = 0502   05 itself   05
    visits on time    4 of 5   3 of 4   0 of 1        7 / 10  3 of 4                      10 / 14
    entered promptly  4 of 5   3 of 3                 7 / 8   4 of 4                      11 / 12
    rectified         2 of 3                          2 / 3   1 of 1                       3 / 4
    complaints        3 of 4   1 of 2   1 of 1        5 / 7                   0 of 1       5 / 8
    satisfaction      2 of 3                          2 / 3   1 of 2                       3 / 5

The fourth task of 050102 was cancelled a week after its due day: a miss. Beside them stands what must not count: see
`what_does_not_count`.
"""

from datetime import date, datetime, timedelta

from assessment.actions import load_scheme, score_bureau
from assessment.models import Scorecard
from complaints.models import Rating
from gridsup.periods import Period
from inspections.models import FindingEvent, TaskEvent
from tests.factories import (
    ClockFactory,
    ComplaintFactory,
    DuePremisesFactory,
    FindingFactory,
    TaskFactory,
    VisitFactory,
    noon,
)

Q3 = Period.parse("2026Q3")
CUT_OFF = date(2026, 10, 10)
NOW = noon(date(2026, 10, 11))
AUGUST = date(2026, 8, 10)
ONE_DAY = timedelta(days=1)


def load(bureau="05", on=date(2026, 1, 1)):
    return load_scheme(bureau=bureau, on=on, now=noon(on))


def compute(cut_off=CUT_OFF, now: datetime = NOW, period=Q3, bureau="05"):
    return score_bureau(bureau=bureau, period=period, cut_off=cut_off, now=now)


def card(area, **facts) -> Scorecard:
    return Scorecard.objects.get(area_code=area, period="2026Q3", **facts)


def visit(area, on=AUGUST, entered=0, **facts):
    """A record entered so many days after the visit; the limit is two days."""
    premises = DuePremisesFactory(area_code=area)
    entry = {"submitted_on": on + timedelta(days=entered), **facts}
    return VisitFactory(premises=premises, visited_on=on, **entry)


def task(area, due=AUGUST, late=None, entered=0, **facts):
    """A task done so many days after its due day, or not at all (None)."""
    if late is None:
        return TaskFactory(premises=DuePremisesFactory(area_code=area), due_on=due, opens_on=date(2026, 1, 1), **facts)
    record = visit(area, due + timedelta(days=late), entered)
    return TaskFactory(
        premises=record.premises, due_on=due, opens_on=date(2026, 1, 1), state="done", done_on=record.visited_on,
        visit=record,
    )  # fmt: skip


def finding(area, limit=AUGUST, late=None, **facts):
    """A problem found in spring (its visit is no row of the quarter), rectified so many days after its limit."""
    spring = visit(area, date(2026, 5, 1), outcome="problem")
    if late is not None:
        facts |= {"state": "rectified", "rectified_on": limit + timedelta(days=late)}
    return FindingFactory(visit=spring, rectify_by=limit, **facts)


def clock(area, last=AUGUST, late=None, **facts):
    """A time limit met so many days after its last day, or running."""
    met = None if late is None else last + timedelta(days=late)
    started = last - timedelta(days=9)
    return ClockFactory(
        complaint=ComplaintFactory(area_code=area), started_on=started, due_on=last, met_on=met, **facts
    )


def rating(area, score, on=AUGUST):
    complaint = ComplaintFactory(area_code=area, state="told")
    return Rating.objects.create(complaint=complaint, area_code=area, score=score, given_on=on, given_at=noon(on))


def place():
    """What counts; the record of one visit in 050101 came in too late, as did that of no other."""
    task("050101", late=0)
    task("050101", late=-3)
    task("050101", late=-1, entered=2)
    task("050101", late=0, entered=3)
    task("050101", late=1)
    for day in (Q3.first, AUGUST, Q3.last):
        task("050102", due=day, late=0)
    ended(task("050102", state="cancelled"), TaskEvent, "task", "due", "cancelled", AUGUST + 7 * ONE_DAY)
    task("0501")
    for late in (0, 0, -2, 5):
        task("050201", late=late)
    for late in (0, -4, 1):
        finding("050101", late=late)
    finding("050201", limit=Q3.last, late=0)
    for late in (0, -1, -9, None):
        clock("050101", late=late)
    clock("050102", late=0)
    clock("050102", late=2)
    clock("0501", last=Q3.last, late=0)
    clock("05")
    for area, score in [("050101", 5), ("050101", 4), ("050101", 3), ("050201", 4), ("050201", 1)]:
        rating(area, score)


def what_does_not_count():
    """Rows beside the period, ended on a ground, put aside, corrected, or of another bureau."""
    for day in (Q3.first - ONE_DAY, Q3.last + ONE_DAY):
        task("050101", due=day)
        visit("050101", day)
        finding("050101", limit=day)
        clock("050101", last=day)
        rating("050101", 1, on=day)
    ended(task("050101", state="cancelled"), TaskEvent, "task", "due", "cancelled", AUGUST)
    first = task("050101", due=Q3.last + ONE_DAY)
    task("050101", state="merged", merged_into=first)
    visit("050101", state="draft", submitted_on=None)
    visit("050101", entered=9, corrects=visit("050101", date(2026, 6, 29)), version=2)
    visit("050101", Q3.last, entered=11)
    finding("050101", state="withdrawn")
    ended(finding("050101", state="handed_over"), FindingEvent, "finding", "ordered", "handed_over", CUT_OFF)
    clock("050101", stopped_on=AUGUST)
    clock("050101", paused_on=AUGUST - ONE_DAY)
    task("060101")
    clock("060101")


def ended(row, event, owner, old, new, on, why="The road is closed."):
    """The event with which a row's obligation ended."""
    event.objects.create(**{owner: row}, what="state", old=old, new=new, at=noon(on), why=why)
    return row
