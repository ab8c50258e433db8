import pytest
from django.utils import timezone

from inspections.models import CreditReview
from tests.api import api_as, errors
from tests.cases import CreditReviewFactory
from tests.factories import DuePremisesFactory, FindingFactory, SubjectFactory
from tests.style.routes import client_of
from tests.visits import load_policy

LIST = "/credit-reviews/"


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def proposed(name="Milk bar", credit="B", **facts):
    """A review of a subject in grid 050101."""
    premises = DuePremisesFactory(subject=SubjectFactory(name=name, credit=credit))
    return CreditReviewFactory(case__premises=premises, **facts)


def shown(page):
    return {row.case.premises.subject.name for row in page.context["page"]}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"Milk bar", "Tea house"}),
        ("state=proposed", {"Milk bar"}),
        ("state=rejected", {"Tea house"}),
        ("mine=1", {"Milk bar"}),
        ("q=Tea", {"Tea house"}),
        ("q=77/2026", {"Tea house"}),
        ("area=0502", set()),
    ],
)
def test_reviews_are_filtered(as_chief, query, wanted):
    proposed()
    proposed("Tea house", state="rejected", case__number="77/2026")

    assert shown(as_chief.get(f"{LIST}?{query}")) == wanted


def test_a_list_takes_the_same_queries_for_3_rows_and_30(as_chief, django_assert_num_queries):
    for count in (3, 22):
        for _each in range(count):
            proposed()
        with django_assert_num_queries(9):
            assert as_chief.get(LIST).status_code == 200


def test_whoever_decides_finds_what_waits(district):
    proposed()
    proposed(state="rejected")

    places = (district.chief, "/admin/", "decisions"), (district.district_office, "/dashboard/", "waiting")
    for who, address, name in places:
        page = client_of(who).get(address)
        waiting = [row.count for row in page.context[name] if row.url == "/credit-reviews/?mine=1"]
        assert waiting == [1]


def test_the_chief_changes_the_grade(as_chief):
    review = proposed()
    address = f"{LIST}{review.pk}/"
    assert f"{address}confirmed/" in as_chief.get(address).text

    page = as_chief.post(f"{address}confirmed/", {"credit": "C", "why": "Twice in a year"}, follow=True).text

    assert "Credit grade: B, now C" in page
    assert "Twice in a year" in page
    assert f"{address}confirmed/" not in page


def test_a_grade_is_kept_only_for_a_reason_and_what_was_chosen_stays(as_chief):
    review = proposed()

    assert "note-error" in as_chief.post(f"{LIST}{review.pk}/rejected/", {"why": " "}).text
    page = as_chief.post(f"{LIST}{review.pk}/confirmed/", {"credit": "B", "why": "Because"}).text
    assert "note-error" in page
    assert 'value="Because"' in page
    as_chief.post(f"{LIST}{review.pk}/rejected/", {"why": "A first slip"})

    review.refresh_from_db()
    assert (review.state, review.events.get().why) == ("rejected", "A first slip")


def test_the_second_who_decides_reads_what_was_decided(as_chief, district):
    review = proposed()
    client_of(district.district_office).post(f"{LIST}{review.pk}/rejected/", {"why": "A first slip"})

    page = as_chief.post(f"{LIST}{review.pk}/confirmed/", {"credit": "C"}, follow=True).text

    assert "Somebody decided on this meanwhile" in page
    assert "A first slip" in page
    assert CreditReview.objects.get().state == "rejected"


@pytest.mark.parametrize("who", ["lead", "head"])
def test_who_may_not_decide_finds_no_button_and_is_refused(client, district, who):
    review = proposed()
    client.force_login(getattr(district, who))
    assert "/confirmed/" not in client.get(f"{LIST}{review.pk}/").text

    assert "note-error" in client.post(f"{LIST}{review.pk}/confirmed/", {"credit": "C"}).text
    assert CreditReview.objects.get().state == "proposed"


def test_the_way_from_a_finding_to_its_review(as_chief):
    finding = FindingFactory(state="case_returned")
    as_chief.post(f"/findings/{finding.pk}/closed/", {"why": "paid"})
    review = CreditReview.objects.get()

    page = as_chief.get(f"/findings/{finding.pk}/").text

    assert f'href="{LIST}{review.pk}/"' in page
    assert finding.text in as_chief.get(f"{LIST}{review.pk}/").text


class TestApi:
    def test_a_review_is_confirmed_once(self, district):
        review = proposed()
        client, address = api_as(district.chief), f"/api/v1/credit-reviews/{review.pk}"
        assert client.get(address).json()["next_states"] == ["confirmed", "rejected"]

        row = client.post(f"{address}/confirm", {"credit": "C"}, format="json").json()

        assert (row["state"], row["credit"], row["decided_by"]) == ("confirmed", "C", district.chief.name)
        assert row["present_credit"] == "C"
        again = client.post(f"{address}/reject", {"why": "no"}, format="json")
        assert (again.status_code, errors(again)) == (409, [("wrong_state", "")])

    def test_it_is_rejected_for_a_reason(self, district):
        review = proposed()
        client, address = api_as(district.chief), f"/api/v1/credit-reviews/{review.pk}/reject"
        assert errors(client.post(address, {"why": ""}, format="json")) == [("blank", "why")]

        row = client.post(address, {"why": "A first slip"}, format="json").json()

        assert (row["state"], row["decided_on"]) == ("rejected", str(timezone.localdate()))
        assert [event["why"] for event in row["events"]] == ["A first slip"]

    def test_what_the_person_may_decide_is_listed(self, district):
        review = proposed()
        proposed(state="rejected")

        for who, keys in ((district.chief, [review.pk]), (district.lead, [])):
            found = api_as(who).get("/api/v1/credit-reviews?mine=true").json()["results"]
            assert [row["id"] for row in found] == keys

    def test_the_present_grade_is_refused_with_its_field(self, district):
        address = f"/api/v1/credit-reviews/{proposed().pk}/confirm"

        answer = api_as(district.chief).post(address, {"credit": "B"}, format="json")

        assert (answer.status_code, errors(answer)) == (400, [("bad_input", "credit")])

    def test_who_does_not_decide_is_refused(self, district):
        address = f"/api/v1/credit-reviews/{proposed().pk}/confirm"

        answers = [
            api_as(who).post(address, {"credit": "C"}, format="json") for who in (district.lead, district.far_chief)
        ]

        assert [answer.status_code for answer in answers] == [403, 404]
