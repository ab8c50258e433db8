from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis.strategies import integers

from assessment.staffing.guides import Bounds
from assessment.staffing.rows import OVER, SHORT, UNDER, next_quarter, rows_of
from grids.actions import change_team, renew_certificate
from grids.models import Grid, LinkedCadre, Officer, Posting, ServiceStation
from subjects import presets
from subjects.actions import load_preset
from subjects.models import PolicyFigure
from tests.factories import (
    TODAY,
    ComplaintFactory,
    DuePremisesFactory,
    GridFactory,
    OfficerFactory,
    PostingFactory,
    PremisesFactory,
    noon,
)

LONG = {"certificate_no": "S-9", "certificate_valid_to": date(2030, 1, 1)}


def row_of(code="050101", on=TODAY):
    """One grid of the district."""
    (row,) = rows_of([(code, code)], on)
    return row


def guided(**figures):
    """A policy of bureau 05 that says just these figures."""
    for key, value in figures.items():
        PolicyFigure.objects.create(
            bureau_id="05", preset="X", from_day=date(2026, 1, 1), source="test", key=key, value=value
        )


def kinds(row):
    return [fault.kind for fault in row.faults]


def posted(area="050101", duty="manager", *, team="", certified=True, **facts):
    officer = OfficerFactory(**(LONG if certified else {}))
    return PostingFactory(officer=officer, area_code=area, duty=duty, team=team, **facts)


@pytest.mark.parametrize(
    ("bounds", "number", "side", "strain", "words"),
    [
        (Bounds(), 5, 0, 1, "–"),
        (Bounds(2), 1, -1, Fraction(1, 2), "≥ 2"),
        (Bounds(2), 2, 0, 1, "≥ 2"),
        (Bounds(None, 3), 4, 1, Fraction(4, 3), "≤ 3"),
        (Bounds(1_000, 1_500), 1_500, 0, 1, "1,000–1,500"),
        (Bounds(1_000, 1_500), 3_000, 1, 2, "1,000–1,500"),
        (Bounds(1_000, 1_500), 0, -1, 0, "1,000–1,500"),
        (Bounds(2, 2), 2, 0, 1, "2"),
    ],
)
def test_a_number_stands_below_within_or_above_its_bounds(bounds, number, side, strain, words):
    assert (bounds.side(number), bounds.strain(number), str(bounds)) == (side, strain, words)


@given(number=integers(0, 10_000), among=integers(1, 9), least=integers(1, 2_000), room=integers(0, 2_000))
def test_so_many_for_each_of_several_are_judged_by_the_exact_share(number, among, least, room):
    bounds, share = Bounds(least, least + room), Fraction(number, among)
    bound = least + room if share > least + room else least

    assert bounds.side(number, among) == (share > least + room) - (share < least)
    assert bounds.strain(number, among) == (1 if least <= share <= least + room else share / bound)


def test_without_a_figure_nothing_is_judged_and_that_is_said(district):
    for code in ("050101", "050102", "050201"):
        row = row_of(code)
        assert (row.faults, row.deviation) == ([], 1)
        assert len(row.guides.unjudged) == 6


def test_the_presets_say_what_their_documents_say():
    figures = {name: {row["key"]: row["value"] for row in presets.read(name).rows[PolicyFigure]}
               for name in presets.names()}  # fmt: skip

    for known in figures.values():
        assert (known["rotation_notice_months"], known["rotation_months"]) == (33, 36)
        assert (known["least_supervisors"], known["most_supervisors"], known["least_certified"]) == (1, 3, 2)
    assert [name for name in figures if "most_grid_premises" in figures[name]] == ["FR"]
    assert all(row["source"] for name in figures for row in presets.read(name).rows[PolicyFigure])


def test_lead_and_certified_officers_of_the_day_are_counted(district):
    guided(least_certified=2)

    assert (row_of().certified, row_of().officers, row_of().faults) == (2, 2, [])
    assert kinds(row_of("050201")) == [SHORT, SHORT]  # no lead, nobody certified
    assert kinds(row_of("050102")) == [SHORT]  # a lead without a certificate


def test_between_two_certificates_nobody_counts_as_certified(district):
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to=TODAY - timedelta(days=9))
    renew_certificate(officer=Officer.objects.get(pk=district.manager.pk), number="S-7", to_day=date(2032, 1, 1),
                      from_day=TODAY + timedelta(days=9), now=noon(TODAY))  # fmt: skip

    counted = [row_of(on=TODAY + timedelta(days=days)).certified for days in (-9, -8, 0, 8, 9)]

    assert counted == [2, 1, 1, 1, 2]


