"""What areas were called on a day."""

from collections.abc import Collection
from datetime import date

from grids.models import Bureau, Grid, GridPeriod, Station


def names_on(codes: Collection[str], day: date) -> dict[str, str]:
    """Code → name of bureaus, stations and grids, in at most four queries.

    Grids are called as on the day, one that was not in force then as it is now; of bureaus and stations only the names
    of today are known.
    """
    found: dict[str, str] = {}
    for length, model in ((2, Bureau), (4, Station), (6, Grid)):
        wanted = [code for code in codes if len(code) == length]
        if wanted:
            found.update(model._default_manager.filter(code__in=wanted).values_list("code", "name"))
            if length == 6:
                dated = GridPeriod.objects.on(day).filter(grid__code__in=wanted)
                found.update(dated.values_list("grid__code", "name"))
    return found
