"""Areas and people: who is responsible for which place, and since when (handbook §§1, 2)."""

from grids.models.access import OpenSession, PastPassword
from grids.models.accounts import Certificate, Invitation, OfficerEvent
from grids.models.areas import GRID_MOVES, Bureau, Grid, GridEvent, GridPeriod, Locality, Station
from grids.models.changes import AREA_MOVES, AreaChange, AreaChangeEvent, AreaPart
from grids.models.letters import LETTER_MOVES, LetterEvent, ResponsibilityLetter
from grids.models.people import ApiToken, Officer, Posting, PostingEvent
from grids.models.support import LinkedCadre, ServiceStation

__all__ = [
    "AREA_MOVES",
    "GRID_MOVES",
    "LETTER_MOVES",
    "ApiToken",
    "AreaChange",
    "AreaChangeEvent",
    "AreaPart",
    "Bureau",
    "Certificate",
    "Grid",
    "GridEvent",
    "GridPeriod",
    "Invitation",
    "LetterEvent",
    "LinkedCadre",
    "Locality",
    "Officer",
    "OfficerEvent",
    "OpenSession",
    "PastPassword",
    "Posting",
    "PostingEvent",
    "ResponsibilityLetter",
    "ServiceStation",
    "Station",
]
