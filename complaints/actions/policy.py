"""The limits and the calendar by which clocks run, read once for whatever is done together."""

from datetime import date

from django.utils.translation import gettext as _

from gridsup import holidays
from gridsup.errors import BadInput
from subjects.models import TimeLimit


class Limits:
    """The time limits of one bureau on any day, and the working-day calendar; two queries."""

    def __init__(self, bureau: str) -> None:
        self.bureau = bureau
        self.calendar = holidays.calendar()
        self._rows = list(TimeLimit.objects.in_area(bureau))

    def rule(self, kind: str, on: date) -> TimeLimit:
        """The rule for a kind of clock on the day; raises BadInput where the bureau has no policy then."""
        for row in self._rows:
            if row.key == kind and row.from_day <= on and (row.to_day is None or on <= row.to_day):
                return row
        raise BadInput(
            _("Bureau %(code)s has no policy on %(day)s. Load a preset first.") % {"code": self.bureau, "day": on}
        )
