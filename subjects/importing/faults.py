"""What is wrong with a row, and where."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A sentence about one row of the file; `column` is a key of COLUMNS, or empty for the whole."""

    row: int
    column: str
    reason: str


class Unplaced(NamedTuple):
    """A row that went in without a grid: its subject's name and the station or bureau it was left at."""

    row: int
    name: str
    area: str


class Refused(Exception):
    """A cell that cannot be taken; the text says why and how to mend it."""
