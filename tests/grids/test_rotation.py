from datetime import date, datetime

import pytest
from django.utils import timezone

from grids.actions import call_off_posting, stand_in, swap_posts
from grids.models import Grid, Posting
from grids.neighbours import neighbours_of
from grids.tenure import Origin, tenures_of
from gridsup.errors import BadInput, DomainError, NotAllowed, WrongState
from tests.certified import certified
from tests.factories import GridFactory, OfficerFactory, PostingFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 22)


def square(west, south, side=0.01):
    """A square of so many degrees."""
    east, north = west + side, south + side
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def history(*spans, duty="manager", **facts):
    """An officer's posts: (area, first day, last day or None)."""
    officer = OfficerFactory()
    for area, first, last in spans:
        PostingFactory(
            officer=officer, area_code=area, duty=duty, from_day=date.fromisoformat(first),
            to_day=date.fromisoformat(last) if last else None, **facts,
        )  # fmt: skip
    return officer


def since(officer, origins=None, codes=("050103",)):
    """Grid → since when, of what an officer holds today."""
    found = tenures_of(list(codes), DAY, origins)
    return {tenure.area_code: tenure.since.isoformat() for tenure in found if tenure.officer == officer.pk}


class TestOfTheTimeOnAGrid:
    @pytest.mark.parametrize(
        ("spans", "first"),
        [
            ([("050103", "2025-01-01", None)], "2025-01-01"),
            ([("050103", "2023-01-01", "2024-12-31"), ("050103", "2025-01-01", None)], "2023-01-01"),
            ([("050103", "2023-01-01", "2024-12-30"), ("050103", "2025-01-01", None)], "2025-01-01"),  # a day between
            ([("050103", "2023-01-01", "2025-06-30"), ("050103", "2025-01-01", None)], "2023-01-01"),  # overlapping
            ([("050102", "2023-01-01", "2024-12-31"), ("050103", "2025-01-01", None)], "2025-01-01"),  # another grid
            (
                [
                    ("050103", "2020-01-01", "2021-12-31"), ("050103", "2022-01-01", "2023-12-31"),
                    ("050103", "2024-01-01", None),
                ],
                "2020-01-01",
            ),
        ],
    )  # fmt: skip
    def test_it_runs_across_posts_that_follow_each_other(self, district, spans, first):
        assert since(history(*spans)) == {"050103": first}

    def test_it_runs_on_when_a_manager_becomes_the_lead(self, district):
        officer = history(("050103", "2023-01-01", "2024-12-31"))
        PostingFactory(officer=officer, area_code="050103", duty="grid_lead", from_day=date(2025, 1, 1))

        assert since(officer) == {"050103": "2023-01-01"}

    def test_it_runs_on_when_the_grid_was_cut_from_another(self, district):
        officer = history(("050101", "2023-01-01", "2024-12-31"), ("050103", "2025-01-01", None))
        cut, taken_in = Origin("050102", date(2025, 1, 1)), Origin("050101", date(2025, 1, 1))

        assert since(officer, {"050103": [cut]}) == {"050103": "2025-01-01"}
        assert since(officer, {"050103": [cut, taken_in]}) == {"050103": "2023-01-01"}

    def test_it_runs_on_through_one_change_after_another(self, district):
        officer = history(
            ("050101", "2022-01-01", "2022-12-31"), ("050102", "2023-01-01", "2024-12-31"),
            ("050103", "2025-01-01", None),
        )  # fmt: skip
        origins = {
            "050103": [Origin("050102", date(2025, 1, 1))], "050102": [Origin("050101", date(2023, 1, 1))],
        }  # fmt: skip

        assert since(officer, origins) == {"050103": "2022-01-01"}

    @pytest.mark.parametrize("last", ["2024-12-30", None])
    def test_who_came_over_later_than_the_change_has_changed_places(self, district, last):
        """A day without a post on the day of the change, or a post beside it that began anew half a year later."""
        officer = history(("050101", "2023-01-01", last), ("050103", "2025-01-01" if last else "2025-06-01", None))

        first = "2025-01-01" if last else "2025-06-01"
        assert since(officer, {"050103": [Origin("050101", date(2025, 1, 1))]}) == {"050103": first}

    def test_standing_in_for_somebody_is_no_time_on_the_grid(self, district):
        post = PostingFactory(area_code="050103", duty="manager", from_day=date(2020, 1, 1))
        officer = history(("050103", "2024-01-01", "2024-12-31"), stands_in_for=post)
        PostingFactory(officer=officer, area_code="050103", duty="manager", from_day=date(2025, 1, 1))

        assert since(officer) == {"050103": "2025-01-01"}
        assert since(post.officer) == {"050103": "2020-01-01"}

    def test_whose_account_is_closed_does_not_rotate(self, district):
        officer = history(("050103", "2024-01-01", None))
        assert since(officer) == {"050103": "2024-01-01"}

        type(officer).objects.filter(pk=officer.pk).update(is_active=False, closed_on=date(2025, 1, 1))

        assert since(officer) == {}

    def test_informants_and_supervisors_do_not_rotate(self, district):
        assert since(history(("050103", "2020-01-01", None), duty="supervisor")) == {}

    def test_it_takes_two_queries_whoever_is_there(self, district, django_assert_num_queries):
        for _each in range(10):
            history(("050103", "2023-01-01", "2024-12-31"), ("050103", "2025-01-01", None))

        with django_assert_num_queries(2):
            assert len(tenures_of(["050101", "050103"], DAY)) == 12


