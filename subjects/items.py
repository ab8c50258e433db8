"""Which check items stand on the form for a premises."""

from collections.abc import Iterable
from datetime import date

from subjects.models import CheckItem, Premises


class Items:
    """Check items of any bureaus and days, read once, asked for one premises at a time."""

    def __init__(self, rows: Iterable[CheckItem]) -> None:
        self._by_bureau: dict[str, list[CheckItem]] = {}
        # the narrower row last, so that it takes the place of the wider
        for row in sorted(rows, key=lambda row: (len(row.prefix), row.tier_key != "")):
            self._by_bureau.setdefault(row.bureau_id, []).append(row)

    def of(self, premises: Premises, on: date) -> list[CheckItem]:
        """Items for every tier or that of the premises, for every trade or its own, that hold on the day, in order.

        Where several rows have one code, the one for the narrower trade counts, then the one for the tier.
        """
        trade = premises.trade_id or ""
        chosen: dict[str, CheckItem] = {}
        for row in self._by_bureau.get(premises.area_code[:2], []):
            holds = row.from_day <= on and (row.to_day is None or row.to_day >= on)
            if holds and row.tier_key in ("", premises.tier) and trade.startswith(row.prefix):
                chosen[row.code] = row
        return sorted(chosen.values(), key=lambda row: (row.position, row.code))


def items_for(premises: Premises, on: date) -> list[CheckItem]:
    """The check items of one premises on a day: those of its tier and those of its trade; one query."""
    return Items(CheckItem.objects.in_force(premises.area_code[:2], on)).of(premises, on)
