"""Import of people; `run` is the action, the rest is how it does it (docs/people-file.md)."""

from grids.importing.running import Outcome, run

__all__ = ["Outcome", "run"]
