"""Import of people; `run` is the action, the rest is how it does it (docs/people-file.md)."""

from grids.importing.outcome import Outcome
from grids.importing.running import run

__all__ = ["Outcome", "run"]
