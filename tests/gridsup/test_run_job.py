import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from gridsup.errors import DomainError
from gridsup.jobs import Step, claim
from gridsup.models import Job
from tests.gridsup.sample import STEPS, queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_job")]


def run_job(*arguments: str) -> tuple[str, str]:
    """Output and errors of the command; CommandError becomes its last line of errors."""
    out, err = StringIO(), StringIO()
    try:
        call_command("run_job", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_the_last_line_sums_up_the_bureaus(district):
    STEPS.append(Step("01", lambda: {"read": 5, "made": 2, "changed": 1, "odd": 9}))

    out, err = run_job("sample", "--for", "2026Q4")

    last = json.loads(out.splitlines()[-1])
    assert last.pop("seconds") >= 0
    assert last == {"job": "sample", "period": "2026Q4", "read": 10, "made": 4, "changed": 2}
    assert list(json.loads(out)) == ["job", "period", "read", "made", "changed", "seconds"]
    assert (err, set(Job.objects.values_list("area_code", "state"))) == ("", {("05", "done"), ("06", "done")})


def test_without_a_period_it_runs_for_today(district):
    out, _err = run_job("sample")

    assert json.loads(out)["period"] == timezone.localdate().isoformat()


@pytest.mark.parametrize("code", ["05", "0501", "050101"])
def test_one_area_of_any_level(district, code):
    run_job("sample", "--for", "2026", "--area", code)

    assert Job.objects.get().area_code == code


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "“nonsense”. Known: "),
        (["sample", "--for", "2026-13"], "2026-13"),
        (["sample", "--for", "soon"], "2026Q4"),
        (["sample", "--for", "2199-01-01"], "still to come"),
        (["sample", "--area", "07"], "07"),
        (["sample", "--area", "0599"], "0599"),
        (["sample", "--area", "x" * 1000], "xxx"),
        (["sample", "--area", ""], "no area"),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_no_row(district, english, arguments, sentence):
    out, err = run_job(*arguments)

    assert sentence in err
    assert (out, Job.objects.count()) == ("", 0)


def test_without_a_bureau_it_says_what_to_do_first(english):
    assert "load a district" in run_job("sample")[1]


def test_a_job_that_runs_elsewhere_is_left_alone_and_the_other_bureau_is_done(district):
    now = timezone.now()
    claim(queued(period="2026", queued_at=now).pk, now=now)

    out, err = run_job("sample", "--for", "2026")

    assert err.startswith("05: ")
    assert out == ""
    assert Job.objects.get(area_code="05").lease_until > now + timedelta(seconds=1)
    assert Job.objects.get(area_code="06").state == "done"


def test_a_refusal_of_the_job_is_written_out(district):
    def refuse() -> dict[str, int]:
        raise DomainError("There is no published plan.")

    STEPS.append(Step("01", refuse))

    out, err = run_job("sample", "--for", "2026", "--area", "05")

    assert "05: There is no published plan." in err
    assert out == ""
