"""Query sets of the ledger and the policy."""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import connections, models
from django.db.models import Exists, OuterRef, Q

from gridsup.dates import days_between, days_later, months_later
from gridsup.parts import Part
from gridsup.periods import Period
from gridsup.scoping import HoldsAreas, ScopedQuerySet, inside
from gridsup.searching import holds_words
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from subjects.models import AreaMove, LedgerExport, MarketSubject, Premises

M = TypeVar("M", bound=models.Model)

# Places inside an interval over which first visits are spread: fine enough for a day in the longest interval.
SPREAD_PLACES = 10_000
MONTHS_A_YEAR = 12


def falls_due(period: Period) -> Q:
    """Premises of which a visit falls due in whole months: the next, or a later one by a rhythm as short as they."""
    months = (period.last.year - period.first.year) * MONTHS_A_YEAR + period.last.month - period.first.month + 1
    again = Q(next_due_on__lt=period.first, interval_months__lte=months)
    return Q(next_due_on__range=(period.first, period.last)) | again


class PolicyQuerySet(ScopedQuerySet[M]):
    """Policy rows of a bureau; whoever sees an area of the bureau may read the policy that governs it."""

    view_permission = "view_areas"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Rows of every bureau in which the officer holds an area."""
        return self.filter(bureau__in={code[:2] for code in officer.area_codes(self.view_permission)})

    def in_area(self, code: str) -> Self:
        """Rows of the bureau that the area lies in."""
        return self.filter(bureau=code[:2])

    def on(self, day: date) -> Self:
        """Rows that hold on the day, of any bureau."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=day), from_day__lte=day)

    def in_force(self, bureau: str, on: date) -> Self:
        """The bureau's rows that hold on the day."""
        return self.on(on).filter(bureau=bureau)


class MarketSubjectQuerySet(ScopedQuerySet["MarketSubject"]):
    """Subjects have no place of their own: their premises have."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Subjects with at least one premises inside the officer's areas."""
        return self._with_premises(inside(officer.area_codes(self.view_permission)))

    def in_area(self, code: str) -> Self:
        """Subjects with at least one premises at or below the area."""
        return self._with_premises(inside([code]))

    def _with_premises(self, condition: Q) -> Self:
        from subjects.models import Premises

        return self.filter(Exists(Premises.objects.filter(condition, subject=OuterRef("pk"))))


class PremisesQuerySet(SetWise["Premises"]):
    """Premises of the ledger."""

    def active(self) -> Self:
        """In business: the only ones that fall due."""
        return self.filter(status="active")

    def standing(self) -> Self:
        """Not struck off: trading, suspended or not reachable."""
        return self.exclude(status="closed")

    def search(self, text: str) -> Self:
        """Premises whose name, address, unified code or registration number holds every word of the text."""
        return self.filter(holds_words(text, ["subject__name", "address", "subject__uscc", "subject__legacy_no"]))

    def due(self, when: str, on: date) -> Self:
        """Premises whose next due day is before the day (`late`), later (`ahead`), or that have none (`never`)."""
        if when == "never":
            return self.filter(next_due_on__isnull=True)
        return self.filter(next_due_on__lt=on) if when == "late" else self.filter(next_due_on__gte=on)

    def unseen_since(self, day: date) -> Self:
        """Premises whose last visit was before the day, or that were never visited."""
        return self.filter(Q(last_visited_on__isnull=True) | Q(last_visited_on__lt=day))

    def reached(self, since: date, by: date | None) -> Self:
        """Premises visited since the first day, and those whose next visit is due by the last: what is to be seen."""
        seen = Q(last_visited_on__gte=since)
        return self.filter(seen if by is None else seen | Q(next_due_on__lte=by))

    def pointless(self) -> Self:
        """Without coordinates."""
        return self.filter(lon__isnull=True)

    def astray(self) -> Self:
        """With a point outside the boundary of their grid, as the last check of the drawing saw it."""
        return self.filter(astray__isnull=False)

    def with_file(self) -> Self:
        """With everything that a list shows of a premises."""
        return self.select_related("subject", "trade", "grid", "locality__street")

    def unplaced(self) -> Self:
        """In no grid's ledger yet: left at station or bureau level."""
        return self.filter(grid__isnull=True)

    def apply_policy(self, part: Part, on: date, *, only: Collection[int] | None = None) -> int:
        """Writes tier, mode, interval and next due day of every premises of the part by the rows in force on the day.

        `only`: primary keys of the premises meant. Returns how many differed. One statement; the rules of
        `subjects.rules.next_due` in SQL, and a test holds the two together.
        """
        vendor = connections[self.db].vendor
        params: dict[str, str | int] = {
            "bureau": part.bureau,
            "on": on.isoformat(),
            "low": part.low,
            "high": part.high,
            "places": SPREAD_PLACES,
            # one parameter however many they are: SQLite bounds their number
            "only": json.dumps(sorted(only or [])),
        }
        with connections[self.db].cursor() as cursor:
            cursor.execute(policy_statement(vendor, some=only is not None), params)
            return int(cursor.rowcount)


class OfPremisesQuerySet(SetWise[M]):
    """Rows that belong to a premises and share its scope, whatever area they name themselves."""

    area_field = "premises__area_code"


class LedgerExportQuerySet(ScopedQuerySet["LedgerExport"]):
    view_permission = "export"

    def stale(self, before: datetime) -> Self:
        """Exports that were built, or failed, before the moment."""
        return self.filter(requested_at__lt=before).exclude(job__state__in=["queued", "running"])