def test_a_certificate_counts_to_its_last_day_and_a_closed_account_never(district):
    guided(least_certified=2)
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to=TODAY)

    assert row_of(on=TODAY).certified == 2
    assert row_of(on=TODAY + timedelta(days=1)).certified == 1
    Officer.objects.filter(pk=district.lead.pk).update(is_active=False, closed_on=TODAY)
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to=date(2030, 1, 1))
    assert [row_of(on=TODAY + timedelta(days=days)).officers for days in (0, 1)] == [2, 1]
    assert not row_of(on=TODAY + timedelta(days=1)).leads


def test_a_post_counts_from_its_first_day_to_its_last(district):
    Posting.objects.filter(officer=district.manager).update(to_day=TODAY)

    assert [row_of(on=TODAY + timedelta(days=days)).certified for days in (0, 1)] == [2, 1]
    assert row_of(on=date(2024, 12, 31)).members == []


def test_a_patrol_group_of_one_station_counts_for_each_of_its_grids(district):
    guided(least_certified=2)
    Posting.objects.filter(officer=district.neighbour_lead).update(team="一组")
    posted(area="050101", team="一组")
    posted(area="050201", team="一组")  # another station's group of the same name

    row = row_of("050102")

    assert (row.certified, row.of_the_group, row.counting) == (0, 1, 1)
    posted(area="050102", team="一组")
    assert (row_of("050102").counting, row_of("050102").faults) == (2, [])
    assert [row_of("050101").certified, row_of("050101").of_the_group] == [3, 1]


def test_a_changed_patrol_group_counts_from_its_day_on_and_of_earlier_days_the_one_of_then(client, district):
    PostingFactory(officer=district.nobody, area_code="050102", duty="manager", team="一组")
    post, today = district.manager.postings.get(), timezone.localdate()
    change_team(posting=post, team="一组", was="", now=noon(today - timedelta(days=9)))
    change_team(posting=post, team="", was="一组", now=noon(today - timedelta(days=4)))
    client.force_login(district.chief)

    for days, counted in ((10, 0), (9, 1), (5, 1), (4, 0), (0, 0)):
        day = today - timedelta(days=days)
        assert row_of("050102", on=day).of_the_group == counted, days
        mates = client.get(f"/staffing/050102/?day={day}").context["mates"]
        assert [mate.officer for mate in mates] == [district.manager] * counted, days


def test_somebody_who_holds_two_grids_counts_once_in_each(district):
    PostingFactory(officer=district.manager, area_code="050101", duty="grid_lead", from_day=TODAY, to_day=TODAY)

    assert (row_of().officers, row_of().certified) == (2, 2)


@pytest.mark.parametrize(("number", "wrong"), [(0, True), (1, False), (3, False), (4, True)])
def test_a_grid_has_one_to_three_supervisors(district, number, wrong):
    guided(least_supervisors=1, most_supervisors=3)
    Posting.objects.filter(duty="supervisor").delete()
    for _each in range(number):
        posted(duty="supervisor", certified=False)

    assert kinds(row_of()) == [SHORT] * wrong
    assert row_of().supervisors == number


def test_what_stands_beside_the_grid_is_of_the_day(district):
    LinkedCadre.objects.create(grid=district.grid, name="a", from_day=TODAY)
    ServiceStation.objects.create(grid=district.grid, name="b", from_day=date(2026, 1, 1), to_day=date(2026, 6, 30))

    assert ([str(one) for one in row_of().cadres], row_of().service_stations) == (["050101 a"], [])
    assert len(row_of(on=date(2026, 6, 30)).service_stations) == 1


class TestOfLoad:
    @pytest.fixture(autouse=True)
    def load(self, district):
        for _each in range(4):
            PremisesFactory()
        PremisesFactory(status="closed")
        PremisesFactory(area_code="050102")
        ComplaintFactory(state="in_hand")
        ComplaintFactory(state="closed")

    def test_premises_in_business_and_open_complaints_are_counted(self):
        assert (row_of().load.premises, row_of().load.complaints, row_of().share_rounded) == (4, 1, 2)
        assert (row_of("050102").load.premises, row_of("050201").load.premises) == (1, 0)

    @pytest.mark.parametrize(
        ("figures", "wanted"),
        [
            ({"least_grid_premises": 4, "most_grid_premises": 4}, []),
            ({"most_grid_premises": 3}, [OVER]),
            ({"least_grid_premises": 5}, [UNDER]),
            ({"most_officer_premises": 1}, [OVER]),
            ({"least_officer_premises": 3}, [UNDER]),
            ({"least_officer_premises": 2, "most_officer_premises": 2}, []),
            ({"least_grid_officers": 3}, [SHORT]),
            ({"most_grid_officers": 1}, [SHORT]),
        ],
    )
    def test_it_is_measured_by_the_figures_in_force(self, figures, wanted):
        guided(**figures)

        assert kinds(row_of()) == wanted

    def test_premises_without_any_officer_are_too_much(self, district):
        guided(most_officer_premises=500)
        PremisesFactory(area_code="050201")

        row = row_of("050201")

        assert (row.share_side, row.per_officer(1), kinds(row)) == (0, None, [OVER])
        assert row.deviation > row_of().deviation

    def test_the_furthest_from_the_guide_comes_first(self, district):
        guided(least_grid_premises=2, most_grid_premises=3)

        deviations = {code: row_of(code).deviation for code in ("050101", "050102", "050201")}

        assert deviations == {"050101": Fraction(4, 3), "050102": 2, "050201": 1_000}


