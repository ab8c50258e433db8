"""A bureau with a history: premises, and the visits, tasks, findings, complaints and ratings of the year so far.

Filled by one INSERT … SELECT a table, in proportions that are the same for every size; nothing is drawn by lot. For
measurements only: rows are put beside each other so that they agree, not one after the other as people make them.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    F,
    Func,
    IntegerField,
    JSONField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import Exact, GreaterThan

from benchmarks import jobs
from gridsup.dates import AddDays

FIRST = date(2026, 1, 1)
PREMISES, VISITS = 168_339, 500_000
# The most that anybody visits a premises between the first day and today.
ROUNDS = 3
DAYS = (jobs.DAY - FIRST).days
A_ROUND = DAYS // ROUNDS
OFFICERS = GRIDS = 40
LASTING = date(2030, 1, 1)


class Noon(Func):
    """Noon of a day, as a moment."""

    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s || ' 04:00:00')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="((%(expressions)s + time '12:00') AT TIME ZONE 'Asia/Shanghai')", **context
        )


class FormNumber(Func):
    """A new UUID for each row."""

    output_field = UUIDField()
    arity = 0

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="gen_random_uuid()", **context)


def fill(premises: int = PREMISES, visits: int = VISITS) -> dict[str, int]:
    """An empty database becomes the bureau with its history; returns how many rows of each kind."""
    from complaints.models import Clock, Complaint, Rating
    from inspections.models import Finding, InspectionTask, Visit

    jobs.fill(premises)
    jobs.run("apply_policy")
    fill_visits(visits)
    fill_tasks()
    fill_findings()
    fill_complaints()
    jobs.settle()
    kinds = {"visits": Visit, "tasks": InspectionTask, "findings": Finding, "complaints": Complaint, "clocks": Clock}
    return {name: model._default_manager.count() for name, model in {**kinds, "ratings": Rating}.items()}


def fill_visits(visits: int) -> None:
    """So many records in rounds over the ledger; most entered at once, one in seven late, one in ten with a problem."""
    from grids.models import Officer
    from inspections.models import Visit
    from subjects.models import Premises

    people = Officer.objects.bulk_create(
        Officer(username=f"bench{n}", name=f"Officer {n}", certificate_no=f"S-{n}", certificate_valid_to=LASTING)
        for n in range(2 * OFFICERS)
    )
    lead, partner = Value(people[0].pk), Value(people[OFFICERS].pk)
    for turn in range(ROUNDS):
        left = visits - Visit.objects.count()
        ledger = Premises.objects.filter(pk__in=Premises.objects.order_by("pk").values("pk")[:left])
        day = AddDays(Value(FIRST, DateField()), Value(turn * A_ROUND) + mod(7919, A_ROUND))
        entered = AddDays(day, choice(7, {0: Value(5)}, mod(31, 2)))
        archived = GreaterThan(mod(13, 20), Value(0))
        ledger.insert_into(
            Visit,
            **blank(Visit)
            | {"client_id": FormNumber(), "premises": F("pk"), "area_code": F("area_code"), "version": 1}
            | {"lead": mod(1, OFFICERS) + lead, "partner": mod(1, OFFICERS) + partner}
            | {"outcome": choice(10, {turn: Value("problem"), 9: Value("not_found")}, Value("no_problem"))}
            | {"state": Case(When(archived, then=Value("archived")), default=Value("submitted"))}
            | {"reviewed_at": Case(When(archived, then=Noon(entered)), default=Value(None))}
            | {"visited_on": day, "visited_at": Noon(day), "entry_due_on": AddDays(day, Value(2))}
            | {"submitted_on": entered, "submitted_at": Noon(entered)},
        )
        # the rounds follow each other: the last that comes to a premises is its last visit
        of_turn = Visit.objects.filter(visited_on__gte=FIRST + timedelta(days=turn * A_ROUND))
        of_turn.write_to(Premises, key="premises", last_visited_on=F("visited_on"))


def fill_tasks() -> None:
    """One task for each visit, one in ten done late; open ones, a quarter of them late; a few cancelled."""
    from inspections.models import InspectionPlan, InspectionTask, TaskEvent, Visit
    from subjects.models import Premises

    owed = {"reason": "routine", "plan": InspectionPlan.objects.get().pk, "area_code": F("area_code")}
    shift = choice(10, {0: Value(-4)}, mod(17, 12))
    Visit.objects.all().insert_into(
        InspectionTask, premises=F("premises"), state="done", done_on=F("visited_on"), visit=F("pk"),
        opens_on=AddDays(F("visited_on"), Value(-30)), made_on=AddDays(F("visited_on"), Value(-30)),
        due_on=AddDays(F("visited_on"), shift), **owed,
    )  # fmt: skip
    due = AddDays(Value(jobs.DAY, DateField()), mod(13, 40) - Value(10))
    third, few = (Premises.objects.annotate(place=mod(1, size)).filter(place=0) for size in (3, 97))
    third.insert_into(
        InspectionTask, premises=F("pk"), state="due", due_on=due, opens_on=AddDays(due, Value(-30)),
        made_on=AddDays(due, Value(-30)), **owed,
    )  # fmt: skip
    few.insert_into(
        InspectionTask,
        premises=F("pk"),
        state="cancelled",
        due_on=date(2026, 8, 15),
        opens_on=date(2026, 7, 15),
        made_on=date(2026, 7, 15),
        **owed,
    )
    for state, day in (("done", "done_on"), ("cancelled", "due_on")):
        InspectionTask.objects.filter(state=state).insert_into(
            TaskEvent, task=F("pk"), what="state", old="due", new=state, at=Noon(F(day)), why=""
        )


def fill_findings() -> None:
    """One for each visit with a problem, ordered to be corrected within two weeks; three in four are, some late."""
    from inspections.models import Finding, Visit

    seen = choice(10, {0: Value(18), 1: Value(16)}, mod(3, 14))
    put_right = GreaterThan(mod(11, 8), Value(1))
    waiting = choice(2, {0: Value("ordered")}, Value("escalated"))
    Visit.objects.filter(outcome="problem").insert_into(
        Finding,
        **blank(Finding)
        | {"visit": F("pk"), "premises": F("premises"), "area_code": F("area_code"), "text": "Past its date"}
        | {"disposition": "order", "found_on": F("visited_on"), "rectify_by": AddDays(F("visited_on"), Value(14))}
        | {"state": Case(When(put_right, then=Value("rectified")), default=waiting)}
        | {"rectified_on": Case(When(put_right, then=AddDays(F("visited_on"), seen)), default=Value(None))},
    )


def fill_complaints() -> None:
    """One for every third premises, with two time limits and, for every third that is closed, a rating."""
    from complaints.models import Clock, Complaint, Rating
    from subjects.models import Premises, TimeLimit

    came = AddDays(Value(FIRST, DateField()), mod(104_729, DAYS))
    closed = GreaterThan(mod(1, 5), Value(0))
    Premises.objects.annotate(place=mod(1, 3)).filter(place=1).insert_into(
        Complaint,
        **blank(Complaint)
        | {"number": Concat(Value("05-2026-"), Cast("pk", CharField())), "follow_code": "K7M2QX9P", "channel": "phone"}
        | {
            "kind": choice(2, {0: Value("complaint")}, Value("report")),
            "premises": F("pk"),
            "area_code": F("area_code"),
        }
        | {"premises": F("pk"), "text": "The scale shows too much.", "received_on": came, "received_at": Noon(came)}
        | {"state": Case(When(closed, then=Value("closed")), default=Value("in_hand"))}
        | {"closed_on": Case(When(closed, then=AddDays(came, Value(30))), default=Value(None))},
    )
    rules = dict(TimeLimit.objects.in_force("05", jobs.DAY).values_list("key", "pk"))
    for kind, days, most in (("accept", 9, 11), ("verify", 21, 26)):
        end, met = AddDays(F("received_on"), Value(days)), AddDays(F("received_on"), mod(37, most))
        Complaint.objects.all().insert_into(
            Clock,
            **blank(Clock)
            | {"complaint": F("pk"), "area_code": F("area_code"), "kind": kind, "rule": rules[kind]}
            | {"started_on": F("received_on"), "due_on": end, "latest_on": end}
            | {"met_on": Case(When(state="closed", then=met), default=Value(None))},
        )
    Complaint.objects.filter(state="closed").annotate(place=mod(1, 3)).filter(place=0).insert_into(
        Rating,
        **blank(Rating)
        | {"complaint": F("pk"), "area_code": F("area_code"), "score": mod(19, 5) + Value(1)}
        | {"given_on": F("closed_on"), "given_at": Noon(F("closed_on"))},
    )


def mod(times: int, size: int) -> Any:
    """A number below `size` that is the row's own: its key times a prime, modulo."""
    return Cast((F("pk") * Value(times)) % Value(size), IntegerField())


def choice(size: int, named: dict[int, Any], otherwise: Any) -> Any:
    """A value by the row's own number below `size`; grids follow each other by the key, so that it is stretched."""
    own = Cast((F("pk") / Value(GRIDS)) % Value(size), IntegerField())
    whens = [When(Exact(own, Value(number)), then=value) for number, value in named.items()]
    return Case(*whens, default=otherwise)


def blank(model: Any) -> dict[str, Any]:
    """What stands in the columns that must hold something: the model's defaults, as the database takes them."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if not (field.primary_key or field.null or field.is_relation):
            value = field.get_default()
            if value in ([], {}):
                found[field.name] = Cast(Value("[]" if value == [] else "{}"), JSONField())
            elif value is not None:
                found[field.name] = value
    return found
