"""What a record of a visit must be (handbook §§5, 9): each rule refuses with a sentence and the field it belongs to."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import AlreadyStored, BadInput, NotAllowed, WrongState
from inspections.facts import Facts, minute
from inspections.models import Finding, InspectionTask, Visit
from inspections.querysets import TaskQuerySet
from inspections.records import Problem, Submission, VisitRecord
from subjects.models import CheckItem, Premises
from subjects.models.ledger import Status

Outcome = Visit.Outcome
Disposition = Finding.Disposition
RESULTS = ("ok", "problem", "not_applicable")
# Characters of a problem that a refusal repeats: enough to know it again, and the sentence stays one.
SHOWN_OF_A_TEXT = 40
# No source bounds a limit to correct; one beyond a year is a slip of the finger, which no list would ever show as late.
LONGEST_ORDER_DAYS = 366
# Where nobody got in, nothing can have been seen to be put right.
SEEN_INSIDE = (Outcome.NO_PROBLEM, Outcome.PROBLEM, Outcome.UNLICENSED)


def check_moment(at: datetime, premises: Premises, now: datetime) -> None:
    """A visit is over when it is recorded, and the ledger knew the premises then."""
    if at > now:
        raise BadInput(_("A visit cannot lie in the future: look at its day and hour."), field="visited_at")
    if ended := why_not_visited(premises):
        raise BadInput(ended, field="premises")
    if timezone.localdate(at) < premises.entered_on:
        raise BadInput(
            _("The ledger knows this premises since %(day)s: the visit cannot be older.")
            % {"day": premises.entered_on},
            field="visited_at",
        )


def why_not_visited(premises: Premises) -> str:
    """Why nobody visits a premises any more; empty for one in business, suspended or not reachable: a visit is how one
    finds out."""
    if premises.status != Status.CLOSED:
        return ""
    return _("This premises is “%(status)s” in the ledger: it is not visited any more. If it trades, report it.") % {
        "status": premises.get_status_display()
    }


def check_officers(given: Submission, facts: Facts, area_code: str, on: date) -> None:
    """Two different people, each certified and posted here on the day; one of them hands the record in."""
    record = given.record
    if record.partner is None:
        raise BadInput(_("An inspection needs two officers: name the second."), field="partner")
    if record.partner.pk == record.lead.pk:
        raise BadInput(_("The second officer must be somebody else than the first."), field="partner")
    for field, officer in (("lead", facts.officers[record.lead.pk]), ("partner", facts.officers[record.partner.pk])):
        said = {"name": officer, "day": on}
        check_certificate(officer, on, field)
        if not facts.inspects(officer, area_code, on):
            raise BadInput(_("%(name)s held no post on %(day)s that inspects here.") % said, field=field)
    # of a correction `check_correction` says it
    if record.corrects is None and given.by is not None and given.by.pk not in (record.lead.pk, record.partner.pk):
        raise NotAllowed(_("Only one of the two officers of a visit hands in its record."))


def check_certificate(officer: Officer, on: date, field: str) -> None:
    """Whoever inspects holds a valid certificate on the day."""
    if not officer.certified_on(on):
        raise BadInput(
            _("%(name)s held no valid enforcement certificate on %(day)s.") % {"name": officer, "day": on}, field=field
        )


def check_inside(outcome: str, corrected: Collection[object]) -> None:
    """What was put right was seen by somebody who got in."""
    if corrected and outcome not in SEEN_INSIDE:
        raise BadInput(_("What was put right can only be seen inside: look at the outcome."), field="corrected")


def check_outcome(record: VisitRecord) -> None:
    """Outcome, problems and answers say the same."""
    if record.outcome not in Outcome.values:
        raise BadInput(_("Say how the visit ended."), field="outcome")
    if record.outcome == Outcome.PROBLEM and not record.problems:
        raise BadInput(_("Say what the problem is: at least one."), field="problems")
    if record.problems and record.outcome not in Visit.WITH_FINDINGS:
        raise BadInput(_("There are problems: the outcome must say so."), field="outcome")
    if record.outcome not in Visit.WITH_FINDINGS and any(given.get("result") == "problem" for given in record.answers):
        raise BadInput(_("A check item shows a problem: the outcome must say so."), field="outcome")
    check_inside(record.outcome, record.corrected)
    most = Visit._meta.get_field("narrative").max_length or 0
    if len(record.narrative) > most:
        raise BadInput(_("Type at most %(most)s characters.") % {"most": most}, field="narrative")


def answers_of(record: VisitRecord, items: Sequence[CheckItem]) -> list[dict[str, str]]:
    """The answers with line and text of their items as they stood on the day, in the order of the form; whoever got in
    answers each."""
    known = {item.code: item for item in items}
    results: dict[str, str] = {}
    for given in record.answers:
        code, result = str(given.get("code", "")), str(given.get("result", ""))
        if code not in known:
            raise BadInput(_("“%(code)s” is no check item of this premises.") % {"code": code}, field="answers")
        if result not in RESULTS:
            raise BadInput(_("“%(item)s” needs a result.") % {"item": known[code]}, field="answers")
        if code in results:
            raise BadInput(_("“%(item)s” is answered twice.") % {"item": known[code]}, field="answers")
        results[code] = result
    if record.outcome in SEEN_INSIDE:
        for item in items:
            if item.code not in results:
                raise BadInput(_("“%(item)s” needs a result.") % {"item": item}, field="answers")
    return [
        {"code": item.code, "line": item.line, "text": item.text, "result": results[item.code]}
        for item in items
        if item.code in results
    ]


def check_problem(number: int, problem: Problem, items: Collection[str], on: date) -> None:
    """One problem, counted from 1, is whole in itself."""

    def refused(sentence: str, name: str) -> BadInput:
        whole = _("Problem %(n)s: %(sentence)s") % {"n": number, "sentence": sentence}
        return BadInput(whole, field=f"problems.{number - 1}.{name}")

    most = Finding._meta.get_field("text").max_length or 0
    if not problem.text.strip():
        raise refused(_("say what was found."), "text")
    if len(problem.text) > most:
        raise refused(_("type at most %(most)s characters.") % {"most": most}, "text")
    if problem.disposition not in Disposition.values:
        raise refused(_("say what was done about it."), "disposition")
    if problem.item and problem.item not in items:
        raise refused(_("its check item is none of this premises."), "item")
    if len(problem.line) > (Finding._meta.get_field("line").max_length or 0):
        raise refused(_("there is no such line of business."), "line")
    if problem.rectify_by is not None and problem.disposition != Disposition.ORDER:
        raise refused(_("only an order to correct has a last day."), "rectify_by")
    if problem.rectify_by is not None and problem.rectify_by < on:
        raise refused(_("its last day lies before the visit."), "rectify_by")
    if problem.rectify_by is not None and problem.rectify_by > furthest(on):
        raise refused(_("its last day is %(day)s at the latest, a year on.") % {"day": furthest(on)}, "rectify_by")


def furthest(on: date) -> date:
    """The last day by which something found or decided on the day can be ordered."""
    return on + timedelta(days=LONGEST_ORDER_DAYS)


def check_within_a_year(day: date, on: date, field: str) -> None:
    """What is ordered on a day waits for no more than a year."""
    if day > furthest(on):
        raise BadInput(
            _("Choose %(day)s or an earlier day: no order waits longer than a year.") % {"day": furthest(on)},
            field=field,
        )


def corrected_of(record: VisitRecord, facts: Facts, on: date) -> list[Finding]:
    """The findings that the record saw put right and that were still to be; raises BadInput for any other."""
    earlier = record.corrects.pk if record.corrects is not None else 0
    open_here = {finding.pk: finding for finding in facts.findings[record.premises.pk]}
    # the version that is corrected saw them put right already
    already = {finding.pk for finding in facts.rectified[earlier]}
    found = []
    for key in set(record.corrected) - already:
        finding = open_here.get(key)
        if finding is None or finding.visit_id == earlier:
            raise BadInput(
                _("A problem that you mark as put right is not to be corrected here any more. Load it again and look."),
                field="corrected",
            )
        if finding.visit_id in facts.unsettled:
            raise WrongState(
                _("Record %(number)s, in which the problem “%(text)s” stands, was returned. Correct that record first.")
                % {"number": finding.visit_id, "text": finding.text[:SHOWN_OF_A_TEXT]},
            )
        if finding.found_on > on:
            raise BadInput(_("A problem cannot be put right before it was found."), field="corrected")
        found.append(finding)
    return sorted(found, key=lambda finding: finding.pk)


def covered_of(record: VisitRecord, facts: Facts, corrected: Collection[Finding], on: date) -> list[InspectionTask]:
    """The open tasks that the visit discharges; none where entry was refused.

    Without a choice: every task whose window is open, but no re-check before its day of which nothing was put right.
    In any case a re-check all of whose findings were put right.
    """
    if record.outcome not in Visit.DISCHARGING:
        return []
    tasks = {task.pk: task for task in facts.tasks[record.premises.pk]}
    earlier = record.corrects.pk if record.corrects is not None else 0
    waiting: dict[int, list[Finding]] = {}
    for finding in facts.findings[record.premises.pk]:
        if finding.recheck_id in tasks:
            waiting.setdefault(finding.recheck_id, []).append(finding)
    seen = {finding.pk for finding in corrected}
    over = {key for key, findings in waiting.items() if all(finding.pk in seen for finding in findings)}
    if record.tasks is not None:
        if gone := set(record.tasks) - set(tasks):
            _check_done(InspectionTask.objects.filter(premises=record.premises, visit__isnull=False, pk__in=gone))
            raise BadInput(
                _("A task that you mark as done is not open here any more. Load it again and look."), field="tasks"
            )
        chosen = set(record.tasks)
    else:
        chosen = {
            task.pk
            for task in tasks.values()
            if task.opens_on <= on and not _too_early(task, waiting.get(task.pk, []), seen, earlier, on)
        }
    return [task for key, task in sorted(tasks.items()) if key in chosen | over]


def _check_done(tasks: TaskQuerySet) -> None:
    """Says by which record a task that is named once more was done."""
    done = tasks.order_by("pk").first()
    if done is not None and done.visit_id is not None:
        raise AlreadyStored(
            _(
                "The task due on %(day)s is done already: record %(number)s did it. Look at that record first; if "
                "yours was another visit, hand it in without this task."
            )
            % {"day": done.due_on, "number": done.visit_id},
            row=done.visit_id,
            field="tasks",
        )


def _too_early(
    task: InspectionTask, findings: Sequence[Finding], seen: Collection[int], earlier: int, on: date
) -> bool:
    """A re-check whose day is to come, none of it put right and nothing merged into it; or one of the very record that
    is corrected."""
    if not findings or any(finding.pk in seen for finding in findings):
        return False
    if all(finding.visit_id == earlier for finding in findings):
        return True
    return task.due_on > on and not getattr(task, "has_followers", False)


def check_new(record: VisitRecord, facts: Facts) -> None:
    """The same visit under another form number is refused, whichever of its officers enters it: nobody is at one
    premises twice in one minute to find the same. A second record of a day that shares an officer is stored only where
    they say that it was another visit; one that sees more put right or names an open re-check says so by itself.
    """
    if record.corrects is not None:
        return
    people = {person.pk for person in (record.lead, record.partner) if person is not None}
    rechecks = {task.pk for task in facts.tasks[record.premises.pk] if task.reason == InspectionTask.Reason.RECHECK}
    if rechecks & set(record.tasks or ()):
        return
    near = [
        visit
        for visit in facts.standing[record.premises.pk, timezone.localdate(record.visited_at)]
        if people & {visit.lead_id, visit.partner_id}
        and set(record.corrected) <= {one.pk for one in visit.rectified.all()}
    ]
    for visit in near:
        if _tells_the_same(record, visit):
            raise AlreadyStored(
                _(
                    "This visit is recorded already, as record %(number)s by %(lead)s: same premises, minute and "
                    "outcome, and one of you two. Nothing was stored twice. If it was another visit, correct its time."
                )
                % {"number": visit.pk, "lead": visit.lead},
                row=visit.pk,
                field="visited_at",
            )
    if near and not record.another_visit:
        at = timezone.localtime(near[0].visited_at).strftime("%Y-%m-%d %H:%M")
        raise AlreadyStored(
            _(
                "Record %(number)s tells of a visit here on %(at)s by %(lead)s and %(partner)s. If that is this visit, "
                "it needs no second record. If this was another visit on that day, say so and hand it in."
            )
            % {"number": near[0].pk, "at": at, "lead": near[0].lead, "partner": near[0].partner},
            row=near[0].pk,
            field="another_visit",
        )


def _tells_the_same(record: VisitRecord, visit: Visit) -> bool:
    """The same minute, outcome and problems, and no other task."""
    return (
        visit.visited_at is not None
        and minute(visit.visited_at) == minute(record.visited_at)
        and visit.outcome == record.outcome
        and {(one.text.strip(), one.disposition) for one in record.problems}
        == {(one.text, one.disposition) for one in visit.findings.all()}
        and set(record.tasks or ()) <= {task.pk for task in visit.tasks.all()}
    )


def check_correction(record: VisitRecord, given: Submission, facts: Facts) -> Visit | None:
    """The version that the record corrects: returned, of the same premises, by those who may (`may_correct`); it stays
    a record of one of the two who signed it."""
    if record.corrects is None:
        return None
    earlier = facts.earlier[record.corrects.pk]
    if earlier.premises_id != record.premises.pk:
        raise BadInput(_("A corrected record belongs to the same premises."), field="corrects")
    if earlier.state != Visit.State.RETURNED:
        raise WrongState(_("Only a record that was returned is corrected."))
    signers = (earlier.lead_id, earlier.partner_id)
    if not may_correct(earlier, given.by, facts.premises[record.premises.pk]):
        raise NotAllowed(_("Only who signed a returned record, or who inspects there today, corrects it."))
    if given.by is not None and given.by.pk not in signers and record.lead.pk not in signers:
        raise NotAllowed(_("A corrected record names one of the two who signed it as its first officer."))
    if record.outcome not in Visit.DISCHARGING and getattr(earlier, "discharged", False):
        raise BadInput(
            _("The returned record discharged a due visit; “entry refused” cannot. Say how the visit did end."),
            field="outcome",
        )
    return earlier


def may_correct(visit: Visit, by: Officer | None, premises: Premises) -> bool:
    """The person may correct the returned record: who signed it, and who inspects today where it counts or where its
    premises stands by now; the command line has no `by`."""
    return (
        by is None
        or by.pk in (visit.lead_id, visit.partner_id)
        or by.may(Permission.INSPECT, visit.area_code)
        or by.may(Permission.INSPECT, premises.area_code)
    )


def is_own(visit: Visit, officer: Officer) -> bool:
    """The person made the visit, or handed its corrected record in for those who did: somebody else reviews it."""
    if officer.pk in (visit.lead_id, visit.partner_id):
        return True
    handed_in = {"what": "state", "new": Visit.State.SUBMITTED, "by": officer}
    return visit.version > 1 and visit.events.filter(**handed_in).exists()


def same_form(stored: Visit, given: Submission, facts: Facts) -> Visit:
    """The visit that the form made before; raises BadInput when its number belongs to something else, AlreadyStored
    when it was handed in and says something else now."""
    record, by = given.record, given.by
    corrects = record.corrects.pk if record.corrects is not None else None
    others = (stored.premises_id, stored.corrects_id) != (record.premises.pk, corrects)
    # a correction may be put aside, and handed in, by somebody who did not sign the record
    others = others or (stored.lead_id != record.lead.pk and (corrects is None or stored.state != Visit.State.DRAFT))
    # who completes a draft or corrects a record is looked at with its officers
    signers = (stored.lead_id, stored.partner_id)
    strange = corrects is None and stored.state != Visit.State.DRAFT and by is not None and by.pk not in signers
    if others or strange:
        raise BadInput(
            _("This form number belongs to another visit. Nothing was stored: open a new form and hand it in there."),
            field="client_id",
        )
    if stored.state != Visit.State.DRAFT and stored.content_sha256 not in ("", content(record, facts)):
        raise AlreadyStored(
            _(
                "This form was handed in already, as record %(number)s, and says something else now. The change is not "
                "stored: have the record returned and correct it there."
            )
            % {"number": stored.pk},
            row=stored.pk,
            field="client_id",
        )
    return stored


def content(record: VisitRecord, facts: Facts) -> str:
    """A checksum of what the record says beside its number, premises and first officer: the moment to the minute, the
    usual limit where an order names none."""
    on = timezone.localdate(record.visited_at)
    bureau = facts.premises[record.premises.pk].area_code[:2]
    problems = []
    for one in record.problems:
        limit = one.rectify_by
        if limit is None and one.disposition == Disposition.ORDER:
            limit = facts.ends(bureau, "rectify", on, on)
        problems.append([one.text.strip(), one.disposition, one.item, one.line, str(limit)])
    said = [
        minute(record.visited_at).astimezone(UTC).isoformat(),
        record.partner.pk if record.partner is not None else None,
        record.outcome,
        record.narrative.strip(),
        sorted([str(given.get("code", "")), str(given.get("result", ""))] for given in record.answers),
        sorted(problems),
        sorted(set(record.corrected)),
        sorted(set(record.tasks)) if record.tasks is not None else None,
    ]
    return sha256(json.dumps(said).encode()).hexdigest()
