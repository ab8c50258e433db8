"""The ledger of supervised subjects (监管对象台账) as it stood on a day (handbook §3).

Where a premises stood and in which tier are dated rows. What else was corrected since is told by its events: the fact
on a day is the old value of the first event after it.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery, TextField
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.naming import names_on
from grids.permissions import Permission
from gridsup.books import DAY, Ask, Column, MayBook, RowsBook, midnight_after
from gridsup.scoping import inside
from gridsup.searching import holds_words
from subjects.models import MarketSubject, Placement, Premises, PremisesEvent, Tier, TierPeriod, Trade
from subjects.models.ledger import Status
from subjects.querysets import DatedQuerySet

# Facts of a premises or its subject, by the name under which events tell of them.
OF_SUBJECT = ("name", "kind", "credit", "uscc", "legacy_no")
DATED = (*OF_SUBJECT, "address", "trade", "status")
# What is searched, by the name under which events tell of it.
SEARCHED = {
    "name": "premises__subject__name",
    "address": "premises__address",
    "uscc": "premises__subject__uscc",
    "legacy_no": "premises__subject__legacy_no",
}

BUREAU = 2  # digits of its code

Facts = dict[tuple[int, str], str]


class Subjects(RowsBook[Placement]):
    """Premises in the ledger of their area; a row lies in the area where it stood, whoever keeps the premises now."""

    name = "subjects"
    label = _("Supervised subjects")
    short = pgettext_lazy("a ledger", "Subjects")
    permission = Permission.VIEW
    title = "name"
    searched = True
    keys = ("area_code", "premises_id")
    numbers = ("premises_id",)
    columns = (
        Column("area_code", _("Area code"), width=10),
        Column("area", _("Area"), width=24),
        Column("name", _("Name"), width=32),
        Column("number", _("Code"), width=22),
        Column("kind", _("Kind"), width=12),
        Column("address", _("Address"), width=36),
        Column("trade", _("Trade"), width=20),
        Column("tier", _("Tier"), width=10),
        Column("credit", _("Credit"), width=12),
        Column("status", _("Status"), width=10),
        Column("entered_on", _("In the ledger since"), DAY, 12),
        Column("from_day", _("In this area since"), DAY, 12),
    )

    def ever(self, codes: Collection[str]) -> DatedQuerySet[Placement]:
        return Placement.objects.filter(inside(codes))

    def rows(self, ask: Ask) -> DatedQuerySet[Placement]:
        rows = self.ever(ask.codes).on(ask.day).select_related("premises__subject")
        return named_on(rows, ask.words, ask.day) if ask.words else rows

    def count(self, ask: Ask) -> int:
        """In a whole bureau the words are looked for first: going from each row to its premises takes SQLite thrice."""
        if not ask.words or _is_past(ask.day) or all(len(code) > BUREAU for code in ask.codes):
            return super().count(ask)
        found = Premises.objects.search(ask.words).order_by().values("pk")
        return self.ever(ask.codes).on(ask.day).filter(premises__in=found).count()

    def address(self, row: Placement, officer: MayBook) -> str:
        return row.premises.get_absolute_url() if officer.may(Permission.VIEW, row.premises.area_code) else ""

    def cells(self, rows: Sequence[Placement], ask: Ask) -> list[list[Any]]:
        premises = [row.premises for row in rows]
        facts = facts_on(premises, ask.day)
        names = names_on({row.area_code for row in rows}, ask.day)
        trades = _trades(premises, facts)
        tiers = _tiers(premises, ask.day)
        return [
            [
                row.area_code,
                names.get(row.area_code, ""),
                fact(facts, row.premises, "name"),
                fact(facts, row.premises, "uscc") or fact(facts, row.premises, "legacy_no"),
                _word(MarketSubject.Kind, fact(facts, row.premises, "kind")),
                fact(facts, row.premises, "address"),
                trades.get(fact(facts, row.premises, "trade"), ""),
                tiers.get(row.premises_id, ""),
                _word(MarketSubject.Credit, fact(facts, row.premises, "credit")),
                _word(Status, fact(facts, row.premises, "status")),
                row.premises.entered_on,
                row.from_day,
            ]
            for row in rows
        ]


def named_on(rows: DatedQuerySet[Placement], words: str, day: date) -> DatedQuerySet[Placement]:
    """Rows whose name, address or code holds every word, as it was at the end of the day."""
    if not _is_past(day):
        return rows.filter(holds_words(words, SEARCHED.values()))
    later = PremisesEvent.objects.filter(premises=OuterRef("premises"), at__gte=midnight_after(day)).order_by(
        "at", "pk"
    )
    then = {
        f"{what}_then": Coalesce(Subquery(later.filter(what=what).values("old")[:1]), F(path), output_field=TextField())
        for what, path in SEARCHED.items()
    }
    return rows.alias(**then).filter(holds_words(words, then))


def _is_past(day: date) -> bool:
    return day < timezone.localdate()


def facts_on(premises: Collection[Premises], day: date) -> Facts:
    """(premises, fact) → its value at the end of the day, where it was changed later; one query."""
    later = PremisesEvent.objects.filter(
        premises__in=[row.pk for row in premises], what__in=DATED, at__gte=midnight_after(day)
    )
    # the earliest is read last and stays
    told = later.order_by("-at", "-pk").values_list("premises_id", "what", "old")
    return {(pk, what): old for pk, what, old in told}


def fact(facts: Facts, premises: Premises, what: str) -> str:
    """A fact as it was on the day of the facts."""
    if (premises.pk, what) in facts:
        return facts[premises.pk, what]
    if what == "trade":
        return premises.trade_id or ""
    return str(getattr(premises.subject if what in OF_SUBJECT else premises, what) or "")


def _trades(premises: Collection[Premises], facts: Facts) -> dict[str, str]:
    codes = {fact(facts, row, "trade") for row in premises}
    return dict(Trade.objects.filter(code__in=codes).values_list("code", "name"))


def _tiers(premises: Collection[Premises], day: date) -> dict[int, str]:
    """Premises → its tier on the day, by the name that the bureau gave it then."""
    rows = list(premises)
    held = TierPeriod.objects.filter(premises__in=[row.pk for row in rows]).on(day)
    bureaus = {row.pk: row.area_code[:2] for row in rows}
    named = Tier.objects.filter(bureau__in=set(bureaus.values())).on(day)
    names = {(tier.bureau_id, tier.key): tier.name for tier in named}
    return {pk: names.get((bureaus[pk], tier), tier) for pk, tier in held.values_list("premises_id", "tier")}


def _word(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))
