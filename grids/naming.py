"""What areas were called on a day."""

from collections.abc import Collection
from datetime import date

from grids.models import Bureau, Grid, Station


def names_on(codes: Collection[str], day: date) -> dict[str, str]:
    """Code → name of bureaus, stations and grids, in at most three queries."""
    found: dict[str, str] = {}
    for length, model in ((2, Bureau), (4, Station), (6, Grid)):
        wanted = [code for code in codes if len(code) == length]
        if wanted:
            found.update(model._default_manager.filter(code__in=wanted).values_list("code", "name"))
    return found
