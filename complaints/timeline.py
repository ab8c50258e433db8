"""The history of a complaint in words, for its own page and for the file of its premises."""

from django.utils.translation import gettext as _

from complaints.models import Clock, Complaint, ComplaintEvent
from gridsup.scoping import HoldsAreas
from gridsup.timeline import Entry
from subjects.models import Premises

STATES, CLOCKS = dict(Complaint.State.choices), dict(Clock.Kind.choices)
# What of a complaint belongs into the file of a premises; its inner course is a matter of those who handle it.
FILED = ("received", "settled", "mediation_ended", "handled", "not_upheld", "handed_to_case", "closed")


def entries(premises: Premises, *, officer: HoldsAreas) -> list[Entry]:
    """What became of the complaints about a premises, without who brought them."""
    seen = Complaint.objects.of_lines(officer).filter(premises=premises).order_by().values("pk")
    events = ComplaintEvent.objects.filter(complaint__in=seen, what="state", new__in=FILED)
    return [
        Entry(
            at=event.at,
            what=_("%(kind)s %(number)s: %(state)s")
            % {
                "kind": event.complaint.get_kind_display(),
                "number": event.complaint.number,
                "state": STATES.get(event.new, event.new),
            },
            by=str(event.by or ""),
        )
        for event in events.select_related("complaint", "by")
    ]


def entry_of(event: ComplaintEvent) -> Entry:
    """One event in words."""
    return Entry(at=event.at, what=words_of(event), detail=detail_of(event), by=str(event.by or ""))


def words_of(event: ComplaintEvent) -> str:
    """What happened."""
    named = {"old": event.old, "new": event.new, "state": STATES.get(event.new, event.new)}
    words = {
        "state": _("%(state)s"),
        "area": _("now with %(new)s, before with %(old)s"),
        "reveal": _("looked at who complained"),
        "complainant": _("filled in who complained"),
        "rate": _("rated %(new)s of 5"),
        "pause": _("time limit paused"),
        "resume": _("time limit runs on, until %(new)s"),
        "extend": _("time limit extended until %(new)s"),
        "case": _("case %(new)s reported"),
        "explain": _("explained why a limit was missed"),
        "recount": _("time limit counted anew: %(new)s instead of %(old)s"),
        "overdue": _("%(new)s was told that a limit was missed"),
    }
    return words.get(event.what, event.what) % named


def detail_of(event: ComplaintEvent) -> str:
    """The reason, or which limit it was."""
    if event.what == "recount":
        return str(CLOCKS.get(event.why, event.why))
    if event.what == "overdue":
        return f"{CLOCKS.get(event.old, event.old)} {event.why}"
    if event.what == "explain":
        return f"{CLOCKS.get(event.new, event.new)} · {event.why}"
    return event.why
