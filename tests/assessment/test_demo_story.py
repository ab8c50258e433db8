import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from assessment.demo import findings, grievances
from assessment.demo.calendar import DAY, Calendar, Week, morning
from assessment.demo.cases import Inbox
from assessment.demo.courses import BESIDES, Target
from assessment.demo.dice import Dice
from assessment.demo.manners import manners
from assessment.demo.rounds import Owed, Place, Rounds
from complaints.models import Complaint
from complaints.models.complaint import MOVES_OF
from gridsup.holidays import shipped
from gridsup.workdays import WorkCalendar
from inspections.models import Finding, Visit

TODAY = date(2026, 11, 22)
CALENDAR = Calendar(TODAY)
DAYS = {row.day: row.is_off for row in shipped()}
WORK = WorkCalendar(DAYS, frozenset(day.year for day in DAYS))
GRIDS = [f"05{station:02}{grid:02}" for station in range(1, 7) for grid in range(1, 4)]
TRADES = ("5221", "6210", "5251", "5274", "8040", "5232", "5166", "7243", "8111")
DICE = Dice(1)
MANNERS = manners(GRIDS, DICE)
CODES = ("subject_qualification", "prior_permit", "goods_identity", "supply_channel", "goods_quality")
ROUNDS = Rounds(DICE, MANNERS, WORK, {"high": CODES})
WEEK = Week(date(2026, 9, 23), date(2026, 9, 29))


def owed(number, *, due_on, reason="routine", grid=GRIDS[0], unlicensed=False):
    place = Place(number, f"key {number}", grid, TRADES[number % 9], "high", "A", is_unlicensed=unlicensed)
    return Owed(number, place, reason, due_on - timedelta(days=30), due_on)


def made(tasks, weeks):
    """The outings of some weeks, tasks done no longer owed."""
    found = []
    for week in weeks:
        outings = ROUNDS.of_week(tasks, week)
        done = {task for outing in outings if outing.outcome != "refused" for task in outing.tasks}
        tasks = [task for task in tasks if task.task not in done]
        found += outings
    return found


@pytest.fixture(scope="module")
def many():
    """Visits owed all through the story, in every grid, and what came of them."""
    tasks = [
        owed(number, due_on=date(2026, 4, 1) + timedelta(days=number % 170), grid=GRIDS[number % len(GRIDS)])
        for number in range(3000)
    ]
    return tasks, made(tasks, CALENDAR.weeks)


@pytest.fixture(scope="module")
def cases():
    targets = [
        Target(number, f"key {number}", grid, "某店", "某路1号", trade, "")
        for number, (grid, trade) in enumerate((grid, trade) for grid in GRIDS for trade in TRADES)
    ]
    return Inbox(DICE, WORK, MANNERS, targets, "05").cases(CALENDAR.ledger_came, TODAY - DAY, 6.9)


@pytest.mark.parametrize(
    ("today", "quarters"),
    [
        (date(2026, 11, 22), ["2026Q2", "2026Q3"]),
        (date(2026, 10, 1), ["2026Q2", "2026Q3"]),
        (date(2026, 9, 30), ["2026Q1", "2026Q2"]),
        (date(2027, 1, 1), ["2026Q3", "2026Q4"]),
        (date(2028, 2, 29), ["2027Q3", "2027Q4"]),
    ],
)
def test_the_two_full_quarters_before_today_are_told(today, quarters):
    calendar = Calendar(today)

    assert [str(period) for period in calendar.quarters] == quarters
    assert calendar.quarters[0].first - calendar.ledger_came == timedelta(weeks=2)
    assert 190 < (today - calendar.ledger_came).days <= 300


@pytest.mark.parametrize(
    ("today", "scored_on"),
    [
        (date(2026, 11, 22), date(2026, 10, 12)),
        (date(2026, 10, 5), date(2026, 10, 4)),
        (date(2026, 10, 1), date(2026, 10, 1)),
    ],
)
def test_a_quarter_is_scored_once_it_is_over_and_before_today_where_it_can_be(today, scored_on):
    calendar = Calendar(today)

    assert calendar.scored_on(calendar.quarters[-1]) == scored_on


def test_work_of_today_was_done_in_the_night():
    assert [CALENDAR.begins(day).hour for day in (TODAY, TODAY - DAY)] == [3, 9]


