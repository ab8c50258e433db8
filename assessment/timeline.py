"""Events of scorecards in words."""

from django.utils.translation import gettext as _

from assessment.models import Scorecard, ScorecardEvent
from gridsup.timeline import Entry


def card_entry(event: ScorecardEvent) -> Entry:
    """One event of a card; an empty total reads as none."""
    if event.what == "computed":
        none = _("no total")
        if event.old or event.new:
            what = _("Computed: %(total)s") % {"total": event.new or none}
        else:
            what = _("Computed: nothing to count")
        detail = _("%(total)s before") % {"total": event.old} if event.old else ""
    else:
        states = dict(Scorecard.State.choices)
        what, detail = _("Card %(state)s") % {"state": states.get(event.new, event.new)}, event.why
    return Entry(at=event.at, what=what, detail=detail, by=str(event.by or ""))
