import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Q
from django.test import override_settings
from django.utils.translation import gettext as _

from assessment.demo.answering import Complaints
from assessment.demo.build import Build, built_for, report
from assessment.demo.calendar import DAY, Calendar, morning
from assessment.demo.mix import FULL
from assessment.management.commands.demo import remove_files
from assessment.models import Report, Scorecard
from complaints.models import Clock, Complaint, ComplaintEvent
from grids.models import AreaChange, Bureau, Grid, Officer, Posting
from gridsup.events import Event
from gridsup.models import Job
from inspections.models import CaseReturn, CreditReview, Finding, InspectionPlan, InspectionTask, Visit
from subjects.admin import changes_waiting
from subjects.areas.deciding import approve_change
from subjects.areas.drafts import draft_of
from subjects.areas.preview import preview_draft
from subjects.models import MarketSubject, Permit, Placement, Premises
from tests.factories import OfficerFactory

TODAY = date(2026, 11, 22)
SMALL = FULL.scaled(40)


def everything():
    """Every row of every table, as text."""
    return {
        model._meta.label: [repr(row) for row in model._default_manager.order_by("pk").values_list()]
        for model in apps.get_models()
    }


def break_off(build):
    """Begins the demonstration and lets it die in the midst of its third piece."""
    week = build.calendar.weeks[2]
    tell = Complaints.tell

    def die(complaints, told):
        if told == week:
            raise KeyboardInterrupt
        return tell(complaints, told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Complaints, "tell", die)
        with pytest.raises(KeyboardInterrupt):
            build.run()
    assert Visit.objects.filter(visited_on__lt=week.first).exists()
    assert not Visit.objects.filter(visited_on__gte=week.first).exists()


@pytest.fixture(scope="module")
def build(django_db_setup, django_db_blocker, tmp_path_factory):
    """A fortieth of the demonstration, told in few pieces, built once for these tests and rolled back after them."""
    build = Build(Calendar(TODAY, pace=4), tmp_path_factory.mktemp("demo"), lambda line: None, mix=SMALL)
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=build.folder / "media"):
        break_off(build)
        build.run()
        yield build
        transaction.set_rollback(True)


@pytest.fixture
def demo(build, db):
    return build


