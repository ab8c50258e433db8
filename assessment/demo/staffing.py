"""What stands beside the demonstration's grids, and the guide figures that its small grids are measured by."""

from datetime import date

from assessment.demo.calendar import morning
from grids.actions import link_cadre, open_service_station
from grids.models import Grid, LinkedCadre, Officer, ServiceStation
from subjects.actions import ONE_DAY, change_row
from subjects.models import PolicyFigure

Key = PolicyFigure.Key
# Every so many grids have a cadre, and a service station.
CADRE_EVERY, STATION_EVERY = 4, 5
# D speaks of 1,000 to 1,500 subjects an area; this district has drawn some forty grids of about three hundred.
FITTED = {
    Key.LEAST_GRID_PREMISES: 250,
    Key.MOST_GRID_PREMISES: 360,
    Key.LEAST_OFFICER_PREMISES: 80,
    Key.MOST_OFFICER_PREMISES: 180,
    Key.LEAST_GRID_OFFICERS: 2,
    Key.MOST_GRID_OFFICERS: 4,
    Key.SMALL_STATION_PREMISES: 0,
    Key.LEAST_STATION_GRIDS: 4,
    Key.MOST_STATION_GRIDS: 10,
}
WHY = "本区网格划小（每格约300户），按实际调整D的参考标准（演示）"


def place_beside(on: date) -> int:
    """Links cadres and opens service stations; returns how many are new."""
    made = 0
    for number, grid in enumerate(Grid.objects.in_force().in_area("05").order_by("code")):
        now = morning(on)
        if number % CADRE_EVERY == 0 and not LinkedCadre.objects.filter(grid=grid).exists():
            link_cadre(grid=grid, name="包抓领导岗", position="区局分管领导", from_day=on, now=now)
            made += 1
        if number % STATION_EVERY == 0 and not ServiceStation.objects.filter(grid=grid).exists():
            open_service_station(grid=grid, name=f"消费维权服务站 {grid.code}", from_day=on, now=now)
            made += 1
    return made


def fit_guides(by: Officer, on: date) -> int:
    """Fits the preset's guide figures to the district's grids, from the day after it was taken; returns how many."""
    rows = PolicyFigure.objects.filter(bureau_id="05", key__in=FITTED, to_day=None)
    changed = 0
    for row in rows:
        if row.value != FITTED[Key(row.key)]:
            values = {"value": FITTED[Key(row.key)]}
            change_row(row=row, on=on + ONE_DAY, by=by, now=morning(on), why=WHY, values=values)
            changed += 1
    return changed
