from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.admin import waiting
from complaints.models import Complaint, ComplaintEvent
from complaints.rules import handled
from gridsup.backoffice.site import decisions
from tests.factories import TODAY, ClockFactory, ComplaintFactory, noon
from tests.style.routes import client_of

LIST = "/admin/complaints/complaint/"


def step(officer, complaint, name, **body):
    return client_of(officer).post(f"{LIST}{complaint.pk}/step/{name}/", {"step": 1, **body})


def waits(officer, **counts):
    """What waits for the officer: label's last word of the address → how many."""
    found = {decision.url.rpartition("?")[2]: decision.count for decision in waiting(officer, timezone.localdate())}
    return {name: count for name, count in found.items() if count}


def test_a_chief_reviews_sends_back_and_closes(district, law):
    reviewed, returned, told = (
        ComplaintFactory(state="settled"),
        ComplaintFactory(kind="report", state="handled"),
        ComplaintFactory(state="told"),
    )

    step(district.chief, reviewed, "review")
    step(district.chief, returned, "back", why="which goods?")
    step(district.chief, told, "close", why="all is well")

    states = dict(Complaint.objects.values_list("pk", "state"))
    assert states == {reviewed.pk: "reviewed", returned.pk: "verifying", told.pk: "closed"}


def test_several_are_reviewed_together_and_what_one_handled_is_told(district, law):
    mine, other = ComplaintFactory(state="settled"), ComplaintFactory(state="settled")
    ComplaintEvent.objects.create(
        complaint=mine, what="state", old="in_hand", new="settled", by=district.chief, at=noon(TODAY)
    )
    body = {"action": "review", "_selected_action": [mine.pk, other.pk], "step": 1}

    page = client_of(district.chief).post(LIST, body, follow=True)

    assert dict(Complaint.objects.values_list("pk", "state")) == {mine.pk: "settled", other.pk: "reviewed"}
    assert [message.level_tag for message in page.context["messages"]] == ["error", "success"]


def test_sending_back_needs_a_reason(district, law):
    complaint = ComplaintFactory(state="settled")

    page = step(district.chief, complaint, "back")

    assert list(page.context["form"].errors) == ["why"]


def test_what_waits_for_whom(district):
    for state in ("received", "settled", "told", "closed"):
        ComplaintFactory(state=state)
    ClockFactory(complaint=ComplaintFactory(state="in_hand"), due_on=timezone.localdate() - timedelta(days=1))

    assert waits(district.chief) == {"waiting=review": 1, "waiting=close": 1, "clock=red": 1}
    assert waits(district.district_office) == {
        "waiting=dispatch": 1,
        "waiting=review": 1,
        "waiting=close": 1,
        "clock=red": 1,
    }
    assert waits(district.far_chief) == waits(district.outsider) == waits(district.lead) == {}
    ours = [one for one in decisions(district.chief, timezone.localdate()) if one.url.startswith(LIST)]
    assert [decision.count for decision in ours] == [1, 1, 1]


def test_each_number_opens_its_rows(district):
    wanted = {state: ComplaintFactory(state=state) for state in ("received", "settled", "told", "closed")}
    client = client_of(district.district_office)

    def listed(query):
        return list(client.get(f"{LIST}?{query}").context["cl"].queryset)

    assert listed("waiting=dispatch") == [wanted["received"]]
    assert listed("waiting=review") == [wanted["settled"]]
    assert listed("waiting=close") == [wanted["told"]]
    assert listed("waiting=nonsense&clock=blue") == listed("")


MOVES = [
    ("in_hand", "settled"), ("dispatched", "in_hand"), ("settled", "in_hand"), ("settled", "reviewed"),
    ("received", "accepted"), ("escalated", "in_hand"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), MOVES)
def test_the_list_knows_who_handled_as_the_rule_does(district, old, new):
    complaint = ComplaintFactory(state="settled")
    facts = {"what": "state", "old": old, "new": new, "by": district.chief, "at": noon(TODAY)}
    ComplaintEvent.objects.create(complaint=complaint, **facts)

    free = Complaint.objects.not_handled_by(district.chief).exists()

    assert free is not handled("complaint", [(old, new)])
    assert Complaint.objects.not_handled_by(district.lead).exists()


def test_the_page_shows_limits_and_no_complainant(district, law, take_in):
    complaint = take_in()

    page = client_of(district.district_office).get(f"{LIST}{complaint.pk}/change/").content.decode()

    assert str(complaint.clocks.get().latest_on.year) in page
    assert "秀英" not in page
    assert "13800001234" not in page


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_takes_as_many_queries_for_many_rows(district, count_queries, rows):
    client = client_of(district.chief)
    for _row in range(rows):
        ClockFactory()

    count = count_queries(client, LIST)

    assert count == 9
