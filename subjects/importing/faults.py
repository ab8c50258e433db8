"""What is said of rows that went in."""

from typing import NamedTuple


class Unplaced(NamedTuple):
    """A row that went in without a grid: its subject's name and the station or bureau it was left at."""

    row: int
    name: str
    area: str
