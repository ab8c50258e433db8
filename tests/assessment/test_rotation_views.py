import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis.strategies import dates, integers

from assessment.staffing import alerts
from assessment.staffing.guides import guides_of
from assessment.staffing.rotation import NEAR, OVER, standing, turns_of, whole_months
from grids.models import Grid, Posting
from gridsup.dates import add_months
from subjects.actions import load_preset
from subjects.models import PolicyFigure
from tests.factories import (
    TODAY,
    ComplaintFactory,
    FindingFactory,
    GridFactory,
    LocalityFactory,
    OfficerFactory,
    PostingFactory,
    PremisesFactory,
    TaskFactory,
    VisitFactory,
    noon,
)
from tests.style.walking import client_of

DAYS = dates(date(2020, 1, 1), date(2026, 12, 31))
LONG = {"certificate_no": "S-9", "certificate_valid_to": date(2030, 1, 1)}


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def ruled(district):
    """A policy, and two grids that touch."""
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=noon(TODAY))
    for code, west in (("050101", 109.0), ("050102", 109.01)):
        corners = [[west, 34.0], [west + 0.01, 34.0], [west + 0.01, 34.01], [west, 34.01], [west, 34.0]]
        Grid.objects.filter(code=code).update(boundary={"type": "Polygon", "coordinates": [corners]})
    return district


def english(officer):
    client = client_of(officer)
    client.cookies["django_language"] = "en"
    return client


def began(officer, day):
    officer.postings.update(from_day=day)


@pytest.mark.parametrize(
    ("since", "word", "months"),
    [
        (date(2024, 2, 23), "", 32),
        (date(2024, 2, 22), NEAR, 33),  # 2 years 9 months to the day
        (date(2023, 11, 23), NEAR, 35),
        (date(2023, 11, 22), OVER, 36),
        (date(2020, 1, 1), OVER, 82),
    ],
)
def test_it_warns_from_two_years_nine_months_and_is_over_at_three_years(ruled, since, word, months):
    began(ruled.lead, since)

    (turn,) = [turn for turn in turns_of(["050101"], TODAY) if turn.tenure.name == "lead"]

    assert (turn.standing, turn.months) == (word, months)


def test_months_are_counted_to_the_end_of_shorter_months():
    assert whole_months(date(2024, 1, 31), date(2024, 2, 29)) == 1
    assert whole_months(date(2024, 1, 31), date(2024, 2, 28)) == 0


@given(since=DAYS, on=DAYS, months=integers(0, 80))
def test_so_many_months_are_over_from_the_same_day_of_the_month(since, on, months):
    assume(since <= on)

    assert (whole_months(since, on) >= months) == (add_months(since, months) <= on)


def test_without_a_figure_nobody_is_over(ruled):
    PolicyFigure.objects.filter(key__startswith="rotation").delete()
    began(ruled.lead, date(2010, 1, 1))
    page = english(ruled.chief).get("/staffing/rotation/")

    assert [turn.standing for turn in page.context["turns"]] == [""] * 3
    assert "shown and not judged" in page.text


class TestOfTheList:
    def test_over_stands_before_near_the_longest_first_and_then_the_order_of_areas(self, ruled):
        oldest = OfficerFactory(name="oldest")
        PostingFactory(officer=oldest, duty="manager", area_code="050102", from_day=date(2022, 5, 1))
        began(ruled.neighbour_lead, date(2023, 1, 1))
        began(ruled.manager, date(2024, 1, 1))
        page = english(ruled.chief).get("/staffing/rotation/")

        assert [turn.tenure.name for turn in page.context["turns"]] == ["oldest", "neighbour", "manager", "lead"]
        assert (page.context["over"], page.context["near"], page.context["people"]) == (2, 1, 4)
        assert "3 y 10 m · over" in page.text

    @pytest.mark.parametrize(("show", "count"), [("over", 1), ("near", 1), ("due", 2), ("x", 3)])
    def test_a_count_lists_its_people(self, ruled, show, count):
        began(ruled.neighbour_lead, date(2023, 1, 1))
        began(ruled.lead, date(2024, 1, 1))

        assert len(english(ruled.chief).get(f"/staffing/rotation/?show={show}").context["turns"]) == count

    def test_neighbours_with_the_same_duty_are_named(self, ruled):
        turns = {turn.tenure.name: turn.neighbours for turn in
                 english(ruled.chief).get("/staffing/rotation/").context["turns"]}  # fmt: skip

        assert turns == {"lead": ("050102",), "neighbour": ("050101",), "manager": ()}

    def test_a_patrol_group_makes_neighbours_too(self, ruled):
        other = PostingFactory(officer=OfficerFactory(name="mate"), area_code="050103", duty="manager", team="一组")
        GridFactory(code="050103")
        ruled.manager.postings.update(team="一组")

        turns = {turn.tenure.name: turn.neighbours for turn in
                 english(ruled.chief).get("/staffing/rotation/").context["turns"]}  # fmt: skip
        assert (turns["manager"], turns[other.officer.name]) == (("050103",), ("050101",))

    def test_it_takes_as_many_queries_for_thirty_posts_as_for_three(self, ruled, count_queries):
        client = english(ruled.chief)
        few = count_queries(client, "/staffing/rotation/")
        for number in range(10, 40):
            GridFactory(code=f"0501{number}")
            PostingFactory(officer=OfficerFactory(), area_code=f"0501{number}")

        assert count_queries(client, "/staffing/rotation/") == few


