"""Writes to the policy and what follows from it; the ledger's import is in `subjects.importing`."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, ProtectedError, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from grids.models import Bureau, Officer, Station
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed, Overtaken
from gridsup.parts import Part, parts
from gridsup.setwise import SetWise
from gridsup.states import check, check_why
from subjects import presets
from subjects.models import MarketSubject, PolicyEvent, PolicyFigure, Premises, PremisesEvent, Tier, TierPeriod
from subjects.models.ledger import Status
from subjects.models.policy import PolicyRow

# An interval or a limit of nothing at all is none.
NEVER_ZERO = ("interval_months", "days")
ONE_DAY = timedelta(days=1)  # the day before or after, never a limit


def load_preset(
    *, bureau: str, name: str, on: date, now: datetime, by: Officer | None = None, why: str = ""
) -> dict[str, int]:
    """Makes a shipped preset the bureau's policy from day `on`; rows that already say the same stay as they are.

    `why`: the bureau's reason, kept in the history; needed where the preset goes beyond the usual cap (handbook §9).
    Returns {"made", "ended", "kept", "reopened"}; reopened are kept rows that a change still to come would have ended.
    Raises NotAllowed, and BadInput for an unknown preset or bureau, for a missing reason, and when rows that begin on
    or after `on` are in use already. The ledger follows with `apply_policy`.
    """
    preset = presets.read(name)
    if not Bureau.objects.filter(code=bureau).exists():
        raise BadInput(_("There is no bureau %(code)s.") % {"code": bureau}, field="bureau")
    check(by, Permission.EDIT_POLICY, bureau)
    check_why(why)
    if preset.reason_needed and not why.strip():
        raise BadInput(
            _("This preset allows more visits a year than usual: give the bureau's reason for it."), field="why"
        )
    counts = {"made": 0, "ended": 0, "kept": 0, "reopened": 0}
    with transaction.atomic():
        for model, rows in preset.rows.items():
            wanted = [{**row, "preset": preset.name} for row in rows]
            for what, count in _replace(model, bureau, wanted, on).items():
                counts[what] += count
        if counts["made"] or counts["ended"] or counts["reopened"]:
            PolicyEvent.objects.create(
                bureau_id=bureau,
                what="preset",
                new=preset.name,
                by=by,
                at=now,
                why=why.strip() or preset.source[:500],
            )
    return counts


def change_row(
    *, row: PolicyRow, on: date, by: Officer | None, now: datetime, why: str, values: Mapping[str, Any]
) -> PolicyRow:
    """Ends a policy row and puts one with other values in its place from day `on`; the past keeps the old one.

    Raises NotAllowed, BadInput without a reason, without a change or for a day not after the row's first, and Overtaken
    when somebody ended the row first.
    """
    check(by, Permission.EDIT_POLICY, row.bureau_id)
    known = presets.VALUES[type(row)]
    check_why(why, most=type(row)._meta.get_field("source").max_length or 0)  # it becomes the new row's source
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    if on <= row.from_day:
        raise BadInput(_("A change begins after the first day of the row that it replaces."), field="on")
    if any(values.get(name) == 0 for name in NEVER_ZERO):
        raise BadInput(_("One is the least."), field=next(name for name in NEVER_ZERO if values.get(name) == 0))
    if set(values) - set(known) or all(getattr(row, name) == value for name, value in values.items()):
        raise BadInput(_("Nothing is changed."))
    key = {name: getattr(row, name) for name in (*presets.KEYS[type(row)], *known)}
    with transaction.atomic():
        if not type(row)._default_manager.filter(pk=row.pk, to_day__isnull=True).update(to_day=on - ONE_DAY):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        changed = type(row)(bureau_id=row.bureau_id, preset=row.preset, from_day=on, source=why, **{**key, **values})
        changed.full_clean(validate_unique=False, validate_constraints=False)
        changed.save(force_insert=True)
        PolicyEvent.objects.create(
            bureau_id=row.bureau_id, what=type(row).__name__, old=str(row), new=str(changed), by=by, at=now, why=why
        )
    return changed


def apply_policy(*, bureau: str, on: date, now: datetime) -> dict[str, int]:
    """Brings the whole ledger of a bureau into line with the policy in force on the day, part by part.

    Returns {"read", "changed"}: premises looked at and premises that differed. Running it again changes nothing.
    """
    counts = {"read": 0, "changed": 0}
    for part in ledger_parts(bureau):
        with transaction.atomic():
            counts["read"] += Premises.objects.filter(part.rows()).count()
            counts["changed"] += apply_rules(part=part, on=on)
            date_tiers(part=part, on=on)
    return counts


def ledger_parts(area: str) -> list[Part]:
    """How work over the ledger of an area is cut."""
    stations = Station.objects.in_area(area).values_list("code", flat=True) if len(area) == 2 else []
    return parts(area, stations, Premises.objects.in_area(area).count())


def apply_rules(*, part: Part, on: date) -> int:
    """Step 1 of applying: tier, mode, interval and next due day; returns how many premises differed."""
    return Premises.objects.all().apply_policy(part, on)


def date_tiers(*, part: Part, on: date) -> int:
    """Step 2 of applying: ends the dated tier rows that no longer hold and begins new ones; returns how many began."""
    stale = TierPeriod.objects.filter(part.rows("premises__area_code"), ~Q(tier=F("premises__tier")), to_day=None)
    # A tier that changes twice on one day leaves one row for the day.
    same_day = Premises.objects.filter(part.rows(), tier_periods__in=stale.filter(from_day__gte=on))
    same_day.exclude(tier="").write_to(TierPeriod, key="tier_periods__pk", tier=F("tier"))
    TierPeriod.objects.filter(pk__in=stale.filter(from_day__lt=on).values("pk")).update(to_day=on - ONE_DAY)
    current = TierPeriod.objects.filter(to_day=None).values("premises")
    return (
        Premises.objects.filter(part.rows())
        .exclude(tier="")
        .exclude(pk__in=current)
        .insert_into(TierPeriod, premises=F("pk"), tier=F("tier"), reason=_reason(), why="", from_day=on)
    )


def set_tier(*, premises: Premises, tier: str, why: str, by: Officer, on: date, now: datetime) -> Premises:
    """Raises or lowers the tier of one premises with a reason; it then goes before trade and file, and is history.

    Raises NotAllowed, BadInput for a tier that the bureau's policy does not know or a missing reason.
    """
    check(by, Permission.SET_TIER, premises.area_code)
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    bureau = premises.area_code[:2]
    if not Tier.objects.in_force(bureau, on).filter(key=tier).exists():
        raise BadInput(_("The policy in force knows no tier “%(tier)s”.") % {"tier": tier}, field="tier")
    with transaction.atomic():
        stored = Premises.objects.filter(pk=premises.pk, tier=premises.tier, tier_given=premises.tier_given)
        if not stored.update(tier_given=tier):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        Premises.objects.all().apply_policy(Part.area(premises.area_code), on, only=[premises.pk])
        current = TierPeriod.objects.filter(premises=premises, to_day=None)
        current.filter(from_day__lt=on).update(to_day=on - ONE_DAY)
        facts = {"tier": tier, "reason": TierPeriod.Reason.PERSON, "why": why, "by": by}
        if not current.filter(from_day__gte=on).update(**facts):
            TierPeriod.objects.create(premises=premises, from_day=on, **facts)
        PremisesEvent.objects.create(
            premises=premises, what="tier", old=premises.tier, new=tier, by=by, at=now, why=why
        )
    premises.refresh_from_db()
    return premises


def may_set_credit(*, subject: MarketSubject, by: Officer) -> bool:
    """The person may decide wherever the subject stands in the ledger: its grade is one for all of its places."""
    places = list(Premises.objects.filter(subject=subject).values_list("area_code", "status"))
    mine = {area for area, _status in places if by.may(Permission.SET_TIER, area)}
    return bool(mine) and all(area in mine for area, status in places if status != Status.CLOSED)


def check_grade(credit: str) -> None:
    """Raises BadInput for what is no credit grade."""
    if credit not in MarketSubject.Credit.values:
        raise BadInput(_("Choose one of the grades A to D."), field="credit")


def set_credit(
    *, subject: MarketSubject, credit: str, why: str, by: Officer | None, on: date, now: datetime
) -> MarketSubject:
    """Gives a subject another credit grade, for a reason: mode and rhythm of its places follow; tiers do not depend on
    it. A ledger file that brings a grade later goes before it.

    Raises NotAllowed, BadInput for no grade, the present one or a missing reason, Overtaken when the grade moved on.
    """
    if by is not None and not may_set_credit(subject=subject, by=by):
        raise NotAllowed(_("Your duties do not permit this here."))
    check_grade(credit)
    if credit == subject.credit:
        raise BadInput(_("This is the present grade: choose another one."), field="credit")
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    with transaction.atomic():
        stored = MarketSubject.objects.filter(pk=subject.pk, credit=subject.credit)
        if not stored.update(credit=credit):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        places = list(Premises.objects.filter(subject=subject).order_by("pk").values_list("pk", flat=True))
        PremisesEvent.objects.bulk_create(
            PremisesEvent(premises_id=place, what="credit", old=subject.credit, new=credit, by=by, at=now, why=why)
            for place in places
        )
        Premises.objects.all().apply_policy(Part.area(subject.bureau_id), on, only=places)
    subject.refresh_from_db()
    return subject


def count_from(*, premises: Premises, day: date, on: date) -> None:
    """Lets the interval of a premises count from a day: its visit, or the due day of a visit that was cancelled."""
    with transaction.atomic():
        Premises.objects.filter(pk=premises.pk).update(counts_from=day)
        Premises.objects.all().apply_policy(Part.area(premises.area_code), on, only=[premises.pk])
    premises.refresh_from_db()


def count_visits(*, visits: SetWise[Any], premises: Collection[int], on: date) -> None:
    """Moves last visit and next due day of premises on to their visits, never back: many at once, a fixed number of
    statements a bureau.

    `visits`: rows with `premises` and `visited_on`, one for each of the premises.
    """
    with transaction.atomic():
        visits.write_to(
            Premises,
            key="premises",
            last_visited_on=_later_than("premises__last_visited_on"),
            counts_from=_later_than("premises__counts_from"),
        )
        areas = Premises.objects.filter(pk__in=premises).values_list("area_code", flat=True)
        for bureau in sorted({code[:2] for code in areas}):
            Premises.objects.all().apply_policy(Part.area(bureau), on, only=premises)


def _later_than(field: str) -> Greatest:
    """The day of the visit, or that of the premises where it is later."""
    return Greatest(Coalesce(F(field), F("visited_on")), F("visited_on"))


def figure(bureau: str, key: str, on: date) -> int:
    """A number of the bureau's policy on the day; raises BadInput when the bureau has no policy then."""
    value = PolicyFigure.objects.in_force(bureau, on).filter(key=key).values_list("value", flat=True).first()
    if value is None:
        raise BadInput(
            _("Bureau %(code)s has no policy on %(day)s. Load a preset first.") % {"code": bureau, "day": on}
        )
    return int(value)


