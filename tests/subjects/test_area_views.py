"""Pages of areas, as a chief who proposes and the grid office that decides."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shapely.geometry import mapping

from assessment.staffing.what_if import Choice, moved_by
from grids.models import AreaChange, Grid
from subjects.area_forms import CUT_AT
from subjects.areas.deciding import approve_change, propose_change, return_change, withdraw_change
from subjects.areas.effect import undo_change
from subjects.areas.outcome import outcome_of
from subjects.areas.preview import Told
from subjects.areas.reading import LARGEST
from subjects.models import Premises
from tests.drawing import box, draw
from tests.factories import TODAY, AreaChangeFactory, LocalityFactory, TaskFactory
from tests.splitting import NOON, draw_station, in_effect, premises_at, split_draft


@pytest.fixture(autouse=True)
def paper(district, freezer_day):
    draw_station()


@pytest.fixture
def freezer_day(monkeypatch):
    """The pages are opened on the day of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def chief(client, district):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    client.cookies["django_language"] = "en"
    return client


def given(**changed):
    """A split of 050101 as the form sends it."""
    return {
        "grid": "050101", "code": "050103", "name": "三号网格", "extent": "东片", "crs": "wgs84",
        "boundary": json.dumps(mapping(box(1, 0, 2, 1))), "placing": "polygon", "listed": "",
        "effective_on": TODAY.isoformat(), "reason": "太大", "act": "preview",
    } | changed  # fmt: skip


NEW = "/areas/new/?kind=split&station=0501"


def test_a_chief_sees_what_a_split_would_do_before_anything_is_stored(chief):
    east = premises_at(1.5)
    TaskFactory(premises=east)
    premises_at(0.5)

    page = chief.post(NEW, given())

    preview = page.context["preview"]
    assert [(flow.from_code, flow.to_code, flow.count, flow.work) for flow in preview.flows] == [
        ("050101", "050103", 1, [Told("tasks", "open tasks", 1)])
    ]
    assert [(line.part.code, line.before, line.after) for line in preview.lines] == [
        ("050101", 2, 1),
        ("050103", None, 1),
    ]
    assert any("050103 has no lead" in note for note in preview.notes)
    assert not AreaChange.objects.exists()
    assert not Grid.objects.filter(code="050103").exists()


def test_a_number_of_the_preview_opens_its_rows_in_the_form(chief):
    east = premises_at(1.5)
    task = TaskFactory(premises=east)
    page = chief.post(NEW, given())
    assert 'name="show" value="what=tasks&amp;of=050101&amp;to=050103"' in page.text

    for show, url in (("what=premises", east.get_absolute_url()), ("what=tasks&of=050101", f"/tasks/{task.pk}/")):
        page = chief.post(NEW, {**given(show=show), "act": ""})
        assert [line.url for line in page.context["lines"]] == [url]
        assert page.context["form"]["reason"].value() == "太大"
    assert chief.post(NEW, given(show="what=nonsense")).status_code == 200
    assert not AreaChange.objects.exists()


def test_a_chief_proposes_what_was_shown(chief, district):
    page = chief.post(NEW, given(act="propose"))

    change = AreaChange.objects.get()
    assert page.url == change.get_absolute_url()
    assert (change.proposed_by, change.parts.count()) == (district.chief, 2)


def test_a_file_is_read_and_stands_in_the_form(chief):
    file = BytesIO(json.dumps(mapping(box(1, 0, 2, 1))).encode())
    file.name = "grid.geojson"

    page = chief.post(NEW, given(boundary="", file=file))

    assert page.context["preview"] is not None
    assert json.loads(page.context["form"]["boundary"].value())["type"] == "Polygon"