class TestOfASwap:
    def page(self, district, who="chief", method="get", other=None, **body):
        post = district.lead.postings.filter(to_day=None).get()
        chosen = other or district.neighbour_lead.postings.get().pk
        return getattr(english(getattr(district, who)), method)(f"/staffing/rotation/{post.pk}/?with={chosen}", body)

    def test_both_grids_are_shown_before_and_after(self, ruled):
        swap = self.page(ruled).context["swap"]

        shown = [(old.row.code, old.row.counting, new.row.counting, new.row.leads[0].name) for old, new in swap.pairs]
        assert shown == [("050101", 2, 1, "neighbour"), ("050102", 0, 1, "lead")]
        assert swap.harms  # 050101 has two certified officers now, and would have one

    def test_the_numbers_before_and_after_name_their_people(self, ruled):
        page = self.page(ruled)

        names = [sorted(side.names) for side in page.context["swap"].pairs[0]]
        assert names == [["lead", "manager"], ["manager", "neighbour"]]
        assert page.text.count('href="/staffing/050101/#people"') == 2

    def test_years_of_service_tell_old_hands_from_new_ones(self, ruled):
        PostingFactory(officer=ruled.lead, area_code="050201", from_day=date(2010, 1, 1), to_day=date(2012, 1, 1))

        before, after = self.page(ruled).context["swap"].pairs[0]

        assert (before.years, after.years) == ([1, 16], [1, 1])

    def test_nothing_is_written_until_it_is_sent(self, ruled):
        before = list(Posting.objects.order_by("pk").values())

        self.page(ruled)

        assert list(Posting.objects.order_by("pk").values()) == before

    def test_the_chief_carries_it_out(self, ruled):
        reply = self.page(ruled, method="post", on="2026-12-01", why="轮换")

        assert (reply.status_code, reply["Location"]) == (302, "/staffing/rotation/?area=0501")
        assert ruled.lead.postings.get(to_day=None).area_code == "050102"
        assert ruled.neighbour_lead.postings.get(to_day=None).from_day == date(2026, 12, 1)

    def test_once_it_is_settled_nobody_is_reminded_any_more(self, ruled):
        began(ruled.lead, date(2020, 1, 1))
        self.page(ruled, method="post", on="2026-12-01")

        page = english(ruled.chief).get("/staffing/rotation/")
        post = ruled.lead.postings.order_by("from_day")[0]
        assert (page.context["over"], [turn.neighbours for turn in page.context["turns"]]) == (0, [(), (), ()])
        assert "ends on 2026-11-30" in page.text
        assert "there is nothing to change" in english(ruled.chief).get(f"/staffing/rotation/{post.pk}/").text

    @pytest.mark.parametrize(
        ("day", "sentence"), [("2026-11-21", "begins today or later"), ("soon", "Write the day as"), ("", "required")]
    )
    def test_a_day_that_cannot_be_is_answered_beside_the_field(self, ruled, day, sentence):
        reply = self.page(ruled, method="post", on=day)

        assert reply.status_code == 200
        assert sentence in reply.text
        assert not Posting.objects.filter(to_day__isnull=False).exists()

    @pytest.mark.parametrize("who", ["head", "lead", "manager"])
    def test_who_posts_no_officers_sees_it_and_cannot_do_it(self, ruled, who):
        # a lead sees the people of the own grid alone: there is nobody to choose
        page, reply = self.page(ruled, who=who), self.page(ruled, who=who, method="post", on="2026-12-01")

        assert not page.context["may_swap"]
        assert reply.status_code == 200
        assert not Posting.objects.filter(to_day__isnull=False).exists()

    def test_a_stranger_s_post_is_not_there(self, ruled):
        post = ruled.lead.postings.get()

        for who in (ruled.far_chief, ruled.outsider):
            assert client_of(who).get(f"/staffing/rotation/{post.pk}/").status_code == 404
        assert client_of(ruled.chief).get(f"/staffing/rotation/{post.pk}/?with=x").context["chosen"] is None

    def test_the_open_work_of_both_is_counted_and_opens_before_anything_moves(self, ruled):
        here, there = PremisesFactory(), PremisesFactory(area_code="050102")
        for to in (ruled.lead, None, None):
            TaskFactory(premises=PremisesFactory(), assignee=to)
        TaskFactory(premises=there, assignee=ruled.manager)
        VisitFactory(premises=here, lead=ruled.lead, partner=None, state="draft", draft={"narrative": "half"})
        for found, received in (("ordered", "in_hand"), ("rectified", "received")):
            FindingFactory(visit=VisitFactory(premises=there), state=found)
            ComplaintFactory(state=received)

        page = self.page(ruled)

        # tasks by name, tasks of the area, what was put aside, a complaint; next door a finding
        told = [[(line.by_name, line.count) for line in lines] for _post, _to, lines in page.context["sides"]]
        assert told == [[(True, 1), (False, 2), (True, 1), (False, 1)], [(False, 1)]]
        lines = [line for _post, _to, found in page.context["sides"] for line in found]
        assert [row.url for line in lines for row in line.rows if row.url not in page.text] == []
        for line in lines:
            if line.url:
                assert line.url.replace("&", "&amp;") in page.text
                assert english(ruled.chief).get(line.url).context["page"].paginator.count == line.count
        assert [bool(line.url) for line in lines] == [not line.by_name for line in lines]

    def test_letters_that_will_be_needed_are_foretold_for_heads(self, ruled):
        assert "2 responsibility letters are needed anew" in self.page(ruled).text
        assert "/letters/?area=0501&amp;show=needed" in self.page(ruled).text

    def test_a_leave_is_told_before_it_is_tried_and_what_was_typed_stays(self, ruled):
        post = ruled.neighbour_lead.postings.get()
        days = {"from_day": TODAY, "to_day": TODAY + timedelta(days=3)}
        PostingFactory(officer=OfficerFactory(**LONG), area_code="050102", stands_in_for=post, **days)

        page, reply = self.page(ruled), self.page(ruled, method="post", on="2026-11-25", why="轮换")

        assert "neighbour is on leave from 2026-11-22 to 2026-11-25" in page.text
        assert page.context["form"].initial["on"] == date(2026, 11, 26)
        assert [side.row.leads[0].name for side, _after in page.context["swap"].pairs] == ["lead", "neighbour"]
        assert "on 2026-11-26 at the earliest" in reply.text
        assert 'value="轮换"' in reply.text
        assert not Posting.objects.filter(to_day__isnull=False, stands_in_for=None).exists()

    def test_somebody_away_is_not_swapped_with(self, ruled):
        post = ruled.neighbour_lead.postings.get()
        days = {"from_day": TODAY, "to_day": TODAY + timedelta(days=3)}
        PostingFactory(officer=OfficerFactory(**LONG), area_code="050102", stands_in_for=post, **days)

        swap = self.page(ruled).context["swap"]
        assert swap.pairs[1][1].row.code == "050102"  # the substitute stays where the post is


