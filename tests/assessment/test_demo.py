import json
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from assessment.demo.build import Build, built_for, report
from assessment.demo.calendar import Calendar
from assessment.demo.mix import FULL
from grids.models import Bureau, Officer
from gridsup.models import Job
from inspections.models import InspectionPlan, InspectionTask
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


@pytest.fixture(scope="module")
def build(django_db_setup, django_db_blocker, tmp_path_factory):
    """A fortieth of the demonstration, built once for these tests and rolled back after them."""
    build = Build(Calendar(TODAY), tmp_path_factory.mktemp("demo"), lambda line: None, mix=SMALL)
    with django_db_blocker.unblock(), transaction.atomic():
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
def test_the_whole_demonstration_has_the_published_numbers_and_a_second_run_changes_nothing(db, settings):
    settings.DEMO = True
    OfficerFactory(username="leftover")
    connection.check_constraints()  # PostgreSQL empties no table whose deferred keys wait in this test's transaction

    first, said = command("--fresh", "--today", "2026-11-22")

    assert not Officer.objects.filter(username="leftover").exists()
    assert (first["registered"], first["markets"], first["unlicensed"]) == (11_661, 8, 383)
    assert first["modes"] == {"key": 945, "general": 5_685, "exempt": 5_031}
    assert first["premises"] - first["placed"] == 25
    assert MarketSubject.objects.filter(bureau="05", kind="enterprise").count() == 1_689
    assert "import: " in said
    before = everything()

    second, said = command("--today", "2027-01-05")

    assert {**second, "seconds": 0} == {**first, "seconds": 0}
    assert everything() == before
    assert "2026-11-22" in said


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
    assert "visits" not in found


def test_running_again_changes_nothing(demo):
    before = everything()

    again = Build(demo.calendar, demo.folder, lambda line: None, mix=SMALL).run()

    assert everything() == before
    assert {**again, "seconds": 0} == {**report(), "seconds": 0}


def test_it_remembers_the_day_it_was_built_for(demo):
    assert built_for() == TODAY


def test_some_visits_are_overdue_and_more_lie_ahead(demo):
    tasks = InspectionTask.objects.in_area("05")

    assert 0 < tasks.overdue(TODAY).count() < tasks.count() / 2
    assert not tasks.exclude(plan__state=InspectionPlan.State.PUBLISHED).exists()


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
