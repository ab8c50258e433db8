"""Import of a ledger file; `run` is the action, the rest is how it does it (docs/ledger-file.md)."""

from subjects.importing.running import Outcome, run

__all__ = ["Outcome", "run"]
