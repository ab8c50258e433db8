"""What may be asked of lists of tasks, visits and findings, and what is asked for a move of one task."""

from collections.abc import Collection
from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Officer
from gridsup.questions import SELECT, AreaField, DayField, Question, SearchField, SpanQuestion, either, offer
from inspections.models import CreditReview, Finding, InspectionPlan, InspectionTask, Visit
from inspections.querysets import CreditReviewQuerySet, FindingQuerySet, TaskQuerySet, VisitQuerySet
from subjects.models import MarketSubject
from subjects.tiers import Tiers

INPUT = {"class": "form-control"}
# More than a visit every day is a typing error.
MOST_CAP = 366


class TodayQuestion(Question):
    """Where and what an officer looks for among the own visits."""

    q = SearchField(help_text=_("Name or address"))
    place = forms.CharField(label=_("street or community"), max_length=12)
    show = forms.ChoiceField(label=_("due"), choices=[("overdue", ""), ("soon", ""), ("later", "")])

    def filter(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """The tasks that were asked for, whatever their day."""
        asked = self.asked
        if "q" in asked:
            tasks = tasks.search(asked["q"])
        if "place" in asked:
            tasks = tasks.at_place(asked["place"])
        return tasks


# States of tasks taken together, and how what is done was done.
STATES_TOGETHER = [("open", _("open")), ("counted", _("owed or done"))]
DONE = [("in_time", _("done in time")), ("late", _("done late"))]


class TaskQuestion(Question):
    """Filters of the list of tasks; every number of the overview is one of these."""

    q = SearchField(help_text=_("Name or address"))
    area = AreaField()
    exact = forms.BooleanField(label=_("in no lower area"))
    state = forms.ChoiceField(
        label=_("state"),
        choices=[*either(_("any state")), *STATES_TOGETHER, *InspectionTask.State.choices],
        widget=forms.Select(attrs=SELECT),
    )
    overdue = forms.BooleanField(label=_("overdue only"))
    late = forms.BooleanField(label=_("overdue or done late"))
    done = forms.ChoiceField(
        label=_("done"),
        choices=[*either(_("in time or late")), *DONE],
        widget=forms.Select(attrs=SELECT),
    )
    given = forms.ChoiceField(
        label=_("given to"),
        choices=[*either(_("anybody")), ("area", _("whoever holds the grid")), ("name", _("somebody by name"))],
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.ChoiceField(
        label=pgettext_lazy("of a visit", "reason"),
        choices=[*either(_("any reason")), *InspectionTask.Reason.choices],
        widget=forms.Select(attrs=SELECT),
    )
    tier = forms.ChoiceField(label=_("tier"), widget=forms.Select(attrs=SELECT))
    due_from = DayField(label=_("due from"))
    due_to = DayField(label=_("due to"))

    def __init__(self, *args: Any, tiers: Tiers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "tier", [*either(_("any tier")), *tiers.choices()])

    def filter(self, tasks: TaskQuerySet, on: date) -> TaskQuerySet:
        """The tasks that were asked for; overdue means before `on`."""
        asked = self.asked
        if "q" in asked:
            tasks = tasks.search(asked["q"])
        if "area" in asked:
            tasks = tasks.filter(area_code=asked["area"]) if asked.get("exact") else tasks.in_area(asked["area"])
        if "state" in asked:
            tasks = tasks.in_state(asked["state"])
        if asked.get("overdue"):
            tasks = tasks.overdue(on)
        if asked.get("late"):
            tasks = tasks.missed(on)
        if "given" in asked:
            tasks = tasks.filter(assignee__isnull=asked["given"] == "area")
        if "done" in asked:
            tasks = tasks.done_late() if asked["done"] == "late" else tasks.done_in_time()
        fields = {"reason": "reason", "tier": "premises__tier", "due_from": "due_on__gte", "due_to": "due_on__lte"}
        return tasks.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


class AssignForm(forms.Form):
    """To whom a task is given; nobody by name means whoever holds the grid."""

    to = forms.ModelChoiceField(
        label=_("give to"),
        queryset=Officer.objects.none(),
        required=False,
        empty_label=_("whoever holds the grid"),
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *args: Any, task: InspectionTask, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Officer]", self.fields["to"])
        field.queryset = Officer.objects.there_to_inspect(task.area_code, on)
        self.initial = {"to": task.assignee_id}


class CancelForm(forms.Form):
    """Why a task is not done."""

    why = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.TextInput(attrs={"class": "form-control", "required": True})
    )


class PlanQuestion(Question):
    """Plans in one state."""

    state = forms.ChoiceField(label=_("state"), choices=InspectionPlan.State.choices)


class ProposeForm(forms.Form):
    """What a plan is proposed for; an empty cap takes the policy's figure."""

    bureau = forms.ChoiceField(label=_("bureau"), widget=forms.Select(attrs=SELECT))
    year = forms.IntegerField(label=_("year"), widget=forms.NumberInput(attrs=INPUT))
    cap = forms.IntegerField(
        label=_("visits a year at most"),
        required=False,
        min_value=1,
        max_value=MOST_CAP,
        help_text=_("Empty: the figure of the policy in force."),
        widget=forms.NumberInput(attrs=INPUT),
    )
    cap_basis = forms.ChoiceField(
        label=_("cap counts"), choices=InspectionPlan.CapBasis.choices, widget=forms.Select(attrs=SELECT)
    )
    cap_reason = forms.CharField(
        label=_("reason for another cap"), required=False, max_length=500, widget=forms.TextInput(attrs=INPUT)
    )

    def __init__(self, *args: Any, bureaus: Collection[str], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "bureau", [(code, code) for code in bureaus])
        # Plans are made for this year and the next; further away the ledger's rhythm says nothing.
        year = cast(forms.IntegerField, self.fields["year"])
        year.validators += [MinValueValidator(on.year), MaxValueValidator(on.year + 1)]
        self.initial = {"year": on.year + 1}


class VisitQuestion(SpanQuestion):
    """Filters of the list of visits; `from` and `to` are days of the visit."""

    q = SearchField(help_text=_("Name, address or officer"))
    area = AreaField()
    exact = forms.BooleanField(label=_("in no lower area"))
    state = forms.ChoiceField(
        label=_("state"),
        choices=[*either(_("any state")), *((str(state), state.label) for state in Visit.State if state != "draft")],
        widget=forms.Select(attrs=SELECT),
    )
    outcome = forms.ChoiceField(
        label=_("outcome"),
        choices=[*either(_("any outcome")), *Visit.Outcome.choices],
        widget=forms.Select(attrs=SELECT),
    )

    stuck = forms.BooleanField(label=_("returned, and nobody is left to correct it"))

    def filter(self, visits: VisitQuerySet, on: date) -> VisitQuerySet:
        """The visits that were asked for, as of the day `on`."""
        asked = self.asked
        if asked.get("stuck"):
            visits = visits.beyond_correction(on)
        if "q" in asked:
            visits = visits.search(asked["q"])
        if "area" in asked:
            visits = visits.filter(area_code=asked["area"]) if asked.get("exact") else visits.in_area(asked["area"])
        fields = {"state": "state", "outcome": "outcome", "from": "visited_on__gte", "to": "visited_on__lte"}
        return visits.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


# States of findings taken together.
TO_DO = [("to_rectify", _("to be corrected")), ("to_follow", _("not at their end"))]


class FindingQuestion(SpanQuestion):
    """Filters of the list of findings; `from` and `to` are last days of orders."""

    q = SearchField(help_text=_("Words, name or address"))
    area = AreaField()
    exact = forms.BooleanField(label=_("in no lower area"))
    state = forms.ChoiceField(
        label=_("state"),
        choices=[*either(_("any state")), *TO_DO, *Finding.State.choices],
        widget=forms.Select(attrs=SELECT),
    )
    disposition = forms.ChoiceField(
        label=_("disposition"),
        choices=[*either(_("any disposition")), *Finding.Disposition.choices],
        widget=forms.Select(attrs=SELECT),
    )
    overdue = forms.BooleanField(label=_("overdue only"))

    @property
    def order(self) -> tuple[str, ...]:
        """What is still to be corrected comes by its last day, everything else by the day on which it was found."""
        asked = self.asked
        if asked.get("overdue") or asked.get("state") in {"to_rectify", *Finding.TO_RECTIFY}:
            return "rectify_by", "pk"
        return "-found_on", "-pk"

    def filter(self, findings: FindingQuerySet, on: date) -> FindingQuerySet:
        """The findings that were asked for; overdue means before `on`."""
        asked = self.asked
        if "q" in asked:
            findings = findings.search(asked["q"])
        if "area" in asked:
            exactly = asked.get("exact")
            findings = findings.filter(area_code=asked["area"]) if exactly else findings.in_area(asked["area"])
        if "state" in asked:
            findings = findings.in_state(asked["state"])
        if asked.get("overdue"):
            findings = findings.overdue(on)
        fields = {"disposition": "disposition", "from": "rectify_by__gte", "to": "rectify_by__lte"}
        return findings.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


class CreditQuestion(Question):
    """Filters of the list of credit reviews."""

    q = SearchField(help_text=_("Name, address or case number"))
    area = AreaField()
    state = forms.ChoiceField(
        label=_("state"),
        choices=[*either(_("any state")), *CreditReview.State.choices],
        widget=forms.Select(attrs=SELECT),
    )
    mine = forms.BooleanField(label=_("mine to decide"))

    def filter(self, reviews: CreditReviewQuerySet, officer: Officer) -> CreditReviewQuerySet:
        """The reviews that were asked for; `mine`: those that the officer may decide."""
        asked = self.asked
        if "q" in asked:
            reviews = reviews.search(asked["q"])
        if "area" in asked:
            reviews = reviews.in_area(asked["area"])
        if "state" in asked:
            reviews = reviews.filter(state=asked["state"])
        return reviews.waiting().decidable(officer) if asked.get("mine") else reviews


class ConfirmForm(forms.Form):
    """The grade that a subject gets after its case."""

    credit = forms.ChoiceField(label=_("new grade"), widget=forms.Select(attrs=SELECT))
    why = forms.CharField(
        label=_("reason"),
        max_length=500,
        required=False,
        help_text=_("Empty: the number of the case."),
        widget=forms.TextInput(attrs=INPUT),
    )

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [choice for choice in MarketSubject.Credit.choices if choice[0] != present]
        offer(self, "credit", [("", _("choose")), *others])


class RejectForm(forms.Form):
    """Why the grade stays as it is."""

    why = forms.CharField(label=_("reason"), max_length=500, widget=forms.TextInput(attrs={**INPUT, "required": True}))
