"""Dated facts of grids: what a grid is called and where it lies, kept for every day on which it was in force."""

from collections.abc import Iterable
from datetime import date, timedelta

from grids.models import Grid, GridPeriod, Locality

ONE_DAY = timedelta(days=1)  # the day before: a period's last day
FACTS = ("name", "extent", "boundary", "localities")


def date_facts(*, grids: Iterable[Grid], on: date) -> None:
    """Lets the facts of the grids, as they stand in their rows, hold from the day; the former ones end the day before.

    Facts that are as they were stay one row; facts that began on the day are corrected; a grid out of force has none
    from then on. A fixed number of statements, and one for each grid that had facts; the caller holds the transaction.
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
    for period in GridPeriod.objects.current().filter(grid__code__in=rows):
        facts = wanted.get(period.grid_id)
        if facts is not None and all(getattr(period, name) == facts[name] for name in FACTS):
            del wanted[period.grid_id]
        elif period.from_day < on:
            GridPeriod.objects.filter(pk=period.pk).update(to_day=on - ONE_DAY)
        elif facts is None:
            period.delete()
        else:
            GridPeriod.objects.filter(pk=period.pk).update(**wanted.pop(period.grid_id))
    GridPeriod.objects.bulk_create([GridPeriod(grid_id=code, from_day=on, **facts) for code, facts in wanted.items()])
