"""The officer's form of a visit: what stands on it when it is opened, and the record that comes out of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.models import Officer, Posting
from gridsup.errors import DomainError
from gridsup.keys import RowsField
from gridsup.questions import DayField
from inspections import rules
from inspections.colleagues import colleague_field, offer_colleagues
from inspections.facts import rectify_by, where
from inspections.models import Finding, InspectionTask, Visit
from inspections.querysets import FindingQuerySet, TaskQuerySet
from inspections.records import Problem, VisitRecord
from subjects.items import items_for
from subjects.models import CheckItem, Premises

INPUT = {"class": "form-control"}
# Problems beside the check items; nobody types more on a phone.
MOST_EXTRAS = 10
CHECKED = "checked"
# What one meets at the address; with the first the answers decide whether there was a problem.
MET = [
    (CHECKED, pgettext_lazy("at the address", "checked")),
    (Visit.Outcome.NOT_FOUND, gettext_lazy("not found here")),
    (Visit.Outcome.CLOSED, gettext_lazy("closed down")),
    (Visit.Outcome.REFUSED, gettext_lazy("entry refused")),
    (Visit.Outcome.UNLICENSED, gettext_lazy("unlicensed trade")),
]
LOOKED_AT = {CHECKED, str(Visit.Outcome.UNLICENSED)}
OK, PROBLEM, NOT_APPLICABLE = "ok", "problem", "not_applicable"
RESULTS = [
    (OK, gettext_lazy("in order")),
    (PROBLEM, gettext_lazy("problem")),
    (NOT_APPLICABLE, gettext_lazy("n/a")),
]

# Fields of one check item or further problem.
PARTS = ("result", "text", "disposition", "limit")


@dataclass(frozen=True)
class Block:
    """One check item on the form, or one further problem (`result` None), with the finding that it may open."""

    key: str
    item: CheckItem | None
    result: BoundField | None
    text: BoundField
    disposition: BoundField
    limit: BoundField

    @property
    def has_text(self) -> bool:
        """Something was typed into a further problem."""
        return bool(self.text.value() or self.disposition.value())

    @property
    def errors(self) -> list[str]:
        """What is wrong with it, one sentence after another."""
        fields = (self.result, self.text, self.disposition, self.limit)
        return [str(error) for field in fields if field is not None for error in field.errors]


class VisitForm(forms.Form):
    """A visit of one premises by the officer who holds the phone and one more.

    Everything has a value when it is opened: a visit without a problem is sent as it stands. `typed`: what was put
    aside earlier, field by field as a browser sends it; shown again without a word on what is still missing. `more`:
    with room for one more problem. `stored`: the record that the form made before, when it comes again; `now` is the
    moment of its first coming then.
    """

    client_id = forms.UUIDField(label=gettext_lazy("number of the form"), widget=forms.HiddenInput)
    partner = colleague_field()
    visited_on = DayField(label=gettext_lazy("day"), required=False)
    visited_time = forms.TimeField(
        label=gettext_lazy("time"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={**INPUT, "type": "time"}),
        error_messages={"invalid": gettext_lazy("Write the time as 14:30.")},
    )
    outcome = forms.ChoiceField(label=gettext_lazy("what we met"), choices=MET, initial=CHECKED)
    corrected = RowsField(
        label=gettext_lazy("orders carried out"),
        queryset=Finding.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("One that you ticked is not open any more. Look again.")},
    )
    tasks = RowsField(
        label=gettext_lazy("tasks discharged"),
        queryset=InspectionTask.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("One that you ticked is not open any more. Look again.")},
    )
    another_visit = forms.BooleanField(label=gettext_lazy("this was another visit on that day"), required=False)
    narrative = forms.CharField(
        label=gettext_lazy("remarks"),
        required=False,
        max_length=4_000,  # as the record's own field
        widget=forms.Textarea(attrs={**INPUT, "rows": 3}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        premises: Premises,
        officer: Officer,
        now: datetime,
        client_id: UUID,
        corrects: Visit | None = None,
        typed: Mapping[str, list[str]] | None = None,
        more: bool = False,
        stored: Visit | None = None,
    ) -> None:
        super().__init__(data)
        self.premises, self.officer, self.corrects, self.stored = premises, officer, corrects, stored
        # who hands in a correction for the two who signed stands on no record
        signed = corrects is None or officer.pk in (corrects.lead_id, corrects.partner_id)
        self.lead = officer if corrects is None or signed else corrects.lead
        self.now, self.on = now, timezone.localdate(now)
        self.day = self._day_in(data if data is not None else typed or {})
        self.items = items_for(premises, self.day)
        self._offer()
        self.initial = {"client_id": client_id, **self._usual()}
        if corrects is not None:
            self.initial |= earlier(corrects, self.lead)
        given = list(data) if data is not None else list(typed or self.initial)
        self._add_blocks(max(1, sum(name.startswith("text-extra-") for name in given)) + more)
        if typed is not None:
            self.initial |= self._as_typed(typed)

    def _day_in(self, sent: Mapping[str, Any]) -> date:
        """The day that the visit is said to be of: its check items and its people count, not those of today."""
        given = sent.get("visited_on", "")
        try:
            return min(date.fromisoformat(given[0] if isinstance(given, list) else given), self.on)
        except (ValueError, IndexError):
            return self.corrects.visited_on or self.on if self.corrects is not None else self.on

    def _offer(self) -> None:
        """Fills what there is to choose from: colleagues, open orders, open tasks."""
        field = cast("forms.ModelChoiceField[Officer]", self.fields["partner"])
        area = where(self.premises, self.lead, self.day, self.corrects)
        self.colleagues = offer_colleagues(field, self.lead, area, self.day)
        self.findings = list(self._to_rectify().order_by("rectify_by", "pk"))
        self.open_tasks = list(self._coverable().order_by("due_on", "pk"))
        # what another record has done by now is taken, too: the rules then name the record that stands
        day = Visit.objects.filter(premises=self.premises, visited_on=self.day).values("pk")
        done = Q(premises=self.premises, visit__isnull=False)
        offered: dict[str, Any] = {
            "corrected": Finding.objects.filter(Q(pk__in=[row.pk for row in self.findings]) | Q(rectified_by__in=day)),
            "tasks": InspectionTask.objects.filter(Q(pk__in=[row.pk for row in self.open_tasks]) | done),
        }
        for name, rows in offered.items():
            cast(RowsField, self.fields[name]).queryset = rows

    def _to_rectify(self) -> FindingQuerySet:
        """Orders that may be seen carried out: the open ones, and those that the record to be corrected had ticked."""
        ours = Finding.objects.filter(premises=self.premises)
        # the own findings of a returned record are withdrawn with it
        standing = ours.to_rectify().of_standing_records()
        seen_by = [visit for visit in (self.corrects, self.stored) if visit is not None]
        return standing | ours.filter(rectified_by__in=seen_by) if seen_by else standing

    def _coverable(self) -> TaskQuerySet:
        """Open tasks that the visit may discharge; what a record to be corrected discharged stays so by itself."""
        here = InspectionTask.objects.filter(premises=self.premises).with_followers()
        found = here.coverable(self.on)
        if self.stored is not None:
            found |= here.filter(visit=self.stored)
        # a re-check of what the record ordered is withdrawn with it
        return found if self.corrects is None else found.exclude(findings__visit=self.corrects)

    def _usual(self) -> dict[str, Any]:
        """What is most likely: now, with the colleague of last time, everything in order, every open task covered."""
        return {
            "partner": self._likely(),
            "visited_on": self.on,
            "visited_time": timezone.localtime(self.now).time().replace(second=0, microsecond=0),
            "outcome": CHECKED,
            "tasks": [task.pk for task in self.open_tasks if not self._is_early(task)],
        }

    def _is_early(self, task: InspectionTask) -> bool:
        """A re-check whose day is to come: it waits, unless something is ticked as put right."""
        recheck = task.reason == InspectionTask.Reason.RECHECK and task.due_on > self.on
        return recheck and not getattr(task, "has_followers", False)

    def _likely(self) -> int | None:
        """The colleague of the last visit, else who holds the grid with us, else the only one there is."""
        able = [colleague.pk for colleague in self.colleagues if colleague.leave_until is None]
        last = Visit.objects.of_officer(self.officer).order_by("-pk").values_list("lead", "partner").first()
        holders = Posting.objects.held_on(self.premises.area_code, self.on).values_list("officer", flat=True)
        likely = [*(last or ()), *holders, *(able if len(able) == 1 else [])]
        return next((pk for pk in likely if pk in able), None)

    def _add_blocks(self, extras: int) -> None:
        """Fields for each check item and for further problems."""
        limit = rectify_by(self.premises, self.day)
        for item in self.items:
            key = f"item-{item.code}"
            self.fields[f"result-{key}"] = forms.ChoiceField(
                choices=RESULTS, initial=OK, error_messages={"required": _("Say how it was.")}
            )
            self._add_finding(key, _("“%(item)s” was not in order") % {"item": item.text}, limit)
        self.extras = [f"extra-{number}" for number in range(min(extras, MOST_EXTRAS))]
        for key in self.extras:
            self._add_finding(key, "", limit)

    def _add_finding(self, key: str, text: str, limit: date | None) -> None:
        self.fields[f"text-{key}"] = forms.CharField(
            required=False, max_length=500, initial=text, widget=forms.Textarea(attrs={**INPUT, "rows": 2})
        )
        self.fields[f"disposition-{key}"] = forms.ChoiceField(
            required=False, choices=[("", ""), *Finding.Disposition.choices]
        )
        self.fields[f"limit-{key}"] = DayField(required=False, initial=limit)

    def _as_typed(self, typed: Mapping[str, list[str]]) -> dict[str, Any]:
        """The values of an earlier sending, as what the form opens with."""
        sent = QueryDict(mutable=True)
        for name, values in typed.items():
            sent.setlist(name, values)
        found = {name: field.widget.value_from_datadict(sent, {}, name) for name, field in self.fields.items()}
        for name in ("corrected", "tasks"):
            found[name] = sent.getlist(name)
        return {name: value for name, value in found.items() if value is not None and name != "client_id"}

    @property
    def blocks(self) -> list[Block]:
        """Check items first, in their order."""
        named = [(f"item-{item.code}", item) for item in self.items]
        return [self._block(key, item) for key, item in named]

    @property
    def further(self) -> list[Block]:
        """Problems that no check item speaks of."""
        return [self._block(key, None) for key in self.extras]

    def _block(self, key: str, item: CheckItem | None) -> Block:
        result = self[f"result-{key}"] if item is not None else None
        return Block(key, item, result, *(self[f"{part}-{key}"] for part in ("text", "disposition", "limit")))

    @property
    def complaints(self) -> list[tuple[str, str]]:
        """Everything that is wrong: where it stands on the page, and the sentence."""
        blocks = {f"{part}-{block.key}": block for block in self.blocks + self.further for part in PARTS}
        found = []
        for name, errors in self.errors.items():
            block = blocks.get(name)
            where = block.key if block is not None else f"id_{name}" if name in self.fields else ""
            about = f"{block.item}{_(': ')}" if block is not None and block.item is not None else ""
            found += [(where, f"{about}{error}") for error in errors]
        return found

    def clean(self) -> dict[str, Any]:
        """Each problem needs words and a disposition; what is hidden because nobody could look is left out."""
        cleaned = self.cleaned_data
        self.problems: dict[str, Problem] = {}
        if cleaned.get("outcome") in LOOKED_AT:
            for key, item in self._with_problem(cleaned):
                self._take_problem(cleaned, key, item)
        elif "outcome" in cleaned and any(self._with_problem(cleaned)):
            self.add_error(
                "outcome",
                _(
                    "Problems are typed below, and nobody can have found them where nobody looked. Choose another "
                    "outcome, or clear the problems: check items “in order”, further ones empty."
                ),
            )
        for check in list(self._checks(cleaned)):
            try:
                check()
            except DomainError as error:
                self.refuse(error)
        return cleaned

    def _checks(self, cleaned: dict[str, Any]) -> Iterator[Callable[[], None]]:
        """Rules that the record would meet one after the other, so that one round names everything that is wrong."""
        if {"visited_on", "visited_time"} <= set(cleaned):
            yield partial(rules.check_moment, self._moment(), self.premises, self.now)
        yield partial(rules.check_certificate, self.officer, self.day, "lead")
        if "outcome" in cleaned:
            yield partial(rules.check_inside, self._outcome(), cleaned.get("corrected", ()))
        known = {item.code: item.line for item in self.items}
        for number, (key, problem) in enumerate(self.problems.items(), 1):
            if not any(f"{part}-{key}" in self.errors for part in PARTS):
                yield partial(rules.check_problem, number, problem, known, self.day)

    def _with_problem(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, CheckItem | None]]:
        for item in self.items:
            if cleaned.get(f"result-item-{item.code}") == PROBLEM:
                yield f"item-{item.code}", item
        for key in self.extras:
            if cleaned.get(f"text-{key}") or cleaned.get(f"disposition-{key}"):
                yield key, None

    def _take_problem(self, cleaned: dict[str, Any], key: str, item: CheckItem | None) -> None:
        text, disposition = cleaned.get(f"text-{key}", ""), cleaned.get(f"disposition-{key}", "")
        if not text and f"text-{key}" not in self.errors:
            self.add_error(f"text-{key}", _("Say what was found."))
        if not disposition:
            self.add_error(f"disposition-{key}", _("Say what you did about it."))
        code, line = (item.code, item.line) if item is not None else ("", "")
        limit = cleaned.get(f"limit-{key}") if disposition == Finding.Disposition.ORDER else None
        self.problems[key] = Problem(text=text, disposition=disposition, item=code, line=line, rectify_by=limit)

    def record(self) -> VisitRecord:
        """What is handed in; only of a form without errors."""
        cleaned = self.cleaned_data
        looked_at = cleaned["outcome"] in LOOKED_AT
        answers = [{"code": item.code, "result": cleaned[f"result-item-{item.code}"]} for item in self.items]
        return VisitRecord(
            client_id=cleaned["client_id"],
            premises=self.premises,
            visited_at=self._moment(),
            lead=self.lead,
            partner=cleaned["partner"],
            outcome=self._outcome(),
            answers=answers if looked_at else [],
            narrative=cleaned["narrative"],
            problems=list(self.problems.values()),
            corrected=[finding.pk for finding in cleaned["corrected"]],
            tasks=[task.pk for task in cleaned["tasks"]],
            corrects=self.corrects,
            another_visit=cleaned["another_visit"],
        )

    def refuse(self, error: DomainError) -> None:
        """Shows a refusal beside the field that it is about, or above the form."""
        known = {"visited_at": "visited_on"}
        name = known.get(error.field, error.field)
        if name.startswith("problems."):
            _problems, number, part = name.split(".")
            part = {"rectify_by": "limit"}.get(part, part)
            name = f"{part}-{list(self.problems)[int(number)]}"
        self.add_error(name if name in self.fields else None, str(error))

    def _outcome(self) -> str:
        met = self.cleaned_data["outcome"]
        if met != CHECKED:
            return str(met)
        return Visit.Outcome.PROBLEM if self.problems else Visit.Outcome.NO_PROBLEM

    def _moment(self) -> datetime:
        """The day and time given; what is left empty is taken from now."""
        day: date = self.cleaned_data["visited_on"] or self.on
        at: time | None = self.cleaned_data["visited_time"]
        if at is None:
            return self.now if day == self.on else timezone.make_aware(datetime.combine(day, time.min))
        return timezone.make_aware(datetime.combine(day, at))


def earlier(visit: Visit, officer: Officer) -> dict[str, Any]:
    """What a record says, as values of the form with which one of its officers corrects it."""
    found: dict[str, Any] = {
        "partner": visit.partner_id if officer.pk == visit.lead_id else visit.lead_id,
        "visited_on": timezone.localdate(visit.visited_at),
        "visited_time": timezone.localtime(visit.visited_at).time(),
        "outcome": visit.outcome if visit.outcome not in {Visit.Outcome.PROBLEM, Visit.Outcome.NO_PROBLEM} else CHECKED,
        "corrected": list(visit.rectified.values_list("pk", flat=True)),
        "narrative": visit.narrative,
    }
    for answer in visit.answers:
        found[f"result-item-{answer['code']}"] = answer["result"]
    extras = 0
    for finding in visit.findings.order_by("pk"):
        key = f"item-{finding.item}" if finding.item else f"extra-{extras}"
        extras += not finding.item
        found |= {
            f"text-{key}": finding.text,
            f"disposition-{key}": finding.disposition,
            f"limit-{key}": finding.rectify_by,
        }
    return found
