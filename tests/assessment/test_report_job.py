import json
from contextlib import suppress
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessment.actions import publish_scores, request_report
from assessment.models import Report
from assessment.reporting import building
from assessment.reporting.building import build_report
from assessment.reporting.desk import RowsGone
from gridsup.jobs import LeaseLost, Step, claim, requeue_abandoned, run
from gridsup.models import Job
from gridsup.schedule import Monthly, enqueue_due
from tests.assessment import worked
from tests.assessment.reported import built, files, inside, pages, queued, words
from tests.assessment.worked import NOW
from tests.factories import noon

LABELS = [
    "open", "gather tasks", "gather visits", "gather findings", "gather rectifications", "gather complaints",
    "gather clocks", "gather ratings", "gather the rest", "write sheet", "write text", "finish",
]  # fmt: skip
BOTH = ["reports/2026/05-2026Q3-v1.docx", "reports/2026/05-2026Q3-v1.xlsx"]


def attempt(job, now=NOW):
    """The next worker takes the job up."""
    return run(claim(job.pk, now=now), clock=lambda: now)


@pytest.fixture
def media(placed, settings):
    return settings.MEDIA_ROOT


def test_it_builds_both_files_step_by_step_and_leaves_nothing_else(media):
    report = built()

    assert report.job.steps_done == LABELS
    assert report.job.counts == {"read": 43, "made": 2}
    assert (report.built_at, report.version) == (NOW, 1)
    assert [report.text.name, report.sheet.name] == BOTH
    assert files(media) == BOTH


def test_without_a_row_the_job_makes_it_and_run_again_it_is_a_new_version(media):
    assert [built().version, built().version] == [1, 2]
    assert len(files(media)) == 4


def test_killed_in_every_step_and_started_again_each_time_it_ends_the_same(media, monkeypatch):
    whole = built()
    expected = {kind: inside(getattr(whole, kind).path) for kind in ("sheet", "text")}
    whole.delete()
    job, deaths = queued(), set()
    monkeypatch.setattr("gridsup.jobs.plan_of", lambda name: dying_once(deaths))

    while job.state != "done":
        with suppress(SystemExit):
            attempt(job)
        job.refresh_from_db()

    assert deaths == {(label, part) for label in LABELS for part in ("prepare", "run")} - NOTHING_TO_PREPARE
    report = Report.objects.get(job=job)
    assert {kind: inside(getattr(report, kind).path) for kind in ("sheet", "text")} == expected
    assert (files(media), job.counts) == (BOTH, {"read": 43, "made": 2})


NOTHING_TO_PREPARE = {("open", "prepare"), ("finish", "prepare")}


def dying_once(deaths):
    """The job's steps; when each has done its part for the first time, the worker is killed."""

    def plan(job, now):
        for step in build_report(job, now):
            yield Step(step.label, dying(step, "run"), dying(step, "prepare") if step.prepare else None)

    def dying(step, part):
        def do():
            counts = getattr(step, part)()
            if (step.label, part) not in deaths:
                deaths.add((step.label, part))
                raise SystemExit
            return counts

        return do

    return plan


def test_a_worker_that_lost_the_job_changes_neither_file_nor_row(media):
    late = claim(queued().pk, now=NOW)
    steps = {step.label: step for step in build_report(late, NOW)}
    steps["open"].run()
    requeue_abandoned(now=late.lease_until + timedelta(seconds=1))
    report = Report.objects.get(job=attempt(late))
    before = inside(report.sheet.path)

    with pytest.raises(RowsGone):
        steps["write sheet"].prepare()
    for label in ("open", "gather tasks", "write sheet", "finish"):
        with pytest.raises(LeaseLost):
            steps[label].run()
    assert inside(report.sheet.path) == before


def test_what_an_earlier_attempt_left_behind_is_removed(media):
    job = queued()
    folder = media / "reports" / "work"
    (folder / "99").mkdir(parents=True)
    (folder / "99" / "tasks.rows").write_text("[]")

    attempt(job)

    assert files(media) == BOTH


def test_rows_that_somebody_tidied_away_end_the_job_with_a_sentence(media, english):
    job = queued(steps_done=["open"], state="queued")
    Report.objects.create(area_code="05", period="2026Q3", job=job, requested_at=NOW)

    job = attempt(job)

    assert job.state == "failed"
    assert "Ask for the report again" in job.error


