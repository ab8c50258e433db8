"""Writes to complaints, reports, clues and enquiries, and to their clocks."""

from complaints.actions.cases import report_case, waits_for_case
from complaints.actions.clocks import (
    escalate_clocks,
    explain,
    extend_clock,
    pause_clock,
    recompute_provisional,
    resume_clock,
)
from complaints.actions.intake import area_of, complete, lacks_identity, register, register_many, suggested_area
from complaints.actions.moves import move, move_many
from complaints.actions.people import rate, reveal

__all__ = [
    "area_of",
    "complete",
    "escalate_clocks",
    "explain",
    "extend_clock",
    "lacks_identity",
    "move",
    "move_many",
    "pause_clock",
    "rate",
    "recompute_provisional",
    "register",
    "register_many",
    "report_case",
    "resume_clock",
    "reveal",
    "suggested_area",
    "waits_for_case",
]
