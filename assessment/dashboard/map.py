"""The map of the dashboard: how large a share of the visits due in each grid was not made in time."""

from django.utils.translation import gettext as _

from assessment.dashboard.areas import Scope
from assessment.dashboard.counting import obligations
from assessment.dashboard.figures import Cell, Links, Row
from assessment.dashboard.shares import Share

# Upper ends of the colours in per cent, the first of them "none"; fixed, so that two maps can be compared.
STEPS = (0, 5, 15, 30)
FIGURES_SHOWN = ("due", "done_late", "undone")

Named = tuple[str, str]  # code, name


def level_of(missed: Share) -> int | None:
    """The colour of a share: 0 for none, up to 4 for more than the last step; None where nothing was due."""
    if not missed.whole:
        return None
    return sum(missed.part * 100 > step * missed.whole for step in STEPS)


def legend() -> list[str]:
    """The colours in words; the last is that of a grid in which nothing was due."""
    _none, *between = STEPS
    return [
        _("all in time"),
        *(_("up to %(share)d %% not in time") % {"share": step} for step in between),
        _("more than %(share)d %% not in time") % {"share": STEPS[-1]},
        _("nothing due"),
    ]


def grids_of(scope: Scope, grids: list[Named], links: Links) -> list[dict[str, object]]:
    """What the map knows of the grids; one statement counts them all. Their shapes come from `grids.shapes`."""
    counts = {counted.pop("area_code"): counted for counted in obligations(scope, links.stretch)}
    found: list[dict[str, object]] = []
    for code, name in grids:
        row = Row(code, name)
        row.add(counts.get(code, {}))
        found.append(properties_of(row, links))
    return found


def properties_of(row: Row, links: Links) -> dict[str, object]:
    """What the map knows of a grid: its colour, the sentence and the numbers that a tap shows."""
    missed = Share(row.due - row.in_time, row.due)
    level = level_of(missed)
    return {
        "code": row.code,
        "name": row.name,
        "level": len(STEPS) + 1 if level is None else level,
        "share": _("not in time: %(share)s") % {"share": missed} if missed.whole else _("nothing due"),
        "numbers": [_number(links.count(row, name)) for name in FIGURES_SHOWN],
    }


def _number(cell: Cell) -> dict[str, str]:
    return {"label": cell.label, "text": cell.text, "href": cell.href}
