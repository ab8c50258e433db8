"""What a change of policy would do, before anybody decides: the real thing, rolled back."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from grids.models import Officer
from subjects.actions import apply_rules, change_row, figure, ledger_parts, load_preset
from subjects.models import PolicyFigure, Premises, Tier
from subjects.models.policy import Mode, PolicyRow

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Shape:
    """A ledger under a policy: active premises by (tier, mode), routine visits a year by the rhythm alone, and how many
    premises use up the cap by the rhythm, or would be visited more often than it allows."""

    premises: dict[tuple[str, str], int]
    visits: int
    at_cap: int
    above_cap: int
    cap: int


@dataclass(frozen=True)
class Preview:
    """The ledger before and after, and how many premises would change in tier, mode, interval and next due day."""

    before: Shape | None  # None while the bureau has no policy
    after: Shape
    changed: dict[str, int]
    names: dict[str, str]  # of the tiers, before and after

    @property
    def raises_cap(self) -> bool:
        """More visits a year than now: the bureau must say why."""
        return self.before is not None and self.after.cap > self.before.cap

    def rows(self) -> list[dict[str, object]]:
        """Tier and mode with the premises before and after, for a table."""
        before = self.before.premises if self.before else {}
        modes = dict(Mode.choices)
        return [
            {
                "tier": self.names.get(tier, tier),
                "mode": modes[mode],
                "before": before.get((tier, mode), 0),
                "after": self.after.premises.get((tier, mode), 0),
            }
            for tier, mode in sorted({*before, *self.after.premises})
        ]


def preview_preset(*, bureau: str, name: str, on: date, now: datetime, by: Officer | None = None) -> Preview:
    """What `load_preset` and `apply_policy` would do from the day; raises what they raise, and changes nothing."""
    return _tried(bureau, on, now, lambda: load_preset(bureau=bureau, name=name, on=on, now=now, by=by, why="preview"))


def preview_row(
    *, row: PolicyRow, on: date, now: datetime, by: Officer | None, why: str, values: Mapping[str, Any]
) -> Preview:
    """What `change_row` and `apply_policy` would do from the day; raises what they raise, and changes nothing."""
    return _tried(row.bureau_id, on, now, lambda: change_row(row=row, on=on, by=by, now=now, why=why, values=values))


def _tried(bureau: str, on: date, now: datetime, change: Callable[[], object]) -> Preview:
    """The ledger under the policy of today, and under the changed one on the day."""
    today = timezone.localdate(now)
    columns = ("tier", "mode", "interval_months", "next_due_on")
    ledger = Premises.objects.in_area(bureau).active().values_list("pk", *columns)
    with transaction.atomic():
        before = shape(bureau, today) if PolicyFigure.objects.in_force(bureau, today).exists() else None
        names = dict(Tier.objects.in_force(bureau, today).values_list("key", "name"))
        was = {pk: facts for pk, *facts in ledger}
        change()
        for part in ledger_parts(bureau):
            apply_rules(part=part, on=on)
        changed = dict.fromkeys(columns, 0)
        for pk, *facts in ledger.all():
            for column, old, new in zip(columns, was[pk], facts, strict=True):
                changed[column] += old != new
        names |= dict(Tier.objects.in_force(bureau, on).values_list("key", "name"))
        after = shape(bureau, on)
        transaction.set_rollback(True)
    return Preview(before, after, changed, names)


def shape(bureau: str, on: date) -> Shape:
    """The ledger as it stands under the policy of the day; raises BadInput without a policy."""
    cap = figure(bureau, "yearly_cap", on)
    premises: Counter[tuple[str, str]] = Counter()
    visits, level, above = Fraction(0), 0, 0
    facts = Premises.objects.in_area(bureau).active().values_list("tier", "mode", "interval_months")
    for (tier, mode, interval), count in Counter(facts).items():
        premises[tier, mode] += count
        if interval:
            yearly = Fraction(MONTHS_A_YEAR, interval)
            visits += yearly * count
            level += count if yearly == cap else 0
            above += count if yearly > cap else 0
    return Shape(dict(premises), int(visits), level, above, cap)