def test_grids_that_touch_are_neighbours_within_their_station(district):
    places = {
        "050101": square(109.0, 34.0), "050102": square(109.01, 34.0), "050103": square(109.03, 34.0),
        "050104": square(109.02005, 34.0, 0.0099), "050201": square(109.0, 34.01),
    }  # fmt: skip
    for code, boundary in places.items():
        GridFactory(code=code)
        Grid.objects.filter(code=code).update(boundary=boundary)
    GridFactory(code="050105")

    assert neighbours_of("0501") == {
        "050101": {"050102"}, "050102": {"050101", "050104"}, "050104": {"050102", "050103"}, "050103": {"050104"},
    }  # fmt: skip
    assert neighbours_of("0599") == {}


class TestOfASwap:
    @pytest.fixture
    def posts(self, district):
        """The leads of two grids, one with a team."""
        district.neighbour_lead.postings.update(team="二组")
        return district.lead.postings.get(), district.neighbour_lead.postings.get()

    def swap(self, posts, **facts):
        return swap_posts(**{"first": posts[0], "second": posts[1], "on": DAY, "now": NOON, **facts})

    def test_each_holds_the_others_post_from_the_day(self, district, posts):
        given = self.swap(posts, by=district.chief, why="rotation")

        rows = Posting.objects.filter(officer__in=[district.lead, district.neighbour_lead])
        told = sorted(rows.values_list("officer__username", "area_code", "team", "from_day", "to_day"))
        assert told == [
            ("lead", "050101", "", date(2025, 1, 1), date(2026, 11, 21)), ("lead", "050102", "二组", DAY, None),
            ("neighbour", "050101", "", DAY, None),
            ("neighbour", "050102", "二组", date(2025, 1, 1), date(2026, 11, 21)),
        ]  # fmt: skip
        assert [post.officer for post in given] == [district.lead, district.neighbour_lead]
        assert [event.by for post in (*posts, *given) for event in post.events.all()] == [district.chief] * 6
        assert [event.what for event in posts[0].events.all()] == ["ended", "swapped"]
        assert [held.officer for held in Posting.objects.held_on("050101", DAY) if held.duty == "grid_lead"] == [
            district.neighbour_lead
        ]

    def test_who_was_responsible_before_stays(self, district, posts):
        self.swap(posts)

        held = Posting.objects.held_on("050101", date(2026, 11, 21))
        assert district.lead in {post.officer for post in held}

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"by": "far_chief"}, NotAllowed),
            ({"by": "lead"}, NotAllowed),
            ({"on": date(2025, 1, 1)}, BadInput),
            ({"second": "manager"}, BadInput),
            ({"second": "lead"}, BadInput),
            ({"second": "supervisor"}, BadInput),
        ],
    )
    def test_what_cannot_be_changes_nothing(self, district, posts, change, error):
        facts = {
            name: (value if name == "on" else getattr(district, value)) for name, value in change.items()
        }  # fmt: skip
        if "second" in facts:
            facts["second"] = facts["second"].postings.get()
        before = list(Posting.objects.order_by("pk").values())

        with pytest.raises(error):
            self.swap(posts, **facts)

        assert list(Posting.objects.order_by("pk").values()) == before

    def test_a_post_that_ends_or_stands_in_is_not_swapped(self, district, posts):
        Posting.objects.filter(pk=posts[1].pk).update(to_day=date(2026, 12, 31))

        with pytest.raises(WrongState):
            self.swap(posts)

    def test_a_second_swap_of_the_same_posts_is_refused(self, district, posts):
        self.swap(posts)

        with pytest.raises(DomainError):
            self.swap(posts)
        assert Posting.objects.filter(area_code="050101", duty="grid_lead").count() == 2

    def test_half_a_swap_is_none(self, district, posts):
        """The second officer's account is closed: nothing ends, nothing begins."""
        type(district.lead).objects.filter(pk=district.neighbour_lead.pk).update(is_active=False)

        with pytest.raises(BadInput):
            self.swap(posts)

        assert not Posting.objects.filter(area_code__in=["050101", "050102"], to_day__isnull=False).exists()


