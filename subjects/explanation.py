"""Why a premises has its tier, its mode and its next due day: step by step, each with the policy row and its source."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subjects.models import MarketSubject, PolicyFigure, Premises, TierPeriod
from subjects.models.policy import PolicyRow
from subjects.rules import Rhythm, is_new, next_due
from subjects.tiers import Tiers


@dataclass(frozen=True)
class Step:
    """One step of the reasoning: what was found, from which, and the document that says so."""

    what: str
    because: str
    source: str = ""
    since: date | None = None


def explain(premises: Premises, tiers: Tiers, on: date) -> list[Step]:
    """The steps from trade and credit to the next due day (handbook §4; tables.md, "Rhythm").

    `tier_rule`, `effect_rule`, `trade` and `subject` should be selected already; at most two queries more.
    """
    return [_tier(premises, tiers), *_mode(premises, tiers), *_day(premises, tiers, on)]


def _named(premises: Premises, tiers: Tiers, key: str) -> str:
    return tiers.name(premises.area_code, key)


def _tier(premises: Premises, tiers: Tiers) -> Step:
    if not premises.tier:
        return Step(_("No tier yet"), _("No policy has been applied to this premises."))
    what = _("Tier %(tier)s") % {"tier": _named(premises, tiers, premises.tier)}
    if premises.tier_rule is not None:
        return _with_source(what, _from_trade(premises), premises.tier_rule)
    period = premises.tier_periods.filter(to_day=None).select_related("by").first()
    if period is None:
        return Step(what, _("given by the ledger file or a person"))
    because = str(period.get_reason_display())
    if period.reason == TierPeriod.Reason.PERSON:
        because = _("by decision of %(by)s: %(why)s") % {"by": period.by, "why": period.why}
    return Step(what, because, since=period.from_day)


def _from_trade(premises: Premises) -> str:
    rule = premises.tier_rule
    if rule is None or not (rule.kind or rule.prefix):
        return _("the tier of every trade that no other row names")
    if rule.kind:
        kinds = dict(MarketSubject.Kind.choices)
        return _("because it is: %(kind)s") % {"kind": kinds.get(rule.kind, rule.kind)}
    return _("trade %(trade)s begins with %(prefix)s") % {"trade": premises.trade or "", "prefix": rule.prefix}


def _mode(premises: Premises, tiers: Tiers) -> list[Step]:
    rule = premises.effect_rule
    if rule is None:
        return []
    because = _("tier %(tier)s with credit %(credit)s") % {
        "tier": _named(premises, tiers, rule.tier_key),
        "credit": rule.credit or _("not graded"),
    }
    if rule.rhythm_key and rule.rhythm_key != rule.tier_key:
        because += _("; visited in the rhythm of tier %(tier)s") % {"tier": _named(premises, tiers, rule.rhythm_key)}
    return [_with_source(str(premises.get_mode_display()), because, rule)]


def _day(premises: Premises, tiers: Tiers, on: date) -> list[Step]:
    if premises.status != "active":
        return [Step(_("Not due"), _("only premises in business fall due"))]
    months, rule = premises.interval_months, premises.effect_rule
    if months is None or rule is None or premises.next_due_on is None:
        return [Step(_("No due day"), _("campaigns, draws, complaints and re-checks only"))]
    every = ngettext("Every %(n)d month", "Every %(n)d months", months) % {"n": months}
    rhythm = tiers.row(premises.area_code, rule.rhythm_key)
    rhythm_step = _with_source(every, _("the rhythm of tier %(tier)s") % {"tier": rhythm}, rhythm) if rhythm else None
    what = _("Next due on %(day)s") % {"day": premises.next_due_on}
    since = max(rule.from_day, rhythm.from_day) if rhythm else rule.from_day
    return [*filter(None, [rhythm_step]), _start(premises, what, since, on)]


def _start(premises: Premises, what: str, since: date, on: date) -> Step:
    """From which day the interval runs, in the order of `subjects.rules.next_due`."""
    limit = PolicyFigure.objects.in_force(premises.area_code[:2], on).filter(key="first_visit_days").first()
    rhythm = Rhythm(
        interval=premises.interval_months,
        since=date.min,
        first_visit=limit.value if limit else 0,
        entered_on=premises.entered_on,
        registered_on=premises.subject.registered_on,
        counts_from=premises.counts_from,
        spread=premises.spread,
    )
    counted = next_due(rhythm)
    if counted is not None and counted < since:
        because = _(
            "%(first)s would lie before the rule came into force: a stable place in the interval from %(since)s"
        )
        return Step(what, because % {"first": counted, "since": since})
    if premises.last_visited_on and premises.counts_from == premises.last_visited_on:
        return Step(what, _("counted from the last visit on %(day)s") % {"day": premises.counts_from})
    if premises.counts_from:
        because = _("counted from %(day)s, the due day of a visit that was cancelled")
        return Step(what, because % {"day": premises.counts_from})
    if limit and is_new(rhythm):
        because = _("newly registered: first visit within %(days)d days of %(day)s, when it entered the ledger")
        return _with_source(what, because % {"days": limit.value, "day": premises.entered_on}, limit)
    because = _("came without history: a stable place in the interval from %(day)s, when it entered the ledger")
    return Step(what, because % {"day": premises.entered_on})


def _with_source(what: str, because: str, rule: PolicyRow) -> Step:
    return Step(what, because, f"{rule.source} ({rule.preset})" if rule.preset else rule.source, rule.from_day)