@pytest.mark.parametrize(
    ("next_due", "months", "falls"),
    [
        (date(2026, 12, 31), 6, False),
        (date(2027, 1, 1), 6, True),
        (date(2027, 3, 31), 6, True),
        (date(2027, 4, 1), 2, False),
        (date(2026, 12, 31), 3, True),  # and again within the quarter
        (date(2026, 6, 1), 2, True),
        (None, None, False),
    ],
)
def test_a_visit_falls_due_next_quarter_by_its_day_or_its_rhythm(district, next_due, months, falls):
    DuePremisesFactory(next_due_on=next_due, interval_months=months)

    assert str(next_quarter(TODAY)) == "2027Q1"
    assert row_of().load.due == int(falls)


def test_the_demonstrations_preset_judges_everything(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=noon(TODAY))

    guides = row_of().guides
    assert guides.unjudged == []
    assert [str(guides.station_grids(number)) for number in (2_999, 3_000)] == ["2", "3–4"]
    load_preset(bureau="05", name="F", on=date(2026, 2, 1), now=noon(TODAY))
    assert len(row_of().guides.unjudged) == 3
    assert not row_of().guides.station_grids(10)


def test_it_takes_as_many_queries_for_thirty_grids_as_for_three(district, django_assert_num_queries):
    guided(least_certified=2)
    posted(team="一组")
    few = list(Grid.objects.in_area("05").values_list("code", "name"))
    with django_assert_num_queries(7):
        rows_of(few, timezone.localdate())
    for number in range(10, 40):
        GridFactory(code=f"0501{number}")
        posted(area=f"0501{number}", team="一组")

    many = list(Grid.objects.in_area("05").values_list("code", "name"))
    with django_assert_num_queries(7):
        rows_of(many, timezone.localdate())
    assert len(many) == len(few) + 30


class TestOfLeave:
    """A substitute counts on his days, the absent does not."""

    @pytest.fixture
    def leave(self, district):
        """The manager of 050101 is away for three days, and somebody with a certificate stands in."""
        post = district.manager.postings.get()
        substitute = OfficerFactory(**LONG)
        days = {"from_day": TODAY, "to_day": TODAY + timedelta(days=2)}
        PostingFactory(officer=substitute, area_code="050101", duty="manager", stands_in_for=post, **days)
        return substitute

    @pytest.mark.parametrize(("days", "certified"), [(-1, 2), (0, 2), (2, 2), (3, 2)])
    def test_somebody_certified_is_there_all_the_time(self, leave, days, certified):
        row = row_of(on=TODAY + timedelta(days=days))

        assert (row.certified, row.officers) == (certified, 2)
        assert (leave.pk in {member.officer for member in row.present}) == (days in {0, 2})

    def test_a_substitute_without_a_certificate_leaves_the_grid_short_on_these_days_alone(self, leave):
        guided(least_certified=2)
        Officer.objects.filter(pk=leave.pk).update(certificate_no="", certificate_valid_to=None)

        assert [kinds(row_of(on=TODAY + timedelta(days=days))) for days in (-1, 0, 2, 3)] == [[], [SHORT], [SHORT], []]
        assert len(row_of().members) == 4

    def test_who_stands_in_for_a_lead_is_the_lead(self, district):
        guided(least_certified=1)
        days = {"from_day": TODAY, "to_day": TODAY}
        PostingFactory(
            officer=OfficerFactory(name="sub"), stands_in_for=district.lead.postings.get(), duty="grid_lead", **days
        )

        assert [lead.name for lead in row_of().leads] == ["sub"]

    def test_the_absent_of_the_patrol_group_does_not_count_for_the_neighbours(self, district, leave):
        Posting.objects.filter(officer__in=[district.manager, district.neighbour_lead]).update(team="一组")

        assert [row_of("050102", on=TODAY + timedelta(days=days)).counting for days in (-1, 0)] == [1, 0]
