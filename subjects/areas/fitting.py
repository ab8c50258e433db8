"""Whether a boundary lies better in another coordinate system than was said: by borders, by premises, by its grid.

GCJ-02 taken for WGS 84 lies some 500 m off, BD-09 a kilometre, inside most grids: a shape that looks right and moves
the wrong premises.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.map import share_inside
from grids.models import Grid, Station
from grids.shapes import drawn, ground_of
from gridsup.codes import GRID_DIGITS
from gridsup.equalarea import Shapes
from gridsup.errors import BadInput
from subjects.areas.drafts import Draft
from subjects.areas.placing import points_of
from subjects.areas.reading import Handed, System, read_as

# A piece that lies in its grid nearly whole, of which most would lie beside it as said, was meant to lie there.
SHARE_INSIDE = 0.95
# A boundary with so much of the ground of before was meant to lie there; half of a grid fits its old ground anywhere.
SAME_GROUND = 0.75
# A boundary that runs along borders for half its length was drawn on them: the system is settled by that.
SHARE_ALONG = 0.5
# What else fits better by a tenth is asked about: a shift of 500 m takes a fifth of a grid of 5 km.
CLEARLY = 0.1
# As far as a border copied by hand strays from it, some 5 m, in degrees.
BESIDE = 5e-5
# Points of a boundary that are looked at: one every 10 m of 20 km.
LOOKED_AT = 2_000

NAMED = {System.WGS84: "WGS 84", System.CGCS2000: "CGCS2000", System.GCJ02: "GCJ-02", System.BD09: "BD-09"}
# What else it may be that was said to be in a system.
OTHERS = {
    System.WGS84: (System.GCJ02, System.BD09),
    System.CGCS2000: (System.GCJ02, System.BD09),
    System.GCJ02: (System.WGS84, System.BD09),
    System.BD09: (System.GCJ02, System.WGS84),
}

Two = tuple[float, float]  # as said, and in the other system


@dataclass(frozen=True)
class Fit:
    """What speaks for another system: `told` are two figures that differ, as said and in the other.

    Undecided when they differ and the shape fits its surroundings in neither: then no system is recommended.
    """

    told: str = ""
    said: str = ""
    right: str = ""
    is_undecided: bool = False

    @property
    def doubt(self) -> str:
        """What has to be answered before a proposal, "" for nothing."""
        if not self.told:
            return ""
        if self.is_undecided:
            sentence = _(
                "%(told)s Its shape does not tell which is right: ask where it comes from, and tick that %(said)s is "
                "right, or choose %(right)s."
            )
        else:
            sentence = _("%(told)s Choose %(right)s, or tick that %(said)s is right.")
        return sentence % vars(self)


@dataclass(frozen=True)
class Laid:
    """What was handed in, read as said and in another system, over the ground that it is of or is a piece of."""

    handed: Handed
    right: System
    ground: BaseGeometry  # of the grids as they are; empty where none is drawn

    @cached_property
    def both(self) -> tuple[BaseGeometry, BaseGeometry]:
        area = shapely.union_all(list(self.handed.shapes))
        return area, read_as(area, self.handed.crs, self.right)

    @cached_property
    def points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        return points_of(self.handed.of)

    @cached_property
    def premises(self) -> Two:
        """The share of the premises of the grids that lies in the boundary; without any, all in both."""
        if not len(self.points[0]):
            return 1.0, 1.0
        said, other = (share_inside(area, *self.points) for area in self.both)
        return said, other

    @cached_property
    def as_before(self) -> Two:
        """What the boundary and the ground of before have in common, as a share of what either has."""
        return self._shares(shapely.union)

    @cached_property
    def inside(self) -> Two:
        """The share of a piece that lies in its grid."""
        return self._shares(lambda area, ground: area)

    def _shares(self, of: Callable[[BaseGeometry, BaseGeometry], BaseGeometry]) -> Two:
        if self.ground.is_empty:
            return 1.0, 1.0
        said, other = (area.intersection(self.ground).area / of(area, self.ground).area for area in self.both)
        return said, other

    @property
    def is_loose(self) -> bool:
        """It takes what it will, of a grid a part, of the station what lies in none: its place alone tells nothing."""
        if self.handed.piece or any(len(code) < GRID_DIGITS for code in self.handed.of):
            return True
        return max(self.as_before) < SAME_GROUND

    @property
    def tells(self) -> bool:
        """Whether the ground of before says that the other is right; a grid never drawn has its premises alone."""
        return not self.is_loose and (_is_clear(self.as_before) or self.ground.is_empty)

    @property
    def words(self) -> dict[str, str]:
        return {"said": NAMED[System(self.handed.crs)], "right": NAMED[self.right]}


def fit_of(handed: Handed, station: Station) -> Fit:
    """How the boundaries that were handed in fit as said, beside the systems that are taken for it.

    The one that is recommended, else the first that leaves it undecided.
    """
    if not handed.shapes or handed.tapped or handed.crs not in OTHERS:
        return Fit()
    borders = _borders(station)
    if _share_along(handed.shapes, borders) >= SHARE_ALONG:
        return Fit()
    return max(((laid, _fit(laid, borders)) for laid in _laid(handed)), key=_rank)[1]


def _rank(laid_fit: tuple[Laid, Fit]) -> float:
    """Recommended ones by the ground of before, before those that are undecided, before those that tell nothing."""
    laid, fit = laid_fit
    if not fit.told:
        return 0.0
    return 1.0 if fit.is_undecided else 2.0 + laid.as_before[1]


def _laid(handed: Handed) -> list[Laid]:
    """What was handed in beside each system that it may be in."""
    ground = _ground_of(handed)
    return [Laid(handed, right, ground) for right in OTHERS[System(handed.crs)]]


def _fit(laid: Laid, borders: shapely.STRtree) -> Fit:
    handed = laid.handed
    said, other = (
        _share_along(shapes, borders)
        for shapes in (handed.shapes, [read_as(shape, handed.crs, laid.right) for shape in handed.shapes])
    )
    if other >= SHARE_ALONG:
        told = _(
            "Read as %(said)s, %(here)d %% of this boundary run along known borders; read as %(right)s, %(there)d %%."
        )
        return _clear(told, laid, (said, other))
    if handed.piece and laid.inside[0] < 1 / 2 and laid.inside[1] >= SHARE_INSIDE:
        told = _("Read as %(said)s, %(here)d %% of this boundary lie in the grid; read as %(right)s, %(there)d %%.")
        return _clear(told, laid, laid.inside)
    return _counted(laid) if laid.is_loose else _of_whole(laid)


def need_sure(draft: Draft) -> str:
    """The doubt that the person has set aside, "" for none; raises BadInput when nobody has."""
    doubt = fit_of(draft.handed, draft.station).doubt
    if doubt and not draft.handed.sure:
        raise BadInput(doubt, field="sure")
    return doubt


@contextmanager
def asking(handed: Handed, station: Station) -> Iterator[None]:
    """Adds to a refusal of the boundary that another system fits better: overlaps and gaps come of that."""
    try:
        yield
    except BadInput as error:
        fit = fit_of(handed, station)
        if not fit.told or fit.is_undecided:
            raise
        raise BadInput(
            _("%(error)s %(told)s Was %(right)s meant?") % {"error": error, **vars(fit)}, field=error.field
        ) from error


def refuse_other(draft: Draft) -> None:
    """Raises BadInput when most of the premises lie outside the boundary as said, and inside it in another system,
    where the ground of before says so too."""
    handed = draft.handed
    if handed.crs not in OTHERS or not handed.shapes or handed.tapped or handed.piece:
        return
    for laid in sorted(_laid(handed), key=lambda one: -one.as_before[1]):
        inside, other = laid.premises
        if inside < 1 / 2 < other and laid.tells:
            raise BadInput(
                _("Read as %(said)s, %(share)d %% of the premises lie outside this boundary; read as %(right)s most "
                  "lie inside. Choose %(right)s.") % {**laid.words, "share": round((1 - inside) * 100)},
                field="crs",
            )  # fmt: skip


def _of_whole(laid: Laid) -> Fit:
    """By premises, then by ground; recommended where the ground of before tells and no premises speak against it."""
    is_undecided = not laid.tells or _is_clear(laid.premises[::-1])
    for told, shares in (
        (_("Read as %(said)s, %(here)d %% of the premises lie in this boundary; read as %(right)s, %(there)d %%."),
         laid.premises),
        (_("Read as %(said)s, %(here)d %% of the ground is as before; read as %(right)s, %(there)d %%."),
         laid.as_before),
    ):  # fmt: skip
        if _is_clear(shares):
            return _clear(told, laid, shares, is_undecided=is_undecided)
    return Fit()


def _counted(laid: Laid) -> Fit:
    """How many premises lie in a loose shape is asked wherever that differs; where it does not, how it lies."""
    here, there = (round(share * len(laid.points[0])) for share in laid.premises)
    if here != there:
        told = _("Read as %(said)s, %(here)d premises lie in this boundary; read as %(right)s, %(there)d.")
        return Fit(told % {**laid.words, "here": here, "there": there}, **laid.words, is_undecided=True)
    told = _("Read as %(said)s, %(here)d %% of this boundary lie in the grid; read as %(right)s, %(there)d %%.")
    return _clear(told, laid, laid.inside, is_undecided=True) if _is_clear(laid.inside) else Fit()


def _is_clear(shares: Two) -> bool:
    said, other = shares
    return other - said >= CLEARLY


def _clear(told: str, laid: Laid, shares: Two, *, is_undecided: bool = False) -> Fit:
    here, there = (round(share * 100) for share in shares)
    return Fit(told % {**laid.words, "here": here, "there": there}, **laid.words, is_undecided=is_undecided)


def _ground_of(handed: Handed) -> BaseGeometry:
    stored = Grid.objects.filter(code__in=handed.of, boundary__isnull=False).values_list("code", "boundary")
    ground: BaseGeometry = shapely.union_all(list(drawn(stored).values()))
    return ground


def _borders(station: Station) -> shapely.STRtree:
    """Every edge of the grids of the bureau, of the station's outline and of the bureau's."""
    grids = Grid.objects.in_force().in_area(station.code[:2]).filter(boundary__isnull=False)
    known = [*grids.values_list("boundary", flat=True), station.outline, station.bureau.outline]
    return shapely.STRtree(_edges([area for one in known if (area := ground_of(one)) is not None]))


def _share_along(shapes: Sequence[BaseGeometry], borders: shapely.STRtree) -> float:
    """The share of points, evenly along the rings, that lie beside a border."""
    lines = shapely.multilinestrings(_edges(shapes))
    points = shapely.line_interpolate_point(lines, (np.arange(LOOKED_AT) + 0.5) / LOOKED_AT, normalized=True)
    beside = borders.query(points, predicate="dwithin", distance=BESIDE)[0]
    return len(np.unique(beside)) / LOOKED_AT


def _edges(shapes: Sequence[BaseGeometry]) -> Shapes:
    """Every edge of the rings as a line of its own."""
    rings = shapely.get_rings(np.array(shapes, dtype=object))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    lines: Shapes = shapely.linestrings(np.stack([corners[:-1][same], corners[1:][same]], axis=1))
    return lines
