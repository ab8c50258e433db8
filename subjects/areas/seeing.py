"""What of a change of areas a reader sees: the change as a whole, people and open work of the grids they view."""

from dataclasses import replace

from grids.permissions import Permission
from gridsup.scoping import HoldsAreas
from subjects.areas.outcome import Outcome
from subjects.areas.preview import Preview, flows_of


def seen_by(preview: Preview, officer: HoldsAreas) -> Preview:
    """The preview without people and open work of grids that the person does not view."""
    outcome = work_seen(preview.outcome, officer)
    held = tuple(officer.area_codes(Permission.VIEW_PEOPLE))
    return replace(
        preview,
        outcome=outcome,
        flows=flows_of(outcome),
        lines=[line if line.part.code.startswith(held) else replace(line, posts=None) for line in preview.lines],
        staffing=[(code, words) for code, words in preview.staffing if code.startswith(held)],
    )


def work_seen(outcome: Outcome, officer: HoldsAreas) -> Outcome:
    """The outcome with the open work that leaves or reaches areas that the person views, and no other."""
    held = tuple(officer.area_codes(Permission.VIEW))
    work = {
        kind: {(area, to): keys for (area, to), keys in routes.items() if area.startswith(held) or to.startswith(held)}
        for kind, routes in outcome.work.items()
    }
    return replace(outcome, work=work)