def ledger_changed(*, bureau: str, on: date, now: datetime) -> None:
    """What must follow a change of the ledger: the policy, then the open rows of the higher apps."""
    from gridsup.composition import LEDGER_FOLLOWERS

    if Tier.objects.in_force(bureau, on).exists():
        apply_policy(bureau=bureau, on=on, now=now)
    for path in LEDGER_FOLLOWERS:
        import_string(path)(bureau=bureau, now=now)


def _replace(model: type[PolicyRow], bureau: str, wanted: list[dict[str, Any]], on: date) -> dict[str, int]:
    """Makes the bureau's rows of one kind say what is wanted from the day; rows alike in everything are kept."""
    key, values = presets.KEYS[model], (*presets.VALUES[model], "preset", "source")
    later = model._default_manager.filter(bureau_id=bureau, from_day__gt=on)
    in_force = {tuple(getattr(row, name) for name in key): row for row in model._default_manager.in_force(bureau, on)}
    targets = {tuple(row[name] for name in key): row for row in wanted}
    # A row that only a change still to come would have ended is taken up again, with its first day.
    kept = {
        named
        for named, row in in_force.items()
        if named in targets and all(getattr(row, n) == targets[named][n] for n in values)
    }
    ended = [row for named, row in in_force.items() if named not in kept]
    try:
        later.delete()
        model._default_manager.filter(pk__in=[row.pk for row in ended if row.from_day == on]).delete()
    except ProtectedError as error:
        raise BadInput(
            _("Policy that begins on or after %(day)s is in use already. Choose a later day.") % {"day": on}, field="on"
        ) from error
    model._default_manager.filter(pk__in=[row.pk for row in ended if row.from_day < on]).update(to_day=on - ONE_DAY)
    reopened = [row.pk for named, row in in_force.items() if named in kept and row.to_day is not None]
    model._default_manager.filter(pk__in=reopened).update(to_day=None)
    made = [model(bureau_id=bureau, from_day=on, **row) for named, row in targets.items() if named not in kept]
    model._default_manager.bulk_create(made)
    return {"made": len(made), "ended": len(ended), "kept": len(kept), "reopened": len(reopened)}


def _reason() -> Case:
    """From file where the file's tier holds, else by the rule."""
    held = When(tier_given=F("tier"), then=Value(TierPeriod.Reason.FILE.value))
    return Case(held, default=Value(TierPeriod.Reason.RULE.value))
