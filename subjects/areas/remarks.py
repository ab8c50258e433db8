"""What is allowed of a change of areas, and yet should be seen before it is proposed: pieces apart, grids undrawn,
words that no longer say what a grid is."""

import shapely
from django.utils.translation import gettext as _

from grids.models import AreaPart, Grid
from grids.shapes import drawn
from subjects.areas.drafts import Draft, Part, joined, stored

# Grids no farther apart than corners are exact lie beside each other, in degrees.
BESIDE = 1e-5


def remarks_on(draft: Draft) -> list[str]:
    """Sentences about the ground of the grids after the change, and what is said of it."""
    grids = {grid.code: grid for grid in Grid.objects.filter(code__in=draft.touched).prefetch_related("localities")}
    before = drawn((code, grid.boundary) for code, grid in grids.items())
    return [*_apart(draft, before), *_in_pieces(draft, before), *_undrawn(draft), *_in_words(draft, grids, before)]


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


def _in_words(draft: Draft, grids: dict[str, Grid], before: dict[str, shapely.Geometry]) -> list[str]:
    """Extents in words that a new grid lacks, that were put together from several, or stay as they were though the
    ground changes."""
    notes = [
        _("Grid %(code)s has no extent in words: the notice board would show none.") % {"code": part.code}
        for part in draft.results
        if part.role == AreaPart.Role.NEW and not part.extent.strip()
    ]
    for part in draft.results:
        grid = grids.get(part.code)
        if grid is None or not grid.extent:
            continue
        given = [one.extent for one in draft.parts if one.successor == part.code]
        told = {"code": part.code, "extent": part.extent}
        if part.extent == grid.extent and _changes_ground(part, grid, before.get(part.code)):
            notes.append(
                _("Grid %(code)s changes its ground and keeps its extent in words: “%(extent)s”. Write it anew here, "
                  "or afterwards by a redraw without a boundary.") % told
            )  # fmt: skip
        elif part.extent != grid.extent and part.extent == joined(grid.extent, given):
            notes.append(
                _("The extent in words of grid %(code)s is put together from those of before: “%(extent)s”. Read it "
                  "over.") % told
            )  # fmt: skip
    return notes


def _changes_ground(part: Part, grid: Grid, was: shapely.Geometry | None) -> bool:
    if set(part.localities) != {place.code for place in grid.localities.all()}:
        return True
    shape = part.shape
    if was is None or shape is None:
        return (was is None) != (shape is None)
    return stored(was.symmetric_difference(shape)) is not None