def test_a_code_in_full_width_digits_is_the_code(chief):
    assert chief.post(NEW, given(act="propose", code="０５０１０９")).status_code == 302

    assert sorted(AreaChange.objects.get().parts.values_list("code", flat=True)) == ["050101", "050109"]
    assert chief.get("/areas/?area=０５０１").context["question"].asked["area"] == "0501"


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"boundary": "{"}, "boundary", "JSON"),
        ({"code": "050102"}, "code", "050102"),
        ({"code": "０５０１０２"}, "code", "There is a grid 050102 already."),
        ({"code": "六位数字"}, "code", "is not of this station"),
        ({"boundary": json.dumps(mapping(box(5, 0, 6, 1)))}, "boundary", "beside"),
        ({"listed": "91610111MA6TXXXXXX 12"}, "listed", "Not in the ledger"),
        ({"effective_on": "2020-01-01"}, "effective_on", "today or later"),
        ({"grid": "050201"}, "grid", "050201"),
        ({"localities": ["610111005000"]}, "localities", "610111005000"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(chief, changed, field, said):
    page = chief.post(NEW, given(act="propose", **changed))

    assert page.status_code == 200
    assert said in str(page.context["form"].errors[field])
    assert page.context["form"]["reason"].value() == "太大"
    assert not AreaChange.objects.exists()


def test_a_pasted_text_that_a_browser_without_the_script_cut_is_refused_and_what_was_typed_stays(chief):
    lines = ("[109.1, 34.1],\r\n" * CUT_AT).replace("\r\n", "\n")[:CUT_AT].replace("\n", "\r\n")

    page = chief.post(NEW, given(boundary=lines))

    assert f'maxlength="{CUT_AT}"' in page.text
    assert "choose it as a file" in str(page.context["form"].errors["boundary"])
    assert page.context["form"]["reason"].value() == "太大"


def test_a_file_too_large_is_refused_before_it_is_read(chief):
    file = BytesIO(b" " * (LARGEST + 1))
    file.name = "grid.geojson"

    page = chief.post(NEW, given(boundary="", file=file))

    assert "larger than 5 MB" in str(page.context["form"].errors["file"])


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("create", {"boundary": ""}),
        ("redraw", {"boundary": json.dumps(mapping(box(0, 0, 1, 1))), "heir": "050102"}),
        ("redraw", {"boundary": "", "name": "新名"}),
        ("merge", {"grids": ["050102"], "heir": "050101"}),
        ("retire", {"grid": "050102", "heir": "050101"}),
    ],
)
def test_every_kind_can_be_proposed(chief, kind, changed):
    page = chief.post(f"/areas/new/?kind={kind}&station=0501", given(act="propose", **changed))

    assert page.status_code == 302, page.context["form"].errors
    assert AreaChange.objects.get().kind == kind


def test_a_grid_that_is_retired_does_not_take_itself_in(chief):
    page = chief.post("/areas/new/?kind=retire&station=0501", given(act="propose", grid="050102", heir="050102"))

    assert "choose another one" in str(page.context["form"].errors["heir"])
    assert not AreaChange.objects.exists()


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("split", {"left_extent": "西半"}, "050101"),
        ("merge", {"grids": ["050102"], "heir": "050101", "extent": "西半"}, "050101"),
        ("retire", {"grid": "050102", "heir": "050101", "extent": "西半"}, "050101"),
    ],
)
def test_the_extent_in_words_of_a_grid_that_stays_is_changed_along(chief, district, kind, changed, code):
    page = chief.post(f"/areas/new/?kind={kind}&station=0501", given(act="propose", **changed))

    assert page.status_code == 302, page.context["form"].errors
    change = AreaChange.objects.get()
    assert change.parts.get(code=code).extent == "西半"
    return_change(change=change, why="重写", by=district.district_office, now=NOON)
    assert "西半" in chief.get(f"/areas/changes/{change.pk}/edit/").content.decode()


def test_the_new_words_of_a_grid_that_stays_are_shown_beside_the_old_before_and_after(client, district):
    Grid.objects.filter(code="050101").update(extent="东至灞河")
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    told = "<del>东至灞河</del> → <ins>西半</ins>"
    address = "/areas/new/?kind=split&station=0501"
    assert told not in client.post(address, given()).content.decode()
    assert told in client.post(address, given(left_extent="西半")).content.decode()
    client.post(address, given(left_extent="西半", act="propose"))
    change = AreaChange.objects.get()

    client.force_login(district.district_office, backend="grids.backends.DutyBackend")
    assert told in client.get(change.get_absolute_url()).content.decode()
    approve_change(change=change, by=district.district_office, now=NOON)
    assert told in client.get(change.get_absolute_url()).content.decode()