def test_the_weeks_follow_each_other_up_to_yesterday():
    weeks = CALENDAR.weeks

    assert (weeks[0].first, weeks[-1].last) == (CALENDAR.ledger_came, TODAY - DAY)
    assert all(later.first - earlier.last == DAY for earlier, later in pairwise(weeks))
    assert [week.first for week in weeks] + [TODAY] == CALENDAR.job_days


def test_what_falls_depends_on_what_is_asked_about_alone():
    assert DICE.share("a", 1) == Dice(1).share("a", 1) != Dice(2).share("a", 1)
    assert DICE.share("a", 1) != DICE.share("a", 2)
    assert {DICE.between(1, 3, number) for number in range(50)} == {1, 2, 3}
    thrown = Counter(DICE.weighted({"often": 9, "seldom": 1}, number) for number in range(1000))
    assert 850 < thrown["often"] < 950


def test_grids_work_differently_and_stations_too():
    assert len({manner.on_time for manner in MANNERS.values()}) > len(GRIDS) / 2
    assert MANNERS["050301"].on_time > MANNERS["050601"].on_time
    assert all(0.5 < manner.on_time < 1 for manner in MANNERS.values())


def test_rounds_are_made_on_working_days_inside_the_window_and_entered_afterwards(many):
    tasks, outings = many
    opens = {task.task: task.opens_on for task in tasks}

    assert len(outings) > 2500
    assert all(WORK.is_working(outing.day) for outing in outings)
    assert all(opens[task] <= outing.day for outing in outings for task in outing.tasks)
    assert all(outing.at < outing.sent_at and outing.sent_on >= outing.day for outing in outings)


def test_an_order_is_entered_before_its_own_limit_is_over(many):
    ordered = [
        (outing.sent_on, trouble.rectify_by)
        for outing in many[1]
        for trouble in outing.troubles
        if trouble.rectify_by is not None
    ]

    assert len(ordered) > 50
    assert all(sent_on <= limit for sent_on, limit in ordered)


def test_careful_grids_are_in_time_more_often(many):
    tasks, outings = many
    due = {task.task: task.due_on for task in tasks}

    def share(station):
        here = [outing for outing in outings if outing.place.area.startswith(station)]
        return sum(outing.day <= min(due[task] for task in outing.tasks) for outing in here) / len(here)

    assert share("0503") > 0.85
    assert share("0506") < 0.8


def test_no_two_visits_of_a_grid_begin_at_the_same_moment(many):
    _tasks, outings = many
    begun = Counter((outing.place.area, outing.at) for outing in outings)

    assert set(begun.values()) == {1}


def test_a_week_told_again_is_the_same_whatever_was_told_before(many):
    tasks, _outings = many

    assert ROUNDS.of_week(tasks, WEEK) == ROUNDS.of_week(list(reversed(tasks)), WEEK)


def test_outcomes_are_of_every_kind_and_problems_have_what_their_disposition_needs(many):
    _tasks, outings = many
    outcomes = Counter(outing.outcome for outing in outings)
    troubles = [trouble for outing in outings for trouble in outing.troubles]

    assert set(outcomes) == {"no_problem", "problem", "not_found", "refused"}
    assert 0.05 < outcomes["problem"] / len(outings) < 0.25
    assert {trouble.disposition for trouble in troubles} == set(Finding.Disposition.values)
    assert all((trouble.disposition == "order") == (trouble.rectify_by is not None) for trouble in troubles)
    assert all(bool(outing.troubles) == (outing.outcome in Visit.WITH_FINDINGS) for outing in outings)


def test_a_recheck_is_made_when_things_are_put_right_in_time_or_late():
    tasks = [owed(number, due_on=date(2026, 9, 10), reason="recheck", grid=GRIDS[-1]) for number in range(300)]
    days = [outing.day for outing in made(tasks, CALENDAR.weeks)]

    assert {outing.outcome for outing in made(tasks, CALENDAR.weeks)} == {"no_problem"}
    assert 100 < sum(day <= date(2026, 9, 10) for day in days) < 250
    assert max(days) > date(2026, 9, 30)


def test_unlicensed_traders_are_seen_trading_or_gone():
    tasks = [owed(number, due_on=date(2026, 9, 25), unlicensed=True) for number in range(100)]

    assert {outing.outcome for outing in made(tasks, CALENDAR.weeks)} == {"unlicensed", "not_found"}


