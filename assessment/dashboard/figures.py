"""What each number of the dashboard counts, and the list that shows exactly its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.dashboard.shares import Share
from assessment.dashboard.stretches import Span, Stretch

Question = dict[str, str]


@dataclass(frozen=True)
class Figure:
    """A count: its short name over a column, what it counts in words, the list of its rows and the question to it.

    `is_late`: a number above zero is bad news and stands out.
    """

    label: Promise
    meaning: Promise
    route: str
    asking: Callable[[Stretch], Question]
    is_late: bool = False


@dataclass(frozen=True)
class Quota:
    """A share of two counts, in per cent; it opens the rows of the whole, and its part stands beside it."""

    label: Promise
    meaning: Promise
    part: str
    whole: str


def due_in(span: Span, **more: str) -> Question:
    """Visits whose due day lies in the days."""
    return {**more, "due_from": span[0].isoformat(), "due_to": span[1].isoformat()}


def _now(**question: str) -> Callable[[Stretch], Question]:
    return lambda stretch: question


def _due(name: str) -> Callable[[Stretch], Question]:
    return lambda stretch: due_in(stretch.days, **OF_DUE[name])


def _iso(name: str, day: Callable[[Stretch], date], **question: str) -> Callable[[Stretch], Question]:
    return lambda stretch: {**question, name: day(stretch).isoformat()}


def _owed(stretch: Stretch) -> Question:
    return {"status": "active", "unseen_from": stretch.first.isoformat(), "due_to": stretch.last.isoformat()}


def _reached(stretch: Stretch) -> Question:
    return {"status": "active", "reached_from": stretch.first.isoformat(), "due_to": stretch.last.isoformat()}


# What is counted of visits due in some days, and the question to the list of tasks.
OF_DUE: dict[str, Question] = {
    "due": {"state": "counted"},
    "done": {"state": "done"},
    "in_time": {"done": "in_time"},
    "done_late": {"done": "late"},
    "undone": {"state": "open"},
}

FIGURES: dict[str, Figure] = {
    "premises": Figure(_("Premises"), _("premises in business"), "ledger", _now(status="active")),
    "unplaced": Figure(
        _("Not placed"), _("premises in business that lie in no grid"), "ledger", _now(status="active", placed="no"),
        is_late=True,
    ),
    "placed": Figure(
        _("In a grid"), _("premises in business that lie in a grid"), "ledger", _now(status="active", placed="yes")
    ),
    "due": Figure(
        pgettext_lazy("how many", "Due"),
        _("visits whose due day lies in these days, but for those cancelled or merged"),
        "tasks",
        _due("due"),
    ),
    "done": Figure(_("Done"), _("of these, visits made"), "tasks", _due("done")),
    "in_time": Figure(_("In time"), _("of these, made by the due day"), "tasks", _due("in_time")),
    "done_late": Figure(
        _("Done late"), _("of these, made after the due day"), "tasks", _due("done_late"),
        is_late=True,
    ),
    "undone": Figure(_("Not done"), _("of these, not made until today"), "tasks", _due("undone"), is_late=True),
    "overdue": Figure(
        _("Overdue"), _("visits not made although their due day is over, of whatever period"), "tasks",
        _now(overdue="1"), is_late=True,
    ),
    "seen": Figure(
        pgettext_lazy("how many", "Visited"),
        _("premises in business visited since the first of these days"),
        "ledger",
        _iso("seen_from", lambda stretch: stretch.first, status="active"),
    ),
    "owed": Figure(
        _("Not visited"),
        _("premises in business not visited since then, although due by the last of these days"),
        "ledger", _owed, is_late=True,
    ),
    "reached": Figure(
        _("Visited or due"),
        _("premises in business visited since the first of these days, or due by the last of them"), "ledger", _reached,
    ),
    "red": Figure(
        _("Limit missed"), _("complaints and reports that missed a time limit"), "complaints", _now(clock="red"),
        is_late=True,
    ),
    "amber": Figure(
        _("Limit near"), _("complaints and reports whose next limit is near"), "complaints", _now(clock="amber")
    ),
    "green": Figure(_("In time"), _("complaints and reports in time"), "complaints", _now(clock="green")),
    "paused": Figure(
        _("Paused"), _("complaints and reports whose limit is paused"), "complaints", _now(clock="paused")
    ),
    "to_rectify": Figure(
        _("To rectify"), _("findings ordered to be corrected that are not yet"), "findings", _now(state="to_rectify")
    ),
    "unrectified": Figure(
        _("Orders overdue"), _("of these, those whose last day is over"), "findings", _now(overdue="1"),
        is_late=True,
    ),
}  # fmt: skip

QUOTAS: dict[str, Quota] = {
    "done_share": Quota(_("Done"), _("visits made, of those due"), "done", "due"),
    "in_time_share": Quota(_("In time"), _("visits made by the due day, of those due"), "in_time", "due"),
    "coverage": Quota(
        _("Coverage"), _("premises visited since the first of these days, of those and the ones still owed a visit"),
        "seen", "reached",
    ),
    "placed_share": Quota(_("Placed"), _("premises that lie in a grid, of those in business"), "placed", "premises"),
}  # fmt: skip


@dataclass
class Row:
    """Counts of one area; `own`: of what stands at this very level, placed in no lower area."""

    code: str
    name: str = ""
    own: bool = False
    premises: int = 0
    unplaced: int = 0
    seen: int = 0
    owed: int = 0
    due: int = 0
    done: int = 0
    in_time: int = 0
    overdue: int = 0
    red: int = 0
    amber: int = 0
    green: int = 0
    paused: int = 0
    to_rectify: int = 0
    unrectified: int = 0

    @property
    def placed(self) -> int:
        return self.premises - self.unplaced

    @property
    def reached(self) -> int:
        return self.seen + self.owed

    @property
    def done_late(self) -> int:
        return self.done - self.in_time

    @property
    def undone(self) -> int:
        return self.due - self.done

    @property
    def is_empty(self) -> bool:
        """Nothing at all was counted."""
        return not any((self.premises, self.due, self.overdue, self.red, self.amber, self.green, self.paused,
                        self.to_rectify))  # fmt: skip

    def count(self, name: str) -> int:
        """The count of a figure."""
        return int(getattr(self, name))

    def share(self, name: str) -> Share:
        """The share of a quota."""
        quota = QUOTAS[name]
        return Share(self.count(quota.part), self.count(quota.whole))

    def add(self, counts: dict[str, int]) -> None:
        """Adds counts by their names."""
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it is shown; with an address, the list there holds exactly `count` rows; `of`: of what it is made."""

    label: str
    text: str
    meaning: str = ""
    href: str = ""
    count: int | None = None
    is_late: bool = False
    of: str = ""


