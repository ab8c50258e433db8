"""Why a premises has its tier, its mode and its next due day: step by step, each with the policy row and its source."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subjects.models import MarketSubject, Premises, TierPeriod
from subjects.models.policy import PolicyRow
from subjects.tiers import Tiers


@dataclass(frozen=True)
class Step:
    """One step of the reasoning: what was found, from which, and the document that says so."""

    what: str
    because: str
    source: str = ""
    since: date | None = None


def explain(premises: Premises, tiers: Tiers) -> list[Step]:
    """The steps from trade and credit to the next due day (handbook §4; tables.md, "Rhythm").

    Reads the current tier period; `tier_rule`, `effect_rule`, `trade` and `subject` should be selected already.
    """
    return [_tier(premises, tiers), *_mode(premises, tiers), *_day(premises)]


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


def _day(premises: Premises) -> list[Step]:
    if premises.status != "active":
        return [Step(_("Not due"), _("only premises in business fall due"))]
    months = premises.interval_months
    if months is None:
        return [Step(_("No due day"), _("campaigns, draws, complaints and re-checks only"))]
    every = ngettext("every %(n)d month", "every %(n)d months", months) % {"n": months}
    return [Step(every[:1].upper() + every[1:], _start(premises)), _due(premises)]


def _start(premises: Premises) -> str:
    if premises.last_visited_on and premises.counts_from == premises.last_visited_on:
        return _("counted from the last visit on %(day)s") % {"day": premises.last_visited_on}
    if premises.counts_from:
        return _("counted from %(day)s, the due day of a visit that was cancelled") % {"day": premises.counts_from}
    return _("not visited yet; in the ledger since %(day)s") % {"day": premises.entered_on}


def _due(premises: Premises) -> Step:
    what = _("Next due on %(day)s") % {"day": premises.next_due_on}
    if premises.counts_from:
        return Step(what, _("that day and the interval; not earlier than the rule in force allows"))
    return Step(what, _("new subjects within the first-visit limit, others at a stable place inside the interval"))


def _with_source(what: str, because: str, rule: PolicyRow) -> Step:
    return Step(what, because, f"{rule.source} ({rule.preset})" if rule.preset else rule.source, rule.from_day)