def test_what_is_not_placed_in_a_grid_is_visited_by_nobody():
    assert not made([owed(1, due_on=date(2026, 9, 25), grid="05")], CALENDAR.weeks)


def test_every_course_follows_the_table_of_its_kind(cases):
    for case in cases:
        state = "received"
        for step in case.steps:
            if step.to in BESIDES:
                continue
            move = MOVES_OF[case.kind][state, step.to]
            assert "why" not in move.required or step.why
            assert set(move.required) - {"why", "accepted_on", "closed_on"} <= set(step.fields)
            state = step.to


def test_steps_follow_each_other_on_working_days(cases):
    assert all(earlier.at < later.at for case in cases for earlier, later in pairwise(case.steps))
    assert all(case.at < case.steps[0].at for case in cases)
    assert all(WORK.is_working(step.at.date()) for case in cases for step in case.steps)
    assert len({case.at for case in cases}) == len(cases)


def test_nobody_reviews_or_closes_what_they_handled(cases):
    for case in cases:
        state, handled = "received", set()
        for step in (step for step in case.steps if step.to not in BESIDES):
            supervises = MOVES_OF[case.kind][state, step.to].permission == "review_complaints"
            assert not (supervises and step.who in handled)
            if step.to in Complaint.HANDLING and not supervises:
                handled.add(step.who)
            state = step.to


def test_some_twelve_to_sixteen_hundred_come_in_by_every_channel_and_kind(cases):
    assert 1_200 < len(cases) < 1_600
    assert {case.kind for case in cases} == set(Complaint.Kind.values)
    assert {case.channel for case in cases} == set(Complaint.Channel.values)
    assert {step.to for case in cases for step in case.steps} > BESIDES | {
        "refused",
        "transferred",
        "linked",
        "reopened",
    }


def test_today_much_is_open_and_some_just_came_in(cases):
    now = morning(TODAY)
    states = [
        [step.to for step in case.steps if step.at < now and step.to not in BESIDES] or ["received"] for case in cases
    ]
    last = Counter(states[-1] for states in states)

    assert last["received"] > 8
    assert last["in_hand"] > 30
    assert last["verifying"] > 8
    assert last["closed"] > 900


def test_a_complaint_on_the_public_page_has_a_name_and_repeats_name_an_earlier_one(cases):
    assert all(case.person for case in cases if case.kind == "complaint" and case.channel == "public")
    by_number = {case.number: case for case in cases}
    for case in cases:
        for step in case.steps:
            if step.to == "linked":
                first = by_number[step.fields["linked_to"]]
                assert first.at < case.at
                assert first.steps[0].to != "linked"


def test_nobody_is_a_person_and_no_telephone_can_ring(cases):
    named = [case for case in cases if case.person]

    assert all(case.person.startswith("演示") and not any(sign.isdigit() for sign in case.person) for case in named)
    assert all(len(case.phone) == 11 and case.phone.startswith("164") for case in named)


@pytest.mark.parametrize("kind", Complaint.Kind.values)
@pytest.mark.parametrize("trade", TRADES)
def test_every_kind_has_something_to_say_of_every_trade(kind, trade):
    for channel in Complaint.Channel.values:
        words = [grievances.worded(matter.text, DICE, 1) for matter in grievances.suited(kind, trade, channel)]
        assert words
        assert not any("{" in sentence for sentence in words)


def test_problems_are_of_the_items_that_are_checked_and_of_the_trade():
    assert {wrong.item for wrong in findings.suited("7243", ["subject_qualification"])} == {"subject_qualification"}
    assert any("保质期" in wrong.text for wrong in findings.suited("5221", CODES))
    assert findings.suited("5221", ["unheard_of"]) == []
    assert all("{" not in findings.worded(wrong, DICE, 2025, 1) for wrong in findings.WRONGS)


@pytest.mark.parametrize(
    ("words", "least", "most"), [("菜单标价", 10, 120), ("外套洗一次", 90, 800), ("订购的家具", 600, 6_000)]
)
def test_amounts_fit_what_is_complained_of(words, least, most):
    (matter,) = (found for found in grievances.MATTERS if words in found.text)
    sentences = [grievances.worded(matter.text, DICE, number) for number in range(100)]
    amounts = {int(amount) for sentence in sentences for amount in re.findall(r"(\d+)元", sentence)}

    assert least <= min(amounts) < max(amounts) <= most
    assert len(amounts) > 5
