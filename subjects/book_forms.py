"""What may be asked of the ledgers."""

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from gridsup.questions import AreaField, DayField, Question, SearchField


class BookQuestion(Question):
    """A book of which area, as it stood on which day."""

    q = SearchField()
    area = AreaField()
    on = DayField(label=_("day"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].validators.append(
            MaxValueValidator(today, _("What will stand in the ledger is not known: choose today or an earlier day."))
        )

    @property
    def day(self) -> date:
        """The day asked for; today where none was, or none that could be understood."""
        asked: date = self.asked.get("on", self.today)
        return asked

    @property
    def past(self) -> str:
        """The day asked for as addresses carry it, where it is not today."""
        return self.day.isoformat() if self.day != self.today else ""
