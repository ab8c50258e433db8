"""What is allowed of a change of areas, and yet should be seen before it is proposed: pieces apart, grids undrawn."""

import shapely
from django.utils.translation import gettext as _

from grids.geometry import read_boundary
from grids.models import AreaPart, Grid
from subjects.areas.drafts import Draft, Part

# Grids no farther apart than corners are exact lie beside each other, in degrees.
BESIDE = 1e-5


def remarks_on(draft: Draft) -> list[str]:
    """Sentences about the ground of the grids after the change."""
    stored = Grid.objects.filter(code__in=draft.touched, boundary__isnull=False).values_list("code", "boundary")
    before = {code: read_boundary(boundary) for code, boundary in stored}
    return [*_apart(draft, before), *_in_pieces(draft, before), *_undrawn(draft)]


def _apart(draft: Draft, before: dict[str, shapely.Geometry]) -> list[str]:
    """Grids that are taken in by one on which they do not border, nor by way of others that it takes in."""
    notes = []
    for code, heir in draft.successors.items():
        others = [other for other, into in draft.successors.items() if into == heir and other != code]
        around = [before[other] for other in (heir, *others) if other in before]
        if code in before and around and before[code].distance(shapely.union_all(around)) > BESIDE:
            notes.append(
                _("Grid %(code)s does not border on %(heir)s, which takes it in.") % {"code": code, "heir": heir}
            )
    return notes


def _in_pieces(draft: Draft, before: dict[str, shapely.Geometry]) -> list[str]:
    notes = []
    for part in draft.results:
        pieces = _pieces(part.shape)
        if pieces > max(1, _pieces(before.get(part.code))):
            notes.append(
                _("Grid %(code)s would lie in %(count)d pieces that do not hang together.")
                % {"code": part.code, "count": pieces}
            )
    return notes


def _pieces(shape: shapely.Geometry | None) -> int:
    return 0 if shape is None else int(shapely.get_num_geometries(shape))


def _undrawn(draft: Draft) -> list[str]:
    """New grids that no point can lie in, though the next ones round them may be drawn."""
    return [_word_of(part) for part in draft.parts if part.role == AreaPart.Role.NEW and not part.boundary]


def _word_of(part: Part) -> str:
    if part.localities:
        return _("Grid %(code)s has no boundary: premises come into it by community or list until it is drawn.") % {
            "code": part.code
        }
    return _("Grid %(code)s has neither boundary nor communities: premises come into it by list alone.") % {
        "code": part.code
    }
