"""Areas and people: who is responsible for which place, and since when (handbook §§1, 2)."""

from grids.models.areas import GRID_MOVES, Bureau, Grid, GridEvent, GridPeriod, Locality, Station
from grids.models.people import ApiToken, Officer, Posting, PostingEvent

__all__ = [
    "GRID_MOVES",
    "ApiToken",
    "Bureau",
    "Grid",
    "GridEvent",
    "GridPeriod",
    "Locality",
    "Officer",
    "Posting",
    "PostingEvent",
    "Station",
]