def command(*arguments):
    out, err = StringIO(), StringIO()
    call_command("demo", *arguments, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


@pytest.mark.slow
def test_the_whole_demonstration_has_the_published_numbers_and_a_second_run_changes_nothing(db, settings, monkeypatch):
    settings.DEMO = True
    # the whole ledger, and of its story the three weeks about the end of the quarter that is scored: the small one is
    # told from the beginning
    monkeypatch.setattr(Calendar, "job_days", property(lambda self: [self.ago(21), self.ago(14), self.today]))
    OfficerFactory(username="leftover")
    connection.check_constraints()  # PostgreSQL empties no table whose deferred keys wait in this test's transaction

    first, said = command("--fresh", "--today", "2026-10-12")

    assert not Officer.objects.filter(username="leftover").exists()
    assert (first["registered"], first["markets"], first["unlicensed"]) == (11_661, 8, 383)
    assert 500 < first["visits"] < first["tasks"]
    assert 50 < first["complaints"] < 150
    assert first["scorecards"] == 2 * 47
    assert first["modes"] == {"key": 945, "general": 5_685, "exempt": 5_031}
    assert first["premises"] - first["placed"] == 25
    assert MarketSubject.objects.filter(bureau="05", kind="enterprise").count() == 1_689
    assert "import: " in said
    before = everything()

    second, said = command("--today", "2027-01-05")

    assert {**second, "seconds": 0} == {**first, "seconds": 0}
    assert everything() == before
    assert "2026-10-12" in said


@pytest.mark.parametrize(
    ("today", "sentence"),
    [("2099-01-01", "2098-06-17"), ("2200-12-31", "2200-"), ("2024-06-30", "2024"), ("1900-01-01", "1949")],
)
def test_a_day_of_which_nothing_can_be_told_is_refused_before_anything_is_thrown_away(
    district, settings, today, sentence
):
    settings.DEMO = True

    with pytest.raises(CommandError, match=sentence):
        call_command("demo", "--fresh", "--today", today)

    assert Bureau.objects.exists()


def test_files_of_the_former_demonstration_go_with_it(settings, tmp_path):
    settings.MEDIA_ROOT, settings.VAR_DIR = tmp_path / "media", tmp_path
    for name in ("media/reports/2026/05-2026Q3-v1.xlsx", "media/photo.jpg", "demo/ledger-05.xlsx", "environment"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    remove_files()

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["environment"]


def test_it_refuses_a_database_that_is_no_demonstration(district):
    with pytest.raises(CommandError, match="GRIDSUP_DEMO"):
        call_command("demo", "--fresh")

    assert Bureau.objects.exists()


def test_the_report_counts_the_database(demo):
    found = report()

    assert found["registered"] == SMALL.registered
    assert found["unlicensed"] == sum(SMALL.unlicensed.values())
    assert found["premises"] == SMALL.rows
    assert sum(found["modes"].values()) == SMALL.registered
    assert found["tasks"] == InspectionTask.objects.in_area("05").count() > 0
    assert found["visits"] == Visit.objects.in_area("05").sent().count() > 0
    assert found["complaints"] == Complaint.objects.in_area("05").count() > 0
    assert found["scorecards"] == Scorecard.objects.in_area("05").count() > 0
    assert [Path(name).suffix for name in found["report_files"]] == [".xlsx", ".docx"] * 2
    assert all((demo.folder / "media" / name).stat().st_size > 5_000 for name in found["report_files"])


def test_running_again_changes_nothing(demo):
    before = everything()

    again = Build(demo.calendar, demo.folder, lambda line: None, mix=SMALL).run()

    assert everything() == before
    assert {**again, "seconds": 0} == {**report(), "seconds": 0}


def test_a_story_that_broke_off_was_told_on_from_where_it_was(demo):
    runs = Job.objects.filter(name="generate_due_tasks", area_code="05")

    assert list(runs.order_by("period").values_list("period", flat=True)) == [
        str(day) for day in demo.calendar.job_days
    ]
    assert set(runs.values_list("state", flat=True)) == {"done"}
    assert Visit.objects.filter(visited_on__range=(demo.calendar.weeks[2].first, demo.calendar.weeks[2].last)).exists()


def test_it_remembers_the_day_it_was_built_for(demo):
    assert built_for() == TODAY


def test_some_visits_are_overdue_and_more_lie_ahead(demo):
    tasks = InspectionTask.objects.in_area("05")

    assert 0 < tasks.overdue(TODAY).count() < tasks.count() / 2
    assert not tasks.filter(reason="routine").exclude(plan__state=InspectionPlan.State.PUBLISHED).exists()


def test_both_years_have_a_plan_that_the_head_approved(demo):
    plans = InspectionPlan.objects.filter(bureau="05")

    assert {plan.year: plan.state for plan in plans} == {2026: "published", 2027: "published"}
    assert {plan.events.get(new="approved").by.username for plan in plans} == {"head05"}


def test_everybody_logs_in_with_the_one_password_hashed_once(demo, settings):
    assert Officer.objects.values("password").distinct().count() == 1
    assert authenticate(username="lead050101", password=settings.DEMO_PASSWORD)


def test_bureaus_do_not_see_each_other(demo):
    district, other = (Officer.objects.get(username=name) for name in ("district", "district06"))
    city = Officer.objects.get(username="city")

    assert Premises.objects.visible_to(other).count() == 12
    assert Premises.objects.visible_to(district).count() == SMALL.rows
    assert Premises.objects.visible_to(city).count() == SMALL.rows + 12


def test_an_officer_of_each_grid_has_visits_to_make_and_administrators_see_no_business(demo):
    leads = Officer.objects.filter(username__startswith="lead05")

    assert all(Premises.objects.visible_to(lead).exists() for lead in leads)
    for username in ("system05", "security05", "auditor"):
        assert not Premises.objects.visible_to(Officer.objects.get(username=username)).exists()


def test_the_ledger_came_through_the_importer(demo):
    premises = Premises.objects.in_area("05")

    assert (demo.folder / "ledger-05.xlsx").exists()
    assert premises.unplaced().count() == SMALL.lost
    assert not premises.exclude(entered_on=demo.calendar.ledger_came).exists()
    assert Placement.objects.filter(premises__in=premises, to_day=None).count() == SMALL.rows
    assert Job.objects.filter(name="import_subjects", area_code="05", state="done").count() == 1
    assert Permit.objects.exists()
    assert not MarketSubject.objects.exclude(representative="", phone="").exists()


def test_stations_and_grids_score_differently_and_everything_is_published(demo):
    cards = Scorecard.objects.in_area("05").filter(period="2026Q3")
    stations = cards.filter(area_code__length=4)

    assert set(cards.values_list("state", flat=True)) == {"published"}
    assert {card.area_code for card in stations} == {f"050{number}" for number in range(1, 7)}
    assert len({card.total for card in stations}) == 6
    assert sorted(card.rank for card in stations) == [1, 2, 3, 4, 5, 6]
    assert {"excellent", "qualified", "unqualified"} <= set(cards.values_list("grade", flat=True))


def test_visits_are_made_in_time_and_late_by_two_who_may_and_entered_before_today(demo):
    visits = Visit.objects.in_area("05").sent()
    done = InspectionTask.objects.filter(state="done")

    assert done.filter(done_on__lte=F("due_on")).count() > done.filter(done_on__gt=F("due_on")).count() > 0
    assert not visits.exclude(lead__certificate_valid_to__gte=TODAY, partner__certificate_valid_to__gte=TODAY).exists()
    assert not visits.filter(submitted_on__gte=TODAY).exists()
    assert visits.filter(submitted_on__gt=F("entry_due_on")).exists()


def test_findings_were_put_right_or_are_still_open_and_records_came_back(demo):
    states = set(Finding.objects.in_area("05").values_list("state", flat=True))

    assert {"settled", "ordered", "rectified"} <= states
    assert Finding.objects.filter(rectified_on__gt=F("rectify_by")).exists()
    assert set(Visit.objects.values_list("state", flat=True)) == set(Visit.State.values)


def test_a_closed_case_has_its_revisit_and_proposed_a_review(demo):
    cases = CaseReturn.objects.filter(findings__state="closed")

    assert cases.exists()
    assert not cases.filter(Q(revisit=None, premises__status="active") | Q(review=None)).exists()
    assert set(CreditReview.objects.values_list("state", flat=True)) == {"proposed", "rejected"}


def test_complaints_of_every_kind_were_taken_in_and_none_knows_the_future(demo):
    complaints = Complaint.objects.in_area("05")

    assert set(complaints.values_list("kind", flat=True)) == set(Complaint.Kind.values)
    assert {"closed", "in_hand"} <= set(complaints.values_list("state", flat=True))
    assert not complaints.filter(received_on__gte=TODAY).exists()
    assert not ComplaintEvent.objects.filter(at__gte=morning(TODAY + DAY)).exists()
    assert Clock.objects.filter(met_on__lte=F("latest_on")).exists()


def test_moments_follow_each_other_and_none_lies_ahead(demo):
    cards, reports = Scorecard.objects.all(), Report.objects.all()

    assert not cards.filter(published_at__lte=F("computed_at")).exists()
    assert not reports.filter(requested_at__lte=max(cards.values_list("published_at", flat=True))).exists()
    assert not Job.objects.filter(Q(started_at__lt=F("queued_at")) | Q(finished_at__lt=F("started_at"))).exists()
    assert max(Job.objects.values_list("finished_at", flat=True)) == demo.calendar.begins(TODAY)


@pytest.mark.parametrize("model", [found for found in apps.get_models() if issubclass(found, Event)])
def test_the_history_of_every_row_was_written_in_the_order_of_time(demo, model):
    owner = next(field.attname for field in model._meta.fields if field.is_relation and field.name != "by")
    latest = {}
    for key, at in model._default_manager.order_by("pk").values_list(owner, "at"):
        assert latest.get(key, at) <= at <= demo.calendar.begins(TODAY)
        latest[key] = at


def test_the_second_bureau_has_a_handful_that_the_first_does_not_see(demo):
    district, other = (Officer.objects.get(username=name) for name in ("district", "district06"))

    for model, most in ((Visit, 60), (Complaint, 20)):
        assert 0 < model.objects.visible_to(other).count() < most
        assert not model.objects.visible_to(district).filter(area_code__startswith="06").exists()


def test_nobody_holds_two_posts_of_one_duty_at_once(demo):
    """But for who stands in during a leave, and the city's officer in each bureau."""
    own = Posting.objects.filter(stands_in_for=None, officer__is_active=True).exclude(duty="city_office")
    for post in own.select_related("officer"):
        others = own.exclude(pk=post.pk).filter(officer=post.officer, duty=post.duty)
        assert not others.meeting(post.from_day, post.to_day).exists(), post
    assert own.filter(duty="grid_lead", to_day__isnull=False).count() == 1


def test_a_change_of_areas_waits_for_the_grid_office_and_moves_premises(demo):
    change = AreaChange.objects.get()
    district = Officer.objects.get(username="district")
    preview = preview_draft(draft_of(change), on=TODAY)

    assert (change.state, change.station_id, change.proposed_by.username) == ("proposed", "0501", "chief0501")
    assert Grid.objects.in_area("05").count() == Grid.objects.in_area("05").in_force().count() == 40
    assert preview.moving > 0
    assert [one.count for one in changes_waiting(district, TODAY) if one.label == _("Changes of areas to approve")] == [
        1
    ]
    with transaction.atomic():
        approve_change(change=change, by=district, now=morning(TODAY))
        assert AreaChange.objects.get().state == "approved"
        transaction.set_rollback(True)