def test_both_files_say_the_same_although_a_visit_comes_in_between(media, monkeypatch):
    report = queued()
    real = building.write_document

    def late(*arguments):
        worked.task("050101", late=0)
        real(*arguments)

    monkeypatch.setattr(building, "write_document", late)

    report = Report.objects.get(job=attempt(report))

    assert len(pages(report)["tasks"]) == 15
    assert "\n10\n14\n" in words(report)


def test_facts_count_up_to_the_day_before_it_was_asked_for(media):
    worked.task("050102", due=worked.Q3.last, late=0, entered=12)

    early = built(now=NOW)
    late = built(now=NOW + timedelta(days=10))

    assert [pages(report)["summary"][8][1] for report in (early, late)] == [10, 11]


def test_it_knows_what_the_published_scores_know(media, district):
    worked.load()
    worked.compute()
    publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW)
    worked.task("050102", due=worked.Q3.last, late=0, entered=12)

    report = built(now=NOW + timedelta(days=30))

    assert pages(report)["summary"][8][1] == 10
    assert "2026年10月10日" in words(report)


def test_the_command_says_the_names_of_the_files(media):
    out = StringIO()
    call_command("run_job", "build_report", "--for", "2026Q3", "--area", "0501", stdout=out)

    said = json.loads(out.getvalue().splitlines()[-1])

    assert said["job"] == "build_report"
    assert [name.rpartition("/reports/")[2] for name in said["files"]] == [
        "2026/0501-2026Q3-v1.xlsx", "2026/0501-2026Q3-v1.docx",
    ]  # fmt: skip
    assert said["made"] == 2


def test_it_is_written_in_chinese_whoever_asks(media, english):
    report = built("0501")

    assert "网格化监管工作报告" in words(report)
    assert "2026年7月1日" in words(report)


def test_the_day_it_was_built_on_is_that_of_shanghai(media):
    evening = NOW.astimezone(timezone.get_fixed_timezone(0)).replace(hour=20)

    assert built(now=evening).built_at == evening
    assert pages(Report.objects.get())["summary"][4][1].date() == worked.NOW.date() + timedelta(days=1)


def test_a_failed_job_says_so_and_keeps_no_file(media, monkeypatch):
    monkeypatch.setattr(building, "write_workbook", lambda *arguments: 1 / 0)
    job = queued(attempts=4)

    job = attempt(job)

    assert (job.state, Job.objects.count()) == ("failed", 1)
    assert Report.objects.get().sheet == ""


class TestTheSchedule:
    ENTRY = Monthly("build_report", at="06:00", levels=(2, 4))

    @pytest.mark.parametrize(
        ("on", "moment", "period"),
        [
            (date(2026, 10, 1), "2026-10-01 06:00", "2026-09"),
            (date(2026, 10, 31), "2026-10-01 06:00", "2026-09"),
            (date(2027, 1, 1), "2027-01-01 06:00", "2026-12"),
        ],
    )
    def test_the_report_of_a_month_is_due_on_the_morning_after_it(self, on, moment, period):
        assert timezone.localtime(self.ENTRY.moment(on)).strftime("%Y-%m-%d %H:%M") == moment
        assert self.ENTRY.period(on) == period

    def test_beat_fires_on_the_first_of_each_month(self):
        fired = self.ENTRY.crontab()

        assert (fired.day_of_month, len(fired.month_of_year), fired.hour, fired.minute) == ({1}, 12, {6}, {0})

    def test_each_bureau_and_each_station_gets_one_and_once(self, district):
        jobs = enqueue_due(now=noon(date(2026, 10, 11)), schedule=[self.ENTRY])

        assert [(job.period, job.area_code) for job in jobs] == [
            ("2026-09", code) for code in ("05", "06", "0501", "0502", "0601")
        ]
        assert enqueue_due(now=noon(date(2026, 10, 12)), schedule=[self.ENTRY]) == []

    def test_an_area_without_data_is_passed_over(self, media):
        enqueue_due(now=noon(date(2026, 9, 1)), schedule=[self.ENTRY])
        for job in Job.objects.all():
            attempt(job)

        assert set(Job.objects.values_list("state", flat=True)) == {"done"}
        assert set(Report.objects.values_list("area_code", "period")) == {
            (code, "2026-08") for code in ("05", "0501", "0502")
        }

    def test_after_it_somebody_may_ask_for_a_new_version(self, media, district):
        enqueue_due(now=NOW, schedule=[self.ENTRY])
        attempt(Job.objects.get(area_code="0502"))

        report = request_report(area="0502", period="2026-09", by=district.far_chief, now=NOW)

        assert (report.version, report.job.state) == (2, "queued")