class TestOfASwapAndLeave:
    """Leave is the person's: nobody absent becomes the only lead of another grid."""

    @pytest.fixture
    def posts(self, district):
        """The leads of two grids."""
        certified(district.neighbour_lead)
        return district.lead.postings.get(), district.neighbour_lead.postings.get()

    def leave(self, district, post, first, last):
        return stand_in(posting=post, officer=district.manager, from_day=first, to_day=last, now=NOON)

    def swap(self, posts, on):
        return swap_posts(first=posts[0], second=posts[1], on=on, now=NOON)

    @pytest.mark.parametrize("which", [0, 1])
    @pytest.mark.parametrize("on", [DAY, date(2026, 11, 26), date(2026, 11, 29)])
    def test_a_swap_within_a_leave_is_refused_with_the_first_day_that_can_be(self, district, posts, which, on, english):
        leave = self.leave(district, posts[which], date(2026, 11, 20), date(2026, 11, 29))
        sentence = r"on leave from 2026-11-20 to 2026-11-29, and manager stands in .* on 2026-11-30 at the earliest"

        with pytest.raises(BadInput, match=sentence) as refusal:
            self.swap(posts, on)

        assert refusal.value.field == "on"
        leave.refresh_from_db()
        assert (leave.to_day, leave.called_off) == (date(2026, 11, 29), False)
        assert self.swap(posts, date(2026, 11, 30))[0].from_day == date(2026, 11, 30)

    def test_leaves_that_follow_each_other_are_waited_for(self, district, posts, english):
        self.leave(district, posts[0], date(2026, 11, 20), date(2026, 11, 25))
        self.leave(district, posts[1], date(2026, 11, 26), date(2026, 12, 3))

        with pytest.raises(BadInput, match="on 2026-12-04 at the earliest"):
            self.swap(posts, DAY)

    def test_leave_after_the_day_is_called_off_and_entered_again_on_the_new_grid(self, district, posts, english):
        leave = self.leave(district, posts[0], date(2026, 12, 10), date(2026, 12, 19))

        with pytest.raises(BadInput, match=r"goes on leave from 2026-12-10 .* change places on 2026-12-20, or call"):
            self.swap(posts, date(2026, 12, 1))
        call_off_posting(posting=leave, now=NOON)

        new, _other = self.swap(posts, date(2026, 12, 1))
        assert self.leave(district, new, date(2026, 12, 10), date(2026, 12, 19)).area_code == "050102"

    def test_leave_that_is_over_hinders_no_swap(self, district, posts):
        self.leave(district, posts[0], date(2026, 11, 10), date(2026, 11, 21))

        assert self.swap(posts, DAY)

    def test_leave_entered_after_a_dated_swap_runs_on_in_the_new_post(self, district, posts, english):
        new, _other = self.swap(posts, date(2026, 12, 1))
        old = Posting.objects.get(pk=posts[0].pk)
        first, last = date(2026, 11, 25), date(2026, 12, 8)

        with pytest.raises(BadInput, match=r"holds grid 050102 from 2026-12-01: .* until 2026-11-30 here") as refusal:
            self.leave(district, old, first, last)
        assert refusal.value.field == "to_day"
        self.leave(district, old, first, date(2026, 11, 30))
        self.leave(district, new, date(2026, 12, 1), last)

        for day, grid in ((date(2026, 11, 30), "050101"), (date(2026, 12, 1), "050102"), (last, "050102")):
            there = Posting.objects.present_on(day).filter(area_code=grid, duty="grid_lead")
            assert [post.officer for post in there] == [district.manager]
        assert district.lead in {post.officer for post in Posting.objects.present_on(date(2026, 12, 9))}
