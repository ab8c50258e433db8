"""The ledger of premises and the policy that says how often each is visited."""

from subjects.models.ledger import (
    MarketSubject,
    Permit,
    Placement,
    Premises,
    PremisesEvent,
    TierPeriod,
)
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
    "CheckItem",
    "CreditEffect",
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
