"""What codes and words mean in one bureau: trades, areas, tiers, and the fixed words of the ledger (tables.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grids.models import Bureau, Grid, Station
from gridsup.sheets.cells import Plain
from gridsup.sheets.faults import Refused
from gridsup.sheets.values import narrow, shown
from subjects.models import MarketSubject, Tier, Trade

KINDS = {
    "企业": "enterprise",
    "个体工商户": "individual",
    "农民专业合作社": "cooperative",
    "市场": "market",
    "分支机构": "branch",
    "无照": "unlicensed",
}
STATUSES = {"存续": "active", "停业": "suspended", "失联": "missing", "注销": "closed"}
CREDITS = {credit: credit for credit in MarketSubject.Credit.values}
TIER_WORDS = (("甲", "1", "high"), ("乙", "2", "medium"), ("丙", "3", "low"))
CODELESS_KINDS = {"unlicensed", "market"}


@dataclass(frozen=True)
class Vocabulary:
    """Codes and words of one bureau on one day."""

    bureau: str
    grids: Mapping[str, str]  # code → state
    stations: frozenset[str]
    trades: Mapping[str, str]  # code → section
    tiers: Mapping[str, str]  # word → key

    @classmethod
    def of(cls, bureau: Bureau, on: date) -> "Vocabulary":
        """Reads the bureau's areas, the trades and the tiers in force on the day; five statements."""
        return cls(
            bureau=bureau.code,
            grids=dict(Grid.objects.in_area(bureau.code).values_list("code", "state")),
            stations=frozenset(Station.objects.in_area(bureau.code).values_list("code", flat=True)),
            trades=dict(Trade.objects.values_list("code", "section")),
            tiers=tier_words(bureau.code, on),
        )

    def area(self, raw: Any) -> str:
        """A grid's code, or a station's or the bureau's; codes have even lengths, so one lost zero is put back."""
        value = narrow(raw)
        if not (value.isascii() and value.isdigit()) or len(value) > 6:
            raise Refused(_("“%(value)s” is no grid code of six digits.") % {"value": shown(raw)})
        value = value.zfill(len(value) + len(value) % 2)
        if not value.startswith(self.bureau):
            raise Refused(
                _("Grid %(value)s lies outside the district: codes here start with %(bureau)s.")
                % {"value": value, "bureau": self.bureau}
            )
        if len(value) < 6:
            if value != self.bureau and value not in self.stations:
                raise Refused(_("There is no station %(value)s.") % {"value": value})
            return value
        state = self.grids.get(value)
        if state == Grid.State.RETIRED:
            raise Refused(_("Grid %(value)s is retired; use its successor.") % {"value": value})
        if state is None:
            raise Refused(_("There is no grid %(value)s.") % {"value": value})
        if state != Grid.State.APPROVED:
            raise Refused(_("Grid %(value)s is not approved yet.") % {"value": value})
        return value

    def trade(self, raw: Any, *, typed: bool = True) -> str:
        """A trade's code; a section's letter before it is taken off, zeros that a number lost are put back.

        Where cells have no types (csv) digits may have lost a zero as well, unless they are marked as text.
        """
        number = isinstance(raw, float | int)
        value = narrow(raw)
        if value[:1].isalpha() and self.trades.get(value[1:]) == value[0]:
            return value[1:]
        if value in self.trades and (value[0] == "0" or (not number and (typed or isinstance(raw, Plain)))):
            return value
        found = [code for code in (value, f"0{value}", f"00{value}") if code in self.trades]
        if not found:
            raise Refused(_("“%(value)s” is no trade of GB/T 4754-2017.") % {"value": shown(raw)})
        if len(found) > 1:
            raise Refused(
                _("The sheet holds this code as the number %(value)s: it may mean %(codes)s. Enter it as text.")
                % {"value": value, "codes": "、".join(found)}
            )
        return found[0]


def tier_words(bureau: str, on: date) -> dict[str, str]:
    """Words for tiers: the bureau's own keys, names and ranks; without a policy the three of the handbook."""
    own = Tier.objects.in_force(bureau, on).order_by("rank").values_list("key", "name", "rank")
    words: dict[str, str] = {}
    for key, name, rank in own:
        words |= {narrow(name): key, key: key}
        for usual in TIER_WORDS[rank - 1] if 1 <= rank <= len(TIER_WORDS) else ():
            words.setdefault(usual, key)
    return words or {usual: names[-1] for names in TIER_WORDS for usual in names}
