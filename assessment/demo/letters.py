"""This year's responsibility letters of the demonstration: made early in the year, most of them signed since."""

from collections.abc import Mapping
from datetime import date, timedelta

from assessment.demo.calendar import Calendar, morning
from grids.actions import record_signature
from grids.models import Officer, ResponsibilityLetter
from gridsup.jobs import run_inline
from gridsup.models import Job

# Every letter of so many waits for its signature still.
UNSIGNED = 7
DAYS_TO_SIGN = 3
# So long ago everybody was in their post.
LONG_AGO = 300


def made_on(calendar: Calendar) -> date:
    """The day on which letters were made: the tenth of January, or later, when everybody was in their post."""
    new_year = date(calendar.today.year, 1, 10)
    return min(calendar.today, max(new_year, calendar.ago(LONG_AGO)))


def sign_letters(bureau: str, calendar: Calendar, office: Officer, chiefs: Mapping[str, Officer]) -> int:
    """Has the letters made by the job and records who signed; returns how many letters the bureau has.

    A station's letter is recorded by the grid office, a grid's by the chief of its station.
    """
    day = made_on(calendar)
    signed_on = min(calendar.today, day + timedelta(days=DAYS_TO_SIGN))
    run_inline(
        name="make_letters",
        period=str(day.year),
        area_code=bureau,
        now=morning(day),
        clock=lambda: morning(day),
    )
    letters = ResponsibilityLetter.objects.in_area(bureau).filter(state="made").order_by("area_code")
    for number, letter in enumerate(letters):
        if number % UNSIGNED != UNSIGNED - 1:
            by = office if letter.above == bureau else chiefs[letter.above]
            record_signature(letter=letter, signed_on=signed_on, by=by, now=morning(signed_on))
    return ResponsibilityLetter.objects.in_area(bureau).count()


def has_letters(bureau: str) -> bool:
    """The bureau's letters were made."""
    return Job.objects.filter(name="make_letters", area_code=bureau, state=Job.State.DONE).exists()
