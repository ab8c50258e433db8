"""Whoever changes places, or loses a post by a change of areas, leaves no open work behind in their name."""

from datetime import timedelta

import pytest

from grids.actions import post_officer, swap_posts
from grids.handing import count_strays
from grids.models import Officer
from gridsup.jobs import run_inline
from inspections.models import InspectionTask, Visit
from subjects.areas.effect import undo_change
from tests.factories import TODAY, PremisesFactory, TaskFactory, VisitFactory
from tests.splitting import NOON, draw_station, in_effect, merge_draft, premises_at, split_draft

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def certified(district):
    """Both leads may inspect."""
    facts = {"certificate_no": "S-1", "certificate_valid_to": district.lead.certificate_valid_to}
    Officer.objects.filter(pk=district.neighbour_lead.pk).update(**facts)
    return district


def holder(task):
    return InspectionTask.objects.get(pk=task.pk).assignee


def aside(officer, premises):
    """A visit put aside half written."""
    return VisitFactory(lead=officer, partner=None, state="draft", draft={"narrative": "half"}, premises=premises)


def swap(district, on):
    first, second = (one.postings.get(to_day=None) for one in (district.lead, district.neighbour_lead))
    return swap_posts(first=first, second=second, on=on, by=district.chief, now=NOON)


class TestOfASwap:
    def test_of_today_takes_the_work_along_at_once(self, district):
        here, there = PremisesFactory(), PremisesFactory(area_code="050102")
        tasks = [TaskFactory(assignee=district.lead, premises=here), TaskFactory(assignee=None)]
        tasks += [TaskFactory(assignee=district.neighbour_lead, premises=there)]
        half = aside(district.lead, here)
        swap(district, TODAY)

        assert [holder(task) for task in tasks] == [district.neighbour_lead, None, district.lead]
        assert Visit.objects.get(pk=half.pk).lead == district.neighbour_lead
        assert count_strays(district.chief, TODAY) == 0
        assert district.lead.events.get().by == district.chief

    def test_of_a_day_to_come_leaves_it_until_then_to_the_job(self, district):
        task = TaskFactory(assignee=district.lead)
        swap(district, TODAY + DAY)
        run_inline(name="hand_over_swaps", period=str(TODAY), area_code="05", now=NOON)
        assert holder(task) == district.lead

        for _again in range(2):
            job = run_inline(name="hand_over_swaps", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)

        assert (holder(task), task.events.count(), job.counts["changed"]) == (district.neighbour_lead, 1, 0)

    def test_a_day_on_which_the_job_did_not_run_is_caught_up(self, district):
        task = TaskFactory(assignee=district.lead)
        swap(district, TODAY + DAY)
        run_inline(name="hand_over_swaps", period=str(TODAY + 9 * DAY), area_code="05", now=NOON + 9 * DAY)

        assert holder(task) == district.neighbour_lead

    def test_work_left_by_somebody_who_did_not_change_places_waits_for_a_person(self, district):
        stray = TaskFactory(assignee=district.nobody)
        swap(district, TODAY)
        run_inline(name="hand_over_swaps", period=str(TODAY), area_code="05", now=NOON)

        assert holder(stray) == district.nobody

    def test_who_keeps_another_post_there_keeps_the_work(self, district):
        post_officer(officer=district.lead, duty="manager", area_code="050101", from_day=TODAY - DAY, now=NOON)
        task = TaskFactory(assignee=district.lead)
        first = district.lead.postings.get(duty="grid_lead")
        swap_posts(first=first, second=district.neighbour_lead.postings.get(), on=TODAY, now=NOON)

        assert holder(task) == district.lead


class TestOfAChangeOfAreas:
    @pytest.fixture(autouse=True)
    def paper(self, district):
        draw_station()

    def test_a_grid_taken_in_gives_the_work_to_the_lead_of_the_other(self, district):
        shop = premises_at(2.5, area_code="050102")
        task, half = TaskFactory(premises=shop, assignee=district.neighbour_lead), aside(district.neighbour_lead, shop)
        in_effect(district, merge_draft(district))

        assert (holder(task), Visit.objects.get(pk=half.pk).lead) == (district.lead, district.lead)
        assert count_strays(district.chief, TODAY) == 0

    def test_a_new_grid_without_a_lead_has_the_work_itself(self, district):
        moved = TaskFactory(premises=premises_at(1.5), assignee=district.manager)
        stays = TaskFactory(premises=premises_at(0.5), assignee=district.manager)
        in_effect(district, split_draft(district))

        assert (holder(moved), holder(stays)) == (None, district.manager)

    def test_what_was_held_without_a_post_before_still_waits_for_a_person(self, district):
        stray = TaskFactory(premises=premises_at(1.5), assignee=district.nobody)
        in_effect(district, split_draft(district))

        assert holder(stray) == district.nobody

    def test_undoing_gives_it_back_to_the_post_that_goes_on(self, district):
        task = TaskFactory(premises=premises_at(2.5, area_code="050102"), assignee=district.neighbour_lead)
        change = in_effect(district, merge_draft(district))
        undo_change(change=change, why="错了", by=district.district_office, now=NOON + DAY)

        assert holder(task) == district.neighbour_lead
        assert count_strays(district.chief, TODAY + DAY) == 0
