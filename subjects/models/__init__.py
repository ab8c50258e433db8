"""The ledger of premises and the policy that says how often each is visited."""

from subjects.models.exports import LedgerExport
from subjects.models.geometry import Astray, Coverage, GeometryFault
from subjects.models.ledger import (
    MarketSubject,
    Permit,
    Placement,
    Premises,
    PremisesEvent,
    TierPeriod,
)
from subjects.models.moves import AreaMove, Ground
from subjects.models.policy import (
    CheckItem,
    CreditEffect,
    PolicyEvent,
    PolicyFigure,
    Tier,
    TimeLimit,
    Trade,
    TradeTier,
)

__all__ = [
    "AreaMove",
    "Astray",
    "CheckItem",
    "Coverage",
    "CreditEffect",
    "GeometryFault",
    "Ground",
    "LedgerExport",
    "MarketSubject",
    "Permit",
    "Placement",
    "PolicyEvent",
    "PolicyFigure",
    "Premises",
    "PremisesEvent",
    "Tier",
    "TierPeriod",
    "TimeLimit",
    "Trade",
    "TradeTier",
]