class TestOfMovingCommunities:
    @pytest.fixture(autouse=True)
    def places(self, ruled):
        """Two communities in 050101 with three and two premises, one premises of the first placed in no grid yet."""
        street = LocalityFactory()
        for number, many in ((1, 3), (2, 2)):
            place = LocalityFactory(
                code=f"61011100100{number}", name=f"社区{number}", kind="community", street=street, grid=ruled.grid,
                area_code="050101",
            )  # fmt: skip
            for _each in range(many):
                PremisesFactory(locality=place)
        PremisesFactory(locality_id="610111001001", area_code="0501")
        PremisesFactory(area_code="050102")
        ComplaintFactory(state="in_hand", premises=PremisesFactory(locality_id="610111001001", status="closed"))
        ComplaintFactory(state="in_hand", locality_id="610111001002")

    def outcome(self, district, query, who="chief"):
        return english(getattr(district, who)).get(f"/staffing/what-if/?area=0501&{query}").context.get("outcome")

    def counts(self, outcome):
        return {
            old.code: ((old.load.premises, old.load.complaints), (new.load.premises, new.load.complaints))
            for old, new in outcome.pairs
        }

    def test_a_community_goes_with_its_premises_and_complaints(self, ruled):
        outcome = self.outcome(ruled, "target=050102&localities=610111001001")

        assert self.counts(outcome) == {"050102": ((1, 0), (5, 1)), "050101": ((5, 2), (2, 1))}
        assert (outcome.premises, outcome.complaints) == (4, 1)

    def test_a_whole_grid_goes(self, ruled):
        outcome = self.outcome(ruled, "target=050102&grids=050101")

        assert self.counts(outcome) == {"050102": ((1, 0), (6, 2)), "050101": ((5, 2), (0, 0))}

    def test_what_is_in_the_target_already_does_not_move(self, ruled):
        outcome = self.outcome(ruled, "target=050101&localities=610111001001&grids=050101")

        assert self.counts(outcome) == {"050101": ((5, 2), (6, 2))}  # what was placed in no grid

    @pytest.mark.parametrize(("target", "proposed"), [("050101", False), ("050102", True)])
    def test_what_lies_in_the_target_is_not_proposed(self, ruled, target, proposed):
        page = english(ruled.chief).get(f"/staffing/what-if/?area=0501&target={target}&localities=610111001001")

        assert bool(page.context.get("proposal")) == proposed
        assert ("there is nothing to propose" in page.text) != proposed

    @pytest.mark.parametrize("query", ["target=050102", "localities=610111001001", "target=050201&grids=050101", ""])
    def test_half_a_question_reckons_nothing(self, ruled, query):
        assert self.outcome(ruled, query) is None

    def test_nothing_is_written(self, ruled):
        client = english(ruled.chief)
        with CaptureQueriesContext(connection) as queries:
            client.get("/staffing/what-if/?area=0501&target=050102&localities=610111001001")

        written = [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]
        assert not [sql for sql in written if "audit" not in sql and not sql.startswith(("SAVEPOINT", "RELEASE"))]

    def test_communities_and_whole_grids_are_told_to_be_two_proposals(self, ruled):
        told = "Whole grids are a proposal of their own"
        path = "/staffing/what-if/?area=0501&target=050102&localities=610111001001"
        client = english(ruled.chief)

        assert told not in client.get(path).text
        page = client.get(f"{path}&grids=050101")
        assert told in page.text
        assert "grids=" not in page.context["proposal"]

    def test_before_opens_its_rows_and_says_which_premises_count(self, ruled):
        client = english(ruled.chief)
        text = client.get("/staffing/what-if/?area=0501&target=050102&localities=610111001001").text

        assert "4 premises in business and 1 open complaints would go to 050102" in text
        assert re.findall(r'data-label="For one officer">([^<]*)<', text) == ["≈ 1", "≈ 5", "≈ 3", "≈ 1"]
        assert "The proposal counts premises of every status" in text
        links = re.findall(r'href="(/(?:ledger|complaints)/[^"]+)"[^>]*?data-count="(\d+)"', text)
        assert len(links) == 6
        for href, number in links:
            assert client.get(unescape(href)).context["page"].paginator.count == int(number), href

    def test_a_foreign_station_is_not_there(self, ruled):
        assert english(ruled.far_chief).get("/staffing/what-if/?area=0501").status_code == 404
        assert "for who looks after a whole station" in english(ruled.lead).get("/staffing/what-if/").text
        assert len(english(ruled.head).get("/staffing/what-if/").context["stations"]) == 2
        assert english(ruled.head).get("/staffing/what-if/?area=05").context["station"] is None
        assert english(ruled.chief).get("/staffing/what-if/?area=05").context["station"].code == "0501"

    def test_it_takes_as_many_queries_for_thirty_grids_as_for_three(self, ruled, count_queries):
        path = "/staffing/what-if/?area=0501&target=050102&localities=610111001001"
        client = english(ruled.chief)
        few = count_queries(client, path)
        for number in range(10, 40):
            PremisesFactory(area_code=f"0501{number}", locality_id="610111001001")

        assert count_queries(client, path) == few