def test_a_list_names_premises_by_code_and_by_number(chief):
    first, second, third = premises_at(0.2), premises_at(0.3), premises_at(0.4)
    listed = f"{first.subject.uscc}\n#{second.pk}，{third.subject.uscc.lower()}"

    page = chief.post(NEW, given(act="propose", listed=listed))

    assert page.status_code == 302
    assert AreaChange.objects.get().listed == {"050103": sorted([first.pk, second.pk, third.pk])}


def test_ticked_communities_of_a_redrawn_grid_come_from_their_neighbour(chief, district):
    place = LocalityFactory(
        code="610111001001",
        kind="community",
        street=LocalityFactory(),
        area_code="050102",
        grid=district.neighbour_grid,
    )
    sent = given(act="propose", boundary="", name="", extent="", localities=[place.code])

    page = chief.post("/areas/new/?kind=redraw&station=0501", sent)

    assert page.status_code == 302, page.context["form"].errors
    assert dict(AreaChange.objects.get().parts.values_list("code", "localities")) == {
        "050101": [place.code],
        "050102": [],
    }


def test_a_community_brings_its_premises_from_every_grid_of_the_station_and_no_others(chief):
    draw(g050103=None)
    gained, kept = (
        LocalityFactory(
            code=f"61011100100{number}", kind="community", street=LocalityFactory(), area_code="050102",
            grid=Grid.objects.get(code="050102"),
        )
        for number in (1, 2)
    )  # fmt: skip
    home, beside = (premises_at(2.5, area_code=area, locality=gained) for area in ("050102", "050103"))
    for area in ("050101", "050103"):
        premises_at(0.5, area_code=area, locality=kept)
    redrawn = given(act="propose", boundary="", localities=[gained.code], placing="localities")

    page = chief.post("/areas/new/?kind=redraw&station=0501", redrawn)

    assert page.status_code == 302, page.context["form"].errors
    change = AreaChange.objects.get()
    assert [part.code for part in change.parts.all()] == ["050101", "050102", "050103"]
    moved = outcome_of(change).moved
    assert moved == {("050102", "050101"): [home.pk], ("050103", "050101"): [beside.pk]}
    reckoned = moved_by(Choice("0501", "050101", frozenset([gained.code])), TODAY)
    assert {area: load.premises for area, load in reckoned.items()} == {"050102": 1, "050103": 1}


def test_a_what_if_fills_the_form(chief):
    page = chief.get("/areas/new/?kind=split&grid=050101&localities=610111001001&placing=localities")

    form = page.context["form"]
    assert (form["grid"].value(), form["placing"].value(), form["code"].value()) == ("050101", "localities", "050103")


def test_the_grid_office_approves_and_undoes(client, district):
    east = premises_at(1.5)
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client.force_login(district.district_office, backend="grids.backends.DutyBackend")
    page = client.get(change.get_absolute_url())
    assert page.context["moves"] == ["approved", "returned"]

    client.post(reverse("area_change_move", args=[change.pk, "approved"]))
    assert Premises.objects.get(pk=east.pk).area_code == "050103"
    page = client.get(change.get_absolute_url())
    assert page.context["moves"] == ["undone"]
    client.post(reverse("area_change_move", args=[change.pk, "undone"]), {"why": "错了"})

    change.refresh_from_db()
    assert (change.state, Premises.objects.get(pk=east.pk).area_code) == ("undone", "050101")


