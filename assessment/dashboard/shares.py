"""Shares in whole per cent, as they are read: 100 means all, 0 means none."""

from dataclasses import dataclass

HUNDRED = 100


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Rounded half up, but 100 only if nothing is missing and 0 only if there is nothing; None of nothing."""
        if not self.whole:
            return None
        rounded = (2 * HUNDRED * self.part + self.whole) // (2 * self.whole)
        if rounded == HUNDRED and self.part < self.whole:
            return HUNDRED - 1
        return max(rounded, 1) if self.part else 0

    def points_above(self, other: "Share") -> int | None:
        """Percentage points between the two, as shown; None where one of them is of nothing."""
        if self.percent is None or other.percent is None:
            return None
        return self.percent - other.percent

    def __str__(self) -> str:
        return "–" if self.percent is None else f"{self.percent} %"