class TestOfWhatWaits:
    @pytest.mark.parametrize("who", ["chief", "district_office"])
    def test_whoever_posts_officers_is_told_and_opens_the_rows(self, ruled, who):
        load_preset(bureau="05", name="FR", on=date(2026, 2, 1), now=noon(TODAY))
        PolicyFigure.objects.filter(key__in=["least_officer_premises", "most_officer_premises"]).update(value=1)
        for _each in range(3):
            PremisesFactory()
        began(ruled.lead, date(2024, 1, 1))
        officer = getattr(ruled, who)

        found = {one.label: one for one in english(officer).get("/admin/").context["decisions"]}

        for label, listed in (("Under-staffed grids", "lines"), ("Over-loaded grids", "lines"),
                              ("Rotation near or due", "turns")):  # fmt: skip
            assert len(english(officer).get(found[label].url).context[listed]) == found[label].count > 0

    @pytest.mark.parametrize("who", ["head", "lead"])
    def test_nobody_else_is(self, ruled, who):
        assert alerts.waiting(getattr(ruled, who), TODAY) == []

    def test_without_a_policy_nothing_waits(self, district):
        assert not any(one.count for one in alerts.waiting(district.district_office, TODAY))


def test_standing_needs_no_notice_to_be_over(ruled):
    PolicyFigure.objects.filter(key="rotation_notice_months").delete()
    guides = guides_of(["05"], TODAY)["05"]

    assert [standing(whole_months(day, TODAY), guides) for day in (date(2024, 1, 1), date(2020, 1, 1))] == ["", OVER]
