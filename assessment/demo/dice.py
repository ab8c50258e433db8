"""Dice of the story: what falls depends on the seed and on what is asked about, never on what was asked before.

So the story may be told in pieces, from any place on, and comes out the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
SIDES = 2**64


@dataclass(frozen=True)
class Dice:
    """One set of dice; the key says what is thrown for, such as a premises, a day and a word."""

    seed: int

    def share(self, *key: object) -> float:
        """A number from 0 up to, not including, 1."""
        text = "|".join([str(self.seed), *map(str, key)])
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / SIDES

    def happens(self, chance: float, *key: object) -> bool:
        """Whether something of that chance happens."""
        return self.share(*key) < chance

    def between(self, low: int, high: int, *key: object) -> int:
        """A whole number, both ends included."""
        return low + int(self.share(*key) * (high - low + 1))

    def pick(self, things: Sequence[T], *key: object) -> T:
        """One of the things."""
        return things[int(self.share(*key) * len(things))]

    def weighted(self, weights: Mapping[T, float], *key: object) -> T:
        """One of the keys, as often as its weight says."""
        left = self.share(*key) * sum(weights.values())
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        return thing
