"""What a visit left open that it could have discharged: told on its record and in the review."""

from datetime import timedelta

import pytest

from tests.factories import TODAY, DuePremisesFactory, TaskFactory, VisitFactory
from tests.forms import Opened
from tests.visits import load_policy

DAY = timedelta(days=1)


def of(district, **facts):
    return VisitFactory(premises=DuePremisesFactory(), lead=district.lead, partner=district.manager, **facts)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"due_on": TODAY - DAY}, True),
        ({"due_on": TODAY + DAY}, True),
        ({"due_on": TODAY, "reason": "recheck"}, False),
        ({"due_on": TODAY - DAY, "reason": "recheck"}, True),
        ({"due_on": TODAY - DAY, "made_on": TODAY + DAY}, False),
        ({"due_on": TODAY + 9 * DAY, "opens_on": TODAY + DAY}, False),
        ({"due_on": TODAY - DAY, "state": "cancelled"}, False),
    ],
)
def test_the_record_and_the_review_tell_what_the_visit_left_open(as_chief, district, facts, told):
    visit = of(district)
    task = TaskFactory(premises=visit.premises, **{"opens_on": TODAY - DAY, "made_on": TODAY - DAY, **facts})
    TaskFactory(premises=DuePremisesFactory(), due_on=TODAY - DAY)

    assert list(as_chief.get(f"/visits/{visit.pk}/").context["left_open"]) == [task] * told
    assert [row.leaves_open for row in as_chief.get("/visits/review/").context["page"]] == [told]


def test_whoever_may_not_see_the_task_is_not_led_to_it(client, district):
    visit = of(district)
    TaskFactory(premises=visit.premises, area_code="050102", due_on=TODAY - DAY)
    client.force_login(district.lead)

    assert not client.get(f"/visits/{visit.pk}/").context["left_open"]


def test_a_returned_record_leaves_nothing_open_by_itself_its_correction_may(as_chief, district):
    visit = of(district, state="returned")
    TaskFactory(premises=visit.premises, due_on=TODAY)

    assert not as_chief.get(f"/visits/{visit.pk}/").context["left_open"]


def test_who_unticks_what_was_due_reads_on_the_next_page_that_it_stays_owed(client, district):
    load_policy()
    task = TaskFactory(premises=DuePremisesFactory(), due_on=TODAY - 9 * DAY)
    client.cookies["django_language"] = "en"
    client.force_login(district.lead)

    page = Opened(client, f"/premises/{task.premises_id}/visit/").fill(tasks=[]).send()

    assert "left open what was due here" in page.text
    assert f"/tasks/{task.pk}/" in page.text
    assert str(task.due_on) in page.text
