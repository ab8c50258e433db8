"""Whether a boundary lies better in another coordinate system than was said: by borders, by premises, by its grid.

GCJ-02 taken for WGS 84 lies some 500 m off, inside most grids: a shape that looks right and moves the wrong premises.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.geometry import read_boundary
from grids.map import share_inside
from grids.models import Grid, Station
from grids.querysets import GRID_DIGITS
from gridsup.coordinates import to_gcj02, to_wgs84
from gridsup.equalarea import Shapes
from gridsup.errors import BadInput
from subjects.areas.drafts import Draft
from subjects.areas.placing import points_of
from subjects.areas.reading import Handed, System, turned

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

NAMED = {System.WGS84: "WGS 84", System.CGCS2000: "CGCS2000", System.GCJ02: "GCJ-02"}

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


def fit_of(handed: Handed, station: Station) -> Fit:
    """How the boundaries that were handed in fit as said, beside the other system that is taken for it."""
    if not handed.shapes or handed.tapped or handed.crs not in NAMED:
        return Fit()
    said, other = _along(handed, station)
    if said >= SHARE_ALONG:
        return Fit()
    if other >= SHARE_ALONG:
        told = _(
            "Read as %(said)s, %(here)d %% of this boundary run along known borders; read as %(right)s, %(there)d %%."
        )
        return _clear(told, handed, (said, other))
    if handed.piece and _lies_beside(inside := _inside(handed)):
        told = _("Read as %(said)s, %(here)d %% of this boundary lie in the grid; read as %(right)s, %(there)d %%.")
        return _clear(told, handed, inside)
    return _counted(handed) if _is_loose(handed) else _of_whole(handed)


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
    """Raises BadInput when most of the premises lie outside the boundary as said, and inside it in the other system,
    where the ground of before says so too."""
    handed = draft.handed
    if handed.crs not in NAMED or not handed.shapes or handed.tapped or handed.piece:
        return
    inside, other = _premises(handed)
    if inside < 1 / 2 < other and _tells(handed):
        raise BadInput(
            _("Read as %(said)s, %(share)d %% of the premises lie outside this boundary; read as %(right)s most lie "
              "inside. Choose %(right)s.") % {**_words(handed), "share": round((1 - inside) * 100)},
            field="crs",
        )  # fmt: skip


def _of_whole(handed: Handed) -> Fit:
    """By premises, then by ground; recommended where the ground of before tells and no premises speak against it."""
    premises, ground = _premises(handed), _ground(handed)
    is_undecided = not _tells(handed) or _is_clear(premises[::-1])
    for told, shares in (
        (_("Read as %(said)s, %(here)d %% of the premises lie in this boundary; read as %(right)s, %(there)d %%."),
         premises),
        (_("Read as %(said)s, %(here)d %% of the ground is as before; read as %(right)s, %(there)d %%."), ground),
    ):  # fmt: skip
        if _is_clear(shares):
            return _clear(told, handed, shares, is_undecided=is_undecided)
    return Fit()


def _counted(handed: Handed) -> Fit:
    """How many premises lie in a loose shape is asked wherever that differs; where it does not, how it lies."""
    lon, lat = points_of(handed.of)
    here, there = (round(share * len(lon)) for share in _shares(handed, lon, lat))
    if here != there:
        words = _words(handed)
        told = _("Read as %(said)s, %(here)d premises lie in this boundary; read as %(right)s, %(there)d.")
        return Fit(told % {**words, "here": here, "there": there}, **words, is_undecided=True)
    inside = _inside(handed)
    told = _("Read as %(said)s, %(here)d %% of this boundary lie in the grid; read as %(right)s, %(there)d %%.")
    return _clear(told, handed, inside, is_undecided=True) if _is_clear(inside) else Fit()


def _is_clear(shares: Two) -> bool:
    said, other = shares
    return other - said >= CLEARLY


def _lies_beside(inside: Two) -> bool:
    said, other = inside
    return said < 1 / 2 and other >= SHARE_INSIDE


def _is_loose(handed: Handed) -> bool:
    """It takes what it will: of one grid a part, of the station what lies in none; its place alone tells nothing."""
    if handed.piece or any(len(code) < GRID_DIGITS for code in handed.of):
        return True
    return max(_ground(handed)) < SAME_GROUND


def _tells(handed: Handed) -> bool:
    """Whether the ground of before says that the other system is right; a grid never drawn has its premises alone."""
    return not _is_loose(handed) and (_is_clear(_ground(handed)) or _ground_of(handed).is_empty)


def _clear(told: str, handed: Handed, shares: Two, *, is_undecided: bool = False) -> Fit:
    words = _words(handed)
    here, there = (round(share * 100) for share in shares)
    return Fit(told % {**words, "here": here, "there": there}, **words, is_undecided=is_undecided)


def _words(handed: Handed) -> dict[str, str]:
    return {"said": NAMED[System(handed.crs)], "right": NAMED[_right(handed.crs)]}


def _right(crs: str) -> System:
    """The other of the two systems that are taken for each other."""
    return System.WGS84 if crs == System.GCJ02 else System.GCJ02


def other_of(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """The shape, had its corners been in the other of the two systems."""
    return turned(shape, to_gcj02 if crs == System.GCJ02 else to_wgs84)


def _both(handed: Handed) -> tuple[BaseGeometry, BaseGeometry]:
    area = shapely.union_all(list(handed.shapes))
    return area, other_of(area, handed.crs)


def _premises(handed: Handed) -> Two:
    """The share of the premises of the grids that lies in the boundary; without any, all in both."""
    lon, lat = points_of(handed.of)
    return _shares(handed, lon, lat)


def _shares(handed: Handed, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Two:
    if not len(lon):
        return 1.0, 1.0
    said, other = _both(handed)
    return share_inside(said, lon, lat), share_inside(other, lon, lat)


def _ground(handed: Handed) -> Two:
    """What the boundary and the ground of before have in common, as a share of what either has."""
    ground = _ground_of(handed)
    if ground.is_empty:
        return 1.0, 1.0
    said, other = (one.intersection(ground).area / one.union(ground).area for one in _both(handed))
    return said, other


def _inside(handed: Handed) -> Two:
    """The share of a piece that lies in its grid."""
    ground = _ground_of(handed)
    if ground.is_empty:
        return 1.0, 1.0
    said, other = (one.intersection(ground).area / one.area for one in _both(handed))
    return said, other


def _ground_of(handed: Handed) -> BaseGeometry:
    stored = Grid.objects.filter(code__in=handed.of, boundary__isnull=False).values_list("boundary", flat=True)
    ground: BaseGeometry = shapely.union_all([read_boundary(boundary) for boundary in stored])
    return ground


def _along(handed: Handed, station: Station) -> Two:
    """The share of the boundary's length that runs along borders of grids, of the station or of the bureau."""
    grids = Grid.objects.in_force().in_area(station.code[:2]).filter(boundary__isnull=False)
    known = [*grids.values_list("boundary", flat=True), station.outline, station.bureau.outline]
    borders = shapely.STRtree(_edges([read_boundary(boundary) for boundary in known if boundary]))
    others = [other_of(shape, handed.crs) for shape in handed.shapes]
    return _share_along(handed.shapes, borders), _share_along(others, borders)


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
