"""The change of areas that waits for the district grid office of the demonstration."""

from assessment.demo.calendar import Calendar, morning
from grids.models import AreaChange, Grid, Locality, Officer, Station
from grids.neighbours import neighbours_of
from subjects.area_forms import with_localities
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import Draft, redraw

# Whose chief proposes: a community goes to the neighbour, so that no grid is made or ends while it waits.
STATION, GIVER = "0501", "050106"
# Proposed so many days ago, to take effect in so many.
PROPOSED, AHEAD = 2, 14
WHY = "{place}靠近{code}网格，由其管理更便于日常巡查（演示）"


def propose_move(calendar: Calendar) -> int:
    """One proposal of the station, once; returns how many are new."""
    if AreaChange.objects.in_area(STATION).exists():
        return 0
    grids = {grid.code: grid for grid in Grid.objects.in_force().in_area(STATION)}
    taker = min(neighbours_of(STATION)[GIVER])
    place = Locality.objects.filter(grid__code=GIVER).exclude(kind=Locality.Kind.STREET).order_by("-code")[0]
    parts = redraw(grids[taker], name="", extent="", area=None, heir=None, neighbours=())
    draft = Draft(
        Station.objects.get(code=STATION),
        AreaChange.Kind.REDRAW,
        calendar.ago(-AHEAD),
        WHY.format(place=place.name, code=taker),
        with_localities(parts, taker, [place.code], grids),
        placing=AreaChange.Placing.LOCALITIES,
    )
    propose_change(draft=draft, by=Officer.objects.get(username=f"chief{STATION}"), now=morning(calendar.ago(PROPOSED)))
    return 1
