"""The cards on top of the dashboard: what stands open now, and how the days that were picked went."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.dashboard.areas import Scope
from assessment.dashboard.counting import Counts
from assessment.dashboard.figures import FIGURES, Cell, Links, Row
from assessment.dashboard.shares import Share
from assessment.dashboard.stretches import Span
from subjects.geometry.wording import percent
from subjects.models import Coverage


@dataclass(frozen=True)
class Card:
    """One card: what it is about, its number, further numbers that make it up, and how it was before."""

    title: str
    main: Cell
    parts: list[Cell] = field(default_factory=list)
    before: Cell | None = None


def now_cards(whole: Row, links: Links, drawn: Coverage | None) -> list[Card]:
    """What stands open on the day, of whatever period."""
    counts = {name: links.count(whole, name) for name in FIGURES}
    return [
        Card(_("Overdue visits"), counts["overdue"]),
        Card(_("Complaints by time limit"), counts["red"], [counts["amber"], counts["green"], counts["paused"]]),
        Card(_("Rectifications"), counts["to_rectify"], [counts["unrectified"]]),
        Card(
            _("Placed in grids"),
            links.share(whole, "placed_share"),
            [counts["placed"], counts["unplaced"], counts["premises"], covered(links.area, drawn)],
        ),
    ]


def drawn_of(scope: Scope) -> Coverage | None:
    """How much of the ground lies in grids, as the last check of the drawing saw it."""
    rows = Coverage.objects.visible_to(scope.officer).filter(area_code=scope.area)
    return rows.order_by("-day").first()


def covered(area: str, drawn: Coverage | None) -> Cell:
    """The share of the ground that lies in grids; leads to the faults of the drawing."""
    return Cell(
        _("Covered by grids"),
        percent(drawn) or "–",
        _("share of the ground inside the outline that lies in some grid"),
        f"{reverse('geometry')}?{urlencode({'area': area})}",
        is_late=drawn is not None and drawn.gaps > 0,
    )


def stretch_cards(whole: Row, before: Counts, received: Counts, links: Links) -> list[Card]:
    """How the days that were picked went; `before`: the counts of the days that they are compared with."""
    stretch = links.stretch
    then = Row("", due=before["due"], done=before["done"], in_time=before["in_time"])
    counts = {name: links.count(whole, name) for name in FIGURES}
    came = _came_in(received["now"], links)
    days = stretch.before_words
    shares = {name: _compared(whole.share(name), then.share(name), days) for name in ("done_share", "in_time_share")}
    return [
        Card(_("Visits due"), counts["due"], [counts["undone"]],
             _due_before(links, _counted(days, then.due), then.due, "due")),
        Card(_("Visits done"), links.share(whole, "done_share"), [counts["done"]],
             _due_before(links, shares["done_share"], then.done, "done")),
        Card(_("Done in time"), links.share(whole, "in_time_share"), [counts["in_time"], counts["done_late"]],
             _due_before(links, shares["in_time_share"], then.in_time, "in_time")),
        Card(_("Coverage"), links.share(whole, "coverage"), [counts["seen"], counts["owed"]]),
        Card(_("Complaints received"), came, [], Cell("", _counted(days, received["before"]), "",
             received_in(stretch.days_before, links), received["before"])),
    ]  # fmt: skip


def _counted(days: str, number: int) -> str:
    """In words: “third quarter of 2026, same days: 4,479”."""
    return _("%(days)s: %(count)s") % {"days": days, "count": f"{number:,}"}


def _due_before(links: Links, words: str, number: int, name: str) -> Cell | None:
    """What is said of the days before, with the list of the visits due then; nothing to say, no cell."""
    return Cell("", words, "", links.to_due(name, links.stretch.days_before), number) if words else None


def received_in(days: Span, links: Links) -> str:
    """The list of what came in in the days."""
    return links.to("complaints", {"from": days[0].isoformat(), "to": days[1].isoformat()})


def _came_in(number: int, links: Links) -> Cell:
    href = received_in(links.stretch.days, links)
    return Cell(
        _("Received"), f"{number:,}", _("complaints, reports, clues and enquiries received in these days"), href, number
    )


def _compared(now: Share, then: Share, days: str) -> str:
    """In words: “third quarter of 2026, same days: 82 % (3 points more now)”."""
    points = now.points_above(then)
    if points is None:
        return ""
    if points == 0:
        change = _("the same now")
    elif points > 0:
        change = ngettext("%(n)d point more now", "%(n)d points more now", points) % {"n": points}
    else:
        change = ngettext("%(n)d point less now", "%(n)d points less now", -points) % {"n": -points}
    return _("%(days)s: %(share)s (%(change)s)") % {"days": days, "share": then, "change": change}
