"""How each grid works: carefully or not, so that scores differ between grids and stations."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessment.demo.dice import Dice

# Care of a station's grids on the whole, in the order of the stations: the best, the middle ones, one in trouble.
CARE_OF_STATIONS = (0.84, 0.74, 0.94, 0.56, 0.80, 0.28)
# How far a grid departs from its station, either way.
SPREAD = 0.24


@dataclass(frozen=True)
class Manner:
    """Chances of one grid's work: a visit by its due day, its entry in time, a correction by its limit, a complaint's
    clock met, and a person content with the result.
    """

    on_time: float
    prompt: float
    corrected: float
    clock_met: float
    content: float

    @classmethod
    def of_care(cls, care: float) -> "Manner":
        """From 0, where hardly half is done in time, to 1, where nearly all is."""
        return cls(
            on_time=0.58 + 0.41 * care,
            prompt=0.62 + 0.37 * care,
            corrected=0.40 + 0.58 * care,
            clock_met=0.36 + 0.61 * care,
            content=0.50 + 0.48 * care,
        )


def manners(areas: Iterable[str], dice: Dice) -> dict[str, Manner]:
    """The manner of each area, grids and stations alike; stations take their place among CARE_OF_STATIONS."""
    found = {}
    for area in areas:
        station = CARE_OF_STATIONS[(int(area[2:4]) - 1) % len(CARE_OF_STATIONS)]
        departs = SPREAD * (2 * dice.share(area, "bent") - 1) if len(area) == 6 else 0
        found[area] = Manner.of_care(min(1.0, max(0.0, station + departs)))
    return found