class DatedQuerySet(OfPremisesQuerySet[M]):
    """The same, from day to day.

    Books of a past day are cut by the area of the row itself (`gridsup.scoping.inside`): what stood in an area's ledger
    stays that area's to know, wherever the premises moved since.
    """

    def on(self, day: date) -> Self:
        """Rows that hold on the day."""
        return self.filter(Q(to_day__isnull=True) | Q(to_day__gte=day), from_day__lte=day)


class AreaMoveQuerySet(SetWise["AreaMove"]):
    """Premises that changes of areas moved; scoped by the premises."""

    area_field = "premises__area_code"

    def still_there(self) -> Self:
        """Moves whose premises stand where they were moved to."""
        return self.filter(premises__area_code=models.F("to_code"))


def policy_statement(vendor: str, *, some: bool) -> str:
    """The statement of `PremisesQuerySet.apply_policy`; which trade has which rule is found once a trade, not a row.

    The small tables are joined by LEFT JOIN, which SQLite keeps inside the loop over the premises: it has no statistics
    of them and would otherwise walk the premises once a trade. The named queries stand inside FROM because SQLite's
    driver counts no rows of a statement that begins with WITH.
    """
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    columns = ("tier_rule_id", "tier", "effect_rule_id", "mode", "interval_months", "next_due_on")
    changed = " OR ".join(f"p.{column} {differs} new.{column}" for column in columns)
    place = "w.spread * {span} / %(places)s"
    end, end_late = (months_later(vendor, start, "w.months") for start in ("w.entered_on", "w.since"))
    placed = days_later(vendor, "w.entered_on", place.format(span=days_between(vendor, "w.entered_on", end)))
    late = days_later(vendor, "w.since", place.format(span=days_between(vendor, "w.since", end_late)))
    visited = months_later(vendor, "w.counts_from", "w.months")
    return f"""
UPDATE subjects_premises AS p SET {", ".join(f"{column} = new.{column}" for column in columns)}
FROM (
WITH rule AS (SELECT * FROM subjects_tradetier WHERE {_IN_FORCE}),
     tier AS (SELECT * FROM subjects_tier WHERE {_IN_FORCE}),
     effect AS (SELECT * FROM subjects_crediteffect WHERE {_IN_FORCE}),
     first_visit AS (SELECT COALESCE(MAX(value), 0) AS days FROM subjects_policyfigure
                     WHERE {_IN_FORCE} AND key = 'first_visit_days'),
     by_trade AS MATERIALIZED (
         SELECT t.code, (SELECT r.id FROM rule r WHERE r.kind = '' AND substr(t.code, 1, length(r.prefix)) = r.prefix
                         ORDER BY length(r.prefix) DESC LIMIT 1) AS rule_id
         FROM ({_TRADES_OF[vendor] if some else _TRADES}) AS t),
     ruled AS (
         SELECT p.id, p.status, p.spread, p.entered_on, p.counts_from, s.credit, s.registered_on,
                COALESCE(given.key, r.tier_key, '') AS tier,
                CASE WHEN given.key IS NULL THEN r.id END AS tier_rule_id
         FROM subjects_premises p
         JOIN subjects_marketsubject s ON s.id = p.subject_id
         LEFT JOIN by_trade ON by_trade.code = COALESCE(p.trade_id, '')
         LEFT JOIN rule of_kind ON of_kind.kind = s.kind AND of_kind.kind <> ''
         LEFT JOIN rule r ON r.id = COALESCE(of_kind.id, by_trade.rule_id)
         LEFT JOIN tier given ON given.key = p.tier_given
         WHERE p.area_code >= %(low)s AND p.area_code < %(high)s {_NAMED[vendor] if some else ""}),
     w AS (
         SELECT ruled.*, effect.id AS effect_rule_id, COALESCE(effect.mode, 'exempt') AS mode,
                rhythm.interval_months AS months, first_visit.days AS first_days,
                CASE WHEN rhythm.from_day > effect.from_day THEN rhythm.from_day ELSE effect.from_day END AS since
         FROM ruled
         CROSS JOIN first_visit
         LEFT JOIN effect ON effect.tier_key = ruled.tier AND effect.credit = ruled.credit
         LEFT JOIN tier rhythm ON rhythm.key = effect.rhythm_key),
     dated AS (
         SELECT w.*,
                CASE WHEN w.counts_from IS NOT NULL THEN {visited}
                     WHEN w.registered_on >= {days_later(vendor, "w.entered_on", "-w.first_days")}
                     THEN {days_later(vendor, "w.entered_on", "w.first_days")}
                     ELSE {placed} END AS due
         FROM w)
SELECT w.id, w.tier_rule_id, w.tier, w.effect_rule_id, w.mode, w.months AS interval_months,
       CASE WHEN w.status <> 'active' OR w.months IS NULL THEN NULL
            WHEN w.due < w.since THEN {late}
            ELSE w.due END AS next_due_on
FROM dated w
) AS new
WHERE p.id = new.id AND ({changed})"""


_IN_FORCE = "bureau_id = %(bureau)s AND from_day <= %(on)s AND (to_day IS NULL OR to_day >= %(on)s)"
_NAMED = {
    "sqlite": "AND p.id IN (SELECT value FROM json_each(%(only)s))",
    "postgresql": "AND p.id IN (SELECT json_array_elements_text(%(only)s)::bigint)",
}
# The trades to look up: every one, or for a few premises theirs, since all take longer than the rest of the statement.
_TRADES = "SELECT code FROM subjects_trade UNION ALL SELECT ''"
_TRADES_OF = {
    vendor: f"SELECT DISTINCT COALESCE(p.trade_id, '') AS code FROM subjects_premises p WHERE true {named}"
    for vendor, named in _NAMED.items()
}
