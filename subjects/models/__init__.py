"""The ledger of premises and the policy that says how often each is visited."""

from subjects.models.ledger import (
    MarketSubject,
    Permit,
    Placement,
    Premises,
    PremisesEvent,
    TierPeriod,
)
from subjects.models.policy import CreditEffect, PolicyEvent, PolicyFigure, Tier, Trade, TradeTier

__all__ = [
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
    "Trade",
    "TradeTier",
]
