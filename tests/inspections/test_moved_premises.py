"""What is unfinished about a premises that a change of areas took to another grid: it stays with who made it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from grids.geometry import as_geojson
from grids.models import Officer, Posting
from gridsup.errors import NotAllowed
from inspections.actions import archive_visit, archive_visits, return_visit, save_draft, submit_visit
from inspections.models import Finding, Visit
from subjects.areas.drafts import Part
from subjects.areas.preview import preview_draft
from subjects.models import Placement
from tests.api import api_as
from tests.drawing import box
from tests.factories import TODAY, PostingFactory, noon
from tests.forms import Opened
from tests.splitting import drafted, draw_station, in_effect, premises_at, split_draft
from tests.visits import NOON, ORDER, in_order, load_policy, record, submitted

LONG_AGO = TODAY - timedelta(days=60)


@pytest.fixture
def premises(district):
    """One in the eastern half of grid 050101, which goes to 050103."""
    load_policy()
    draw_station()
    place = premises_at(1.5, tier_given="high", tier="high", entered_on=LONG_AGO)
    Placement.objects.create(premises=place, area_code="050101", from_day=LONG_AGO)
    return place


@pytest.fixture
def returned(district, premises):
    yesterday = noon(TODAY - timedelta(days=1))
    visit = submitted(district, premises=premises, visited_at=yesterday, outcome="problem", problems=[ORDER])
    return return_visit(visit=visit, why="Which goods?", by=district.chief, now=NOON)


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client


def correction(district, visit, by, **facts):
    given = record(district, premises=visit.premises, visited_at=visit.visited_at, corrects=visit, **facts)
    return submit_visit(record=given, by=by, now=NOON)


def form_of(visit):
    return f"/premises/{visit.premises_id}/visit/?corrects={visit.pk}"


def aside(district, premises):
    return save_draft(
        client_id=uuid4(), premises=premises, by=district.lead, now=NOON, held={"narrative": ["Half of it"]}
    )


def posted_to(area):
    """Somebody newly posted there, with a certificate."""
    certified = {"officer__certificate_no": "S-9", "officer__certificate_valid_to": date(2030, 1, 1)}
    return PostingFactory(area_code=area, duty="manager", **certified).officer


def test_the_preview_tells_of_forms_put_aside_and_apart_of_returned_records_which_stay(district, returned):
    aside(district, returned.premises)

    preview = preview_draft(split_draft(district), on=TODAY)
    work, left = ({told.words: told.count for told in said} for said in (preview.work, preview.left))

    assert work["暂存的检查表"] == 1
    assert left == {"退回待更正的检查记录": 1}
    assert "退回待更正的检查记录" not in work


def test_its_maker_corrects_a_returned_record_and_it_counts_where_it_counted(district, returned):
    in_effect(district, split_draft(district))

    again = correction(district, returned, district.lead, outcome="problem", problems=[ORDER])

    assert (again.version, again.area_code, again.lead) == (2, "050101", district.lead)
    ordered = Finding.objects.get(visit=again)
    assert (ordered.area_code, ordered.recheck.area_code) == ("050103", "050103")


def test_the_maker_finds_the_record_and_corrects_it_in_the_form(english, district, returned):
    in_effect(district, split_draft(district))
    english.force_login(district.lead)
    assert [row.pk for row in english.get("/today/").context["returned"]] == [returned.pk]
    assert "Correct it" in english.get(returned.get_absolute_url()).text

    form = Opened(english, form_of(returned))
    reply = form.send()

    again = Visit.objects.get(corrects=returned)
    assert reply.redirect_chain[-1][0] == again.get_absolute_url()
    assert form.send().redirect_chain[-1][0] == again.get_absolute_url()  # the same form again
    assert Visit.objects.filter(corrects=returned).count() == 1


@pytest.mark.parametrize("area", ["050101", "050103"])
def test_whoever_inspects_in_either_grid_corrects_it_for_those_who_signed(english, district, returned, area):
    in_effect(district, split_draft(district))
    by = posted_to(area)
    english.force_login(by)
    assert "Correct it" in english.get(returned.get_absolute_url()).text

    Opened(english, form_of(returned)).send()

    again = Visit.objects.get(corrects=returned)
    assert (again.lead, again.partner, again.area_code) == (district.lead, district.manager, "050101")
    assert again.events.get(new="submitted").by == by


def test_nobody_else_corrects_it(client, district, returned):
    in_effect(district, split_draft(district))
    client.force_login(district.neighbour_lead)

    assert client.get(form_of(returned)).status_code == 404
    assert client.get(returned.get_absolute_url()).status_code == 404
    with pytest.raises(NotAllowed):
        correction(district, returned, district.neighbour_lead)


def test_a_correction_stays_in_the_name_of_those_who_signed(district, returned):
    colleague = posted_to("050101")

    with pytest.raises(NotAllowed):
        correction(district, returned, colleague, lead=colleague)


def test_whoever_corrected_it_for_others_does_not_review_it(district, returned):
    colleague = posted_to("050101")
    again = correction(district, returned, colleague)

    Posting.objects.filter(officer=colleague).update(duty="station_chief", area_code="0501", to_day=date(2030, 1, 1))

    colleague = Officer.objects.get(pk=colleague.pk)
    with pytest.raises(NotAllowed, match="不得审核"):
        archive_visit(visit=again, by=colleague, now=NOON)
    assert not archive_visits(visits=Visit.objects.all(), by=colleague, now=NOON)
    assert archive_visits(visits=Visit.objects.all(), by=district.chief, now=NOON) == 1


def test_of_a_retired_grid_it_is_corrected_in_the_grid_where_the_premises_stands(english, district, returned):
    pieces = [Part("050103", "new", "East", "", as_geojson(box(1, 0, 2, 1)))]
    pieces.append(Part("050104", "new", "West", "", as_geojson(box(0, 0, 1, 1))))
    in_effect(district, drafted("split", [*pieces, Part("050101", "retired", successor="050104")]))
    english.force_login(posted_to("050103"))

    Opened(english, form_of(returned)).send()

    assert Visit.objects.get(corrects=returned).area_code == "050101"


def test_the_api_takes_the_correction_too(district, returned):
    in_effect(district, split_draft(district))
    body = {
        "client_id": str(uuid4()), "premises": returned.premises_id, "corrects": returned.pk,
        "visited_at": returned.visited_at.isoformat(), "partner": district.manager.pk, "outcome": "no_problem",
        "answers": in_order(returned.premises, returned.visited_on),
    }  # fmt: skip

    stranger = api_as(district.neighbour_lead).post("/api/v1/visits", body, format="json")
    answer = api_as(district.lead).post("/api/v1/visits", body, format="json")

    assert stranger.status_code == 400
    assert (answer.status_code, answer.json()["area_code"], answer.json()["version"]) == (201, "050101", 2)


def test_a_form_put_aside_stays_with_its_author_where_the_new_grid_has_no_lead(english, district, premises):
    draft = aside(district, premises)
    in_effect(district, split_draft(district))
    english.force_login(district.lead)

    assert [row.pk for row in english.get("/today/").context["aside"]] == [draft.pk]
    form = Opened(english, draft.get_absolute_url())
    assert form.values["narrative"] == ["Half of it"]


def test_its_author_finishes_the_visit_of_a_day_before_the_move_where_it_was_made(district, premises):
    draft = aside(district, premises)
    in_effect(district, split_draft(district))
    given = record(district, premises=premises, client_id=draft.client_id, visited_at=noon(TODAY - timedelta(days=1)))

    visit = submit_visit(record=given, by=district.lead, now=NOON)

    assert (visit.pk, visit.area_code, visit.state) == (draft.pk, "050101", "submitted")


def test_its_author_drops_it(client, district, premises):
    draft = aside(district, premises)
    in_effect(district, split_draft(district))
    client.force_login(district.lead)

    client.post(f"/visits/{draft.pk}/drop/")

    draft.refresh_from_db()
    assert draft.draft == {}


def test_a_premises_that_moved_gets_no_new_form_from_whoever_held_it(client, district, premises):
    in_effect(district, split_draft(district))
    client.force_login(district.lead)

    assert client.get(f"/premises/{premises.pk}/visit/").status_code == 404
