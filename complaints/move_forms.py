"""The moves that a person may make with a complaint, each as a small form: what it asks, and what it is called."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.actions import area_of, suggested_area
from complaints.actions.moves import HOW_TOLD, TAKES
from complaints.fields import INPUT, FindsPremises, LongText
from complaints.models import Complaint, ComplaintEvent
from complaints.models.complaint import MOVES_OF
from complaints.rules import AT_WORK, DECIDED, handled, is_review
from grids.models import Bureau, Grid, Officer, Station
from grids.permissions import Permission
from gridsup.codes import typed_code
from gridsup.questions import SEARCH_LENGTH, SELECT
from gridsup.scoping import inside
from gridsup.states import targets

S = Complaint.State

LABELS: Mapping[str, Promise] = {
    S.ACCEPTED: _("Accept"),
    S.REFUSED: _("Refuse"),
    S.RETURNED: _("Return to the sender"),
    S.TRANSFERRED: _("Transfer to the competent department"),
    S.LINKED: _("Link to an earlier report"),
    S.DISPATCHED: _("Dispatch"),
    S.IN_HAND: _("Take in hand"),
    S.VERIFYING: _("Begin to verify"),
    S.ESCALATED: _("Report up one level"),
    S.SETTLED: _("Settled between the parties"),
    S.MEDIATION_ENDED: _("Mediation ended without agreement"),
    S.HANDLED: _("Handled: there was a breach"),
    S.NOT_UPHELD: _("Not upheld: no breach was found"),
    S.HANDED_TO_CASE: _("Hand to the case team"),
    S.ANSWERED: _("Answer"),
    S.REVIEWED: _("Reviewed: the handling stands"),
    S.TOLD: _("The person was told"),
    S.CLOSED: _("Close the complaint"),
    S.REOPENED: _("Take up again"),
}
BACK_TO_DESK, TAKEN_IN_AGAIN = _("Not ours: back to the desk"), _("It was completed: take it in again")
SENT_BACK = _("Send back to those who handled it")

# The fields that some move takes, in the order of the page.
ASKED = ("refusal", "ending", "linked_to", "area_code", "visit", "result")
READ_BY_PERSON = _("The person reads this when following it up.")
RESULT_HINT = _("The person reads this once it was reviewed and told. Name no officer.")
HINTS: Mapping[str, Any] = {
    S.REFUSED: READ_BY_PERSON,
    S.RETURNED: READ_BY_PERSON,
    S.TRANSFERRED: READ_BY_PERSON,
    S.TOLD: _("When and how the person was told, and what they said. Only colleagues read this."),
}


def label_of(old: str, new: str) -> Promise:
    """What a move is called on its button."""
    if new == S.RECEIVED:
        return TAKEN_IN_AGAIN if old == S.RETURNED else BACK_TO_DESK
    if old in DECIDED and new in AT_WORK:
        return SENT_BACK
    return LABELS[new]


class MoveForm(FindsPremises):
    """One move: the fields that it takes, and the state in which the page showed the complaint."""

    state = forms.CharField(label=_("state"), widget=forms.HiddenInput)
    refusal = forms.ChoiceField(
        label=_("ground"), choices=[("", _("choose")), *Complaint.Refusal.choices], widget=forms.Select(attrs=SELECT)
    )
    ending = forms.ChoiceField(
        label=_("ground"), choices=[("", _("choose")), *Complaint.Ending.choices], widget=forms.Select(attrs=SELECT)
    )
    linked_to = forms.CharField(
        label=_("number of the earlier report"),
        max_length=20,
        widget=forms.TextInput(attrs={**INPUT, "placeholder": "05-2026-000123"}),
    )
    area_code = forms.ChoiceField(label=_("to"), widget=forms.Select(attrs=SELECT))
    visit = forms.BooleanField(
        label=_("ask for a visit of the premises"),
        help_text=_("Makes a task on complaint for whoever holds the grid."),
        required=False,
    )
    result = LongText(label=_("result"), help_text=RESULT_HINT, max_length=4_000, rows=4)  # as the model's own field
    why = LongText(label=_("reason"), max_length=500, rows=2)  # as the event's own field

    def __init__(self, *args: Any, complaint: Complaint, to: str, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, officer=officer, bureau=complaint.area_code[:2], auto_id=f"id_{to}_%s", **kwargs)
        self.complaint, self.to, self.officer = complaint, to, officer
        self.label = label_of(complaint.state, to)
        step = MOVES_OF[complaint.kind].get((complaint.state, to))
        self.required = step.required if step is not None else ()
        self.takes = [name for name in ASKED if name in self._takes()]
        for name in ASKED:
            if name not in self.takes:
                del self.fields[name]
            elif name not in {"area_code", "visit"}:
                self.fields[name].required = name in self.required
        self.fields["why"].required = "why" in self.required
        self.fields["why"].help_text = HINTS.get(to, "")
        if to == S.TOLD:
            self.fields["why"].label = _("how the person was told")
            self.fields["why"].error_messages["required"] = HOW_TOLD
        self.initial = {"state": complaint.state, **self.initial}
        if "area_code" in self.takes:
            self._offer_areas()
        # what nobody typed opens no form
        self.is_suggested = self.finds and "find" not in self.initial
        if self.is_suggested:
            self.initial["find"] = complaint.about[:SEARCH_LENGTH]

    def _takes(self) -> tuple[str, ...]:
        """Reported up it goes one level, whoever says so."""
        return () if self.to == S.ESCALATED else TAKES.get(self.to, ())

    def _offer_areas(self) -> None:
        field = cast(forms.ChoiceField, self.fields["area_code"])
        field.choices = dispatch_choices(self.officer, self.complaint.area_code[:2])
        field.required = False
        suggested = suggested_area(self.complaint)
        self.initial.setdefault("area_code", suggested)
        if suggested and suggested == area_of(self.complaint.premises, self.complaint.locality):
            field.help_text = _("Suggested by its premises, street or community.")

    @property
    def is_plain(self) -> bool:
        """One tap is enough: nothing has to be filled in."""
        return not self.takes and not self.fields["why"].required

    @property
    def finds(self) -> bool:
        """It also asks which premises is meant."""
        return "area_code" in self.takes and self.complaint.premises_id is None

    @property
    def shown(self) -> list[Any]:
        """The fields as they stand on the page, without those of the search."""
        return [self[name] for name in (*self.takes, "why")]

    @property
    def typed(self) -> list[tuple[Any, str]]:
        """What was filled in: for a page that can no longer take it."""
        names = [name for name in (*self.takes, "why") if name in {"result", "why", "linked_to"}]
        return [(self[name].label, str(self[name].value())) for name in names if self[name].value()]

    def clean_linked_to(self) -> Complaint:
        """The report that the number names, among those that the person may see."""
        number = typed_code(self.cleaned_data["linked_to"])
        found = Complaint.objects.visible_to(self.officer).filter(number=number).first()
        if found is None:
            raise ValidationError(_("There is no such number among those that you may see."))
        return found

    def given(self) -> dict[str, Any]:
        """The fields as the action takes them."""
        found: dict[str, Any] = {name: self.cleaned_data[name] for name in self.takes if self.cleaned_data.get(name)}
        if self.finds and self.cleaned_data.get("premises"):
            found["premises"] = self.cleaned_data["premises"]
            if found.get("area_code") == self.initial.get("area_code"):
                # left as it was offered, before anybody knew the premises: where that lies decides
                found.pop("area_code", None)
        return found


def dispatch_choices(officer: Officer, bureau: str) -> list[Any]:
    """Areas of the bureau to which the person may dispatch: the bureau, and each station with its grids in force."""
    held = inside([code for code in officer.area_codes(Permission.DISPATCH) if code.startswith(bureau)], "code")
    groups: dict[str, tuple[str, list[tuple[str, str]]]] = {
        row.code: (str(row), [(row.code, str(row))]) for row in Station.objects.filter(held)
    }
    for grid in Grid.objects.filter(held).in_force():
        _label, rows = groups.setdefault(grid.station_id, (grid.station_id, []))
        rows.append((grid.code, str(grid)))
    top = [(row.code, str(row)) for row in Bureau.objects.filter(held)]
    return [("", _("choose")), *top, *groups.values()]


def moves_for(complaint: Complaint, officer: Officer) -> list[MoveForm]:
    """The moves that the person may make now, in the order of the table; one query for who handled it, at most."""
    moves, forms_, mine = MOVES_OF[complaint.kind], [], None
    for to in targets(moves, complaint.state):
        if not officer.may(moves[complaint.state, to].permission, complaint.area_code):
            continue
        if to == S.ESCALATED and len(complaint.area_code) == 2:
            continue
        if is_review(complaint.kind, complaint.state, to):
            mine = handled_by(complaint, officer) if mine is None else mine
            if mine:
                continue
        forms_.append(MoveForm(complaint=complaint, to=to, officer=officer))
    return forms_


def handled_by(complaint: Complaint, officer: Officer) -> bool:
    """The person handled it, and may neither review nor close it."""
    made = ComplaintEvent.objects.filter(complaint=complaint, by=officer, what="state").values_list("old", "new")
    return handled(complaint.kind, list(made))
