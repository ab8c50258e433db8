"""Dated facts of grids: what a grid is called and where it lies, kept for every day on which it was in force."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from grids.models import Grid, GridPeriod, Locality

ONE_DAY = timedelta(days=1)  # the day before: a period's last day
FACTS = ("name", "extent", "boundary", "localities")


def date_facts(*, grids: Iterable[Grid], on: date) -> None:
    """Lets the facts of the grids, as they stand in their rows, hold from the day; the former ones end the day before.

    Facts that are as they were stay one row; facts that began on the day are corrected; those of the day before that
    come back go on. A grid out of force has none from then on. A fixed number of statements, and one for each grid that
    had facts; the caller holds the transaction.
    """
    rows = {grid.code: grid for grid in grids}
    places: dict[str, list[str]] = {code: [] for code in rows}
    for grid, place in Locality.objects.filter(grid__code__in=rows).order_by("code").values_list("area_code", "code"):
        places[grid].append(place)
    wanted = {
        code: {"name": row.name, "extent": row.extent, "boundary": row.boundary, "localities": places[code]}
        for code, row in rows.items()
        if row.state == Grid.State.APPROVED
    }
    of_rows = GridPeriod.objects.filter(grid__code__in=rows)
    again = {row.grid_id: row.pk for row in of_rows.filter(to_day=on - ONE_DAY) if _says(row, wanted.get(row.grid_id))}
    for period in of_rows.current():
        facts = wanted.get(period.grid_id)
        if period.grid_id in again:
            period.delete()
        elif _says(period, facts):
            del wanted[period.grid_id]
        elif period.from_day < on:
            GridPeriod.objects.filter(pk=period.pk).update(to_day=on - ONE_DAY)
        elif facts is None:
            period.delete()
        else:
            GridPeriod.objects.filter(pk=period.pk).update(**wanted.pop(period.grid_id))
    of_rows.filter(pk__in=again.values()).update(to_day=None)
    begun = {code: facts for code, facts in wanted.items() if code not in again}
    GridPeriod.objects.bulk_create([GridPeriod(grid_id=code, from_day=on, **facts) for code, facts in begun.items()])


def _says(period: GridPeriod, facts: dict[str, Any] | None) -> bool:
    return facts is not None and all(getattr(period, name) == facts[name] for name in FACTS)