def test_a_refusal_is_a_sentence_on_the_page(client, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client.force_login(district.chief, backend="grids.backends.DutyBackend")

    page = client.post(reverse("area_change_move", args=[change.pk, "approved"]), follow=True)

    assert "note-error" in page.content.decode()
    assert client.post(reverse("area_change_move", args=[change.pk, "nonsense"])).status_code == 404


def test_a_returned_change_is_corrected_on_its_page(chief, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    return_change(change=change, why="河东不清", by=district.district_office, now=NOON)
    edit = reverse("area_change_edit", args=[change.pk])
    form = chief.get(edit).context["form"]
    assert (form["code"].value(), form["reason"].value()) == ("050103", "太大")

    page = chief.post(edit, given(act="propose", name="三号（东）"))

    change.refresh_from_db()
    assert (page.status_code, change.state, change.parts.get(code="050103").name) == (302, "proposed", "三号（东）")
    again = chief.post(edit, given(act="propose", name="东三号"))  # from a page left open
    assert ("东三号" in again.text, change.parts.get(code="050103").name) == (True, "三号（东）")


def test_a_change_that_was_not_returned_is_not_corrected(chief, district):
    change = AreaChangeFactory()

    page = chief.get(reverse("area_change_edit", args=[change.pk]))

    assert page.url == change.get_absolute_url()


def test_the_page_of_a_grid_tells_its_names_through_the_years(chief, district):
    in_effect(district, split_draft(district))

    page = chief.get(reverse("grid", args=["050101"]))

    assert [period.to_day for period in page.context["periods"]] == [None, TODAY - timedelta(days=1)]
    assert len(page.context["changes"]) == 1
    assert chief.get(reverse("grid", args=["050201"])).status_code == 404


def test_a_grid_that_was_in_force_on_no_day_says_why(chief, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    page = reverse("grid", args=["050103"])
    assert "Not in force yet." in chief.get(page).text

    withdraw_change(change=change, by=district.chief, now=NOON)
    assert "its proposal was returned or withdrawn" in chief.get(page).text

    undo_change(change=in_effect(district, split_draft(district)), why="错了", by=district.district_office, now=NOON)
    assert "undone on the same day" in chief.get(page).text


def test_the_list_costs_the_same_for_few_and_many(chief, district, count_queries):
    from tests.factories import GridFactory

    AreaChangeFactory()
    few = count_queries(chief, "/areas/")
    for number in range(10, 40):
        GridFactory(code=f"0501{number}")
        AreaChangeFactory()

    assert count_queries(chief, "/areas/") == few


def test_lists_of_changes_read_neither_boundaries_nor_the_keys_of_what_moved(chief, district):
    in_effect(district, split_draft(district))
    for address in ("/areas/", "/areas/grids/050103/", "/api/v1/area-changes"):
        with CaptureQueriesContext(connection) as queries:
            assert chief.get(address).status_code == 200

        read = " ".join(query["sql"] for query in queries if "areachange" in query["sql"] or "areapart" in query["sql"])
        assert '"reason"' in read
        assert not any(f'"{column}"' in read for column in ("carried", "before", "listed"))


def test_the_page_of_a_change_costs_the_same_for_few_and_many_premises(chief, district, count_queries):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    premises_at(1.5)
    few = count_queries(chief, change.get_absolute_url())
    for _number in range(30):
        premises_at(1.5)

    assert count_queries(chief, change.get_absolute_url()) == few


def test_the_reason_of_a_return_stands_at_the_top_until_it_is_proposed_again(chief, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    return_change(change=change, why="河东不清", by=district.district_office, now=NOON)

    page = chief.get(change.get_absolute_url())
    assert "Returned by the grid office: 河东不清" in page.text
    chief.post(reverse("area_change_edit", args=[change.pk]), given(act="propose"))

    assert "Returned by the grid office" not in chief.get(change.get_absolute_url()).text


def test_the_form_says_how_long_a_pasted_text_may_be(chief, settings):
    page = chief.get(NEW)

    assert page.context["most"] < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert f'data-most="{page.context["most"]}"' in page.text
    refused = chief.post(NEW, given(boundary="9" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    assert refused.status_code == 413
    assert "a boundary as a file" in refused.text
