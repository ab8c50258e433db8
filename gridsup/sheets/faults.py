"""What is wrong with a row, and where."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A sentence about one row of the file; `column` is a key of its columns, or empty for the whole."""

    row: int
    column: str
    reason: str


class Refused(Exception):
    """A cell that cannot be taken; the text says why and how to mend it."""
