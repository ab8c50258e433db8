"""Names and colours of tiers as lists and maps show them, read once for a page."""

from datetime import date

from gridsup.scoping import HoldsAreas
from subjects.models import CheckItem, CreditEffect, Tier

# Colours that the style sheet and the maps know; a tier of another colour stays grey.
COLOURS = ("red", "yellow", "green", "blue")


class Tiers:
    """The tiers that hold on a day in the bureaus a person may see."""

    def __init__(self, officer: HoldsAreas, on: date) -> None:
        rows = Tier.objects.visible_to(officer).on(on).order_by("bureau", "rank")
        self.rows = list(rows)
        self._by_key = {(row.bureau_id, row.key): row for row in self.rows}

    def row(self, area_code: str, key: str) -> Tier | None:
        """The tier of a key in the bureau of the area."""
        return self._by_key.get((area_code[:2], key))

    def name(self, area_code: str, key: str) -> str:
        """What the bureau of the area calls the tier; the key itself when no row of today knows it."""
        row = self.row(area_code, key)
        return row.name if row else key

    def colour(self, area_code: str, key: str) -> str:
        """Name of the tier's colour, or nothing."""
        row = self.row(area_code, key)
        return row.colour if row and row.colour in COLOURS else ""

    def rank(self, of: CreditEffect | CheckItem) -> int:
        """Rank of a policy row's tier, 1 the highest risk; behind all others when no row of today knows the tier."""
        row = self._by_key.get((of.bureau_id, of.tier_key))
        return row.rank if row else len(self.rows) + 1

    def choices(self) -> list[tuple[str, str]]:
        """Key and name of every tier, the highest risk first; one name where bureaus share a key."""
        return list({row.key: row.name for row in sorted(self.rows, key=lambda row: row.rank)}.items())