class Links:
    """Addresses of the lists behind the numbers of a stretch; `area`: that of the page, empty for all.

    `lists`: each with the route of its page. What all rows of a table share is put into words once:
    a table of grids has thousands of cells.
    """

    lists = {name: name for name in ("ledger", "tasks", "complaints", "findings")}

    def __init__(self, stretch: Stretch, area: str) -> None:
        self.stretch, self.area = stretch, area
        self.paths = {name: reverse(route) for name, route in self.lists.items()}
        said: dict[str, Figure | Quota] = {**FIGURES, **QUOTAS}
        self.words = {name: (str(one.label), str(one.meaning)) for name, one in said.items()}
        self.tails = {name: urlencode(self.asked(figure.asking(stretch))) for name, figure in FIGURES.items()}

    def asked(self, question: Question) -> Question:
        """The question in the words of the lists."""
        return question

    def to_due(self, name: str, days: Span) -> str:
        """Of the visits that fell due in the days, those that a count of `OF_DUE` counts."""
        return self.to("tasks", due_in(days, **OF_DUE[name]))

    def to(self, route: str, question: Question) -> str:
        """A list, asked for the area of the page."""
        return f"{self.paths[route]}?{urlencode({'area': self.area, **question})}"

    def count(self, row: Row, name: str) -> Cell:
        """A count of the row, with the list of its rows."""
        figure, number = FIGURES[name], row.count(name)
        area = f"area={row.code}&exact=1" if row.own else f"area={row.code}"
        href = f"{self.paths[figure.route]}?{area}&{self.tails[name]}"
        label, meaning = self.words[name]
        return Cell(label, f"{number:,}", meaning, href, number, figure.is_late and number > 0)

    def share(self, row: Row, name: str) -> Cell:
        """A share of the row, with the list of its whole; a share of nothing opens nothing."""
        label, meaning = self.words[name]
        share, whole = row.share(name), self.count(row, QUOTAS[name].whole)
        if not share.whole:
            return Cell(label, str(share), meaning)
        return Cell(label, str(share), meaning, whole.href, share.whole, of=f"{share.part:,} / {share.whole:,}")
