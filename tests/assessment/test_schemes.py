import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from assessment import schemes
from assessment.actions import load_scheme, publish_scores
from assessment.indicators import INDICATORS
from assessment.models import Scheme, SchemeLine
from gridsup.errors import BadInput, NotAllowed
from tests.assessment import worked
from tests.assessment.worked import NOW, compute, load

JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)


def change(scheme, weight):
    """What a later issue of the product, or the bureau, would say of the first line."""
    SchemeLine.objects.filter(scheme=scheme, position=1).update(weight=weight)


@pytest.mark.parametrize("name", schemes.names())
def test_a_shipped_scheme_is_whole(name):
    preset = schemes.read(name)

    assert sum(line["weight"] for line in preset.lines) == 100
    assert {line["indicator"] for line in preset.lines} <= set(INDICATORS)
    assert len({line["indicator"] for line in preset.lines}) == len(preset.lines)
    assert preset.scheme["excellent_from"] > preset.scheme["qualified_from"]


def test_b1_is_the_table():
    said = [(line["indicator"], line["weight"], line["target_percent"]) for line in schemes.read("B1").lines]

    assert said == [
        ("visits_on_time", 30, 100),
        ("entered_promptly", 15, 100),
        ("rectified_on_time", 20, 95),
        ("complaints_on_time", 25, 100),
        ("satisfaction", 10, 90),
    ]


def test_no_indicator_is_a_count():
    for indicator in INDICATORS.values():
        assert indicator.met is not indicator.counted
        assert indicator.label
        assert indicator.whole
        assert indicator.part


def test_a_scheme_is_loaded_once_with_its_lines_and_an_event(district):
    scheme = load(on=JULY)

    assert load(on=OCTOBER) == load(on=JULY) == scheme
    assert (scheme.from_day, scheme.to_day, scheme.lines.count(), Scheme.objects.count()) == (JULY, None, 5, 1)
    assert [(event.old, event.new) for event in scheme.events.all()] == [("", "B1")]


def test_another_scheme_ends_the_one_in_force_the_day_before(district):
    first = load(on=JULY)
    change(first, 31)
    second = load(on=OCTOBER)

    first.refresh_from_db()
    assert (first.to_day, second.from_day, second.to_day) == (OCTOBER - timedelta(days=1), OCTOBER, None)
    assert [(event.old, event.new) for event in second.events.all()] == [("B1", "B1")]


def test_one_loaded_for_the_time_before_ends_where_the_other_begins(district):
    later = load(on=JULY)
    change(later, 31)
    earlier = load(on=date(2026, 1, 1))

    later.refresh_from_db()
    assert (earlier.to_day, later.from_day, later.to_day) == (JULY - timedelta(days=1), JULY, None)


def test_two_on_one_day_are_refused(district):
    change(load(on=JULY), 31)

    with pytest.raises(BadInput) as refused:
        load(on=JULY)
    assert refused.value.field == "on"


@pytest.mark.parametrize("on", [date(2026, 7, 2), date(2026, 9, 30)])
def test_published_scores_keep_their_scheme(district, english, on):
    scheme = load(on=JULY)
    compute()
    change(scheme, 31)
    compute()
    publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW)

    with pytest.raises(BadInput, match="Scores up to 2026-09-30 are published"):
        load(on=on)
    scheme.refresh_from_db()
    assert scheme.to_day is None
    assert load(on=OCTOBER) != scheme


def test_scores_that_are_only_computed_follow_the_new_scheme(district):
    scheme = load(on=JULY)
    compute()
    change(scheme, 31)
    other = load(on=date(2026, 9, 1))
    compute()

    assert set(worked.Scorecard.objects.values_list("scheme", flat=True)) == {other.pk}


def test_only_who_edits_schemes_loads_one(district):
    with pytest.raises(NotAllowed):
        load_scheme(bureau="05", on=JULY, now=NOW, by=district.chief)
    with pytest.raises(NotAllowed):
        load_scheme(bureau="05", on=JULY, now=NOW, by=district.outsider)
    assert load_scheme(bureau="05", on=JULY, now=NOW, by=district.district_office)


@pytest.mark.parametrize(("facts", "field"), [({"name": "Z9"}, "name"), ({"bureau": "77"}, "bureau")])
def test_what_does_not_exist_is_refused(district, facts, field):
    with pytest.raises(BadInput) as refused:
        load_scheme(**{"bureau": "05", "on": JULY, "now": NOW, **facts})
    assert refused.value.field == field


def test_the_command_prints_what_it_did_and_does_it_once(district):
    said = []
    for _time in range(2):
        out = StringIO()
        call_command("load_scheme", "B1", "--bureau", "05", "--from", "2026-07-01", stdout=out)
        said.append(json.loads(out.getvalue().splitlines()[-1]))

    assert said == [
        {"scheme": "B1", "from": "2026-07-01", "made": 1, "kept": 0},
        {"scheme": "B1", "from": "2026-07-01", "made": 0, "kept": 1},
    ]
    with pytest.raises(CommandError, match="B1"):
        call_command("load_scheme", "nonsense", "--bureau", "05", stdout=StringIO())


@pytest.mark.parametrize(
    "facts",
    [{"to_day": date(2026, 6, 30)}, {"excellent_from": 60}, {"excellent_from": 101}],
)
def test_the_database_refuses_a_scheme_that_makes_no_sense(district, facts):
    scheme = load(on=JULY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(**facts)


@pytest.mark.parametrize(
    "facts", [{"weight": 0}, {"target_percent": 0}, {"target_percent": 101}, {"indicator": "twice"}]
)
def test_the_database_refuses_a_line_that_makes_no_sense(district, facts):
    lines = SchemeLine.objects.filter(scheme=load(on=JULY))
    hit = lines if "indicator" in facts else lines.filter(position=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        hit.update(**facts)


def test_one_scheme_at_a_time_is_in_force(district):
    scheme = load(on=JULY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.create(
            bureau=district.bureau, preset="B1", name="x", excellent_from=90, qualified_from=70, from_day=OCTOBER,
            source="x",
        )  # fmt: skip
    assert list(Scheme.objects.in_force("05", OCTOBER)) == [scheme]
    assert not Scheme.objects.in_force("05", date(2026, 6, 30)).exists()
