import re

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from assessment.actions import publish_scores
from assessment.models import Scheme, Scorecard
from gridsup.jobs import claim, run
from gridsup.models import Job
from tests.assessment import worked
from tests.assessment.worked import NOW, card, compute
from tests.factories import GridFactory

LIST = "/scores/?period=2026Q3"


@pytest.fixture
def scored(district, client):
    """The worked district, looked at in English by the grid office."""
    worked.load()
    worked.place()
    worked.what_does_not_count()
    compute()
    client.cookies["django_language"] = "en"
    client.force_login(district.district_office)
    return district


def sentences(reply):
    return [str(message) for message in get_messages(reply.wsgi_request)]


def body(client, **facts):
    page = client.get(LIST + "&show=new")
    return {"bureau": "05", "period": "2026Q3", "seen": page.context["seen"], "confirm": "1", **facts}


def test_stations_stand_by_rank_with_their_totals_and_the_bureau_below(scored, client):
    page = client.get("/scores/")

    ranked = [(row.card.rank, row.card.area_code, str(row.card.total)) for row in page.context["stations"]]
    assert ranked == [(1, "0502", "84.07"), (2, "0501", "73.42")]
    assert str(page.context["whole"].card.total) == "73.26"
    assert str(page.context["period"]) == "2026Q3"


def test_grids_are_shown_on_demand_in_the_order_of_codes_and_without_a_rank(scored, client):
    assert "050101" not in client.get(LIST).text
    page = client.get(LIST + "&by=grid")

    assert [row.card.area_code for row in page.context["grids"]] == ["050101", "050102", "050201"]
    assert all(row.card.rank is None for row in page.context["grids"])


def test_every_row_leads_to_its_own_page(scored, client):
    for line in card("05").lines.all():
        shown = client.get(f"/scores/{card('05').pk}/{line.indicator}/").context["rows"]
        assert shown
        for _row, cells in shown:
            assert client.get(cells.url).status_code == 200


@pytest.mark.parametrize("indicator", ["visits_on_time", "entered_promptly", "rectified_on_time", "complaints_on_time",
                                       "satisfaction"])  # fmt: skip
@pytest.mark.parametrize("area", ["05", "0501", "050102"])
def test_every_line_opens_to_as_many_rows_as_it_counts(scored, client, area, indicator):
    row = card(area)
    line = row.lines.get(indicator=indicator)
    counts = {"": line.denominator, "met": line.numerator, "missed": line.denominator - line.numerator}

    for show, count in counts.items():
        page = client.get(f"/scores/{row.pk}/{indicator}/?show={show}")
        assert page.context["page"].paginator.count == count
        assert not page.context["differs"]


def test_what_was_left_out_can_be_looked_at(scored, client):
    page = client.get(f"/scores/{card('050101').pk}/visits_on_time/?show=left")

    # one cancelled, one merged
    assert page.context["page"].paginator.count == 2
    assert page.text.count("left out") >= 3


def test_a_task_cancelled_after_its_due_day_stands_among_the_missed_with_its_ground(scored, client):
    address = f"/scores/{card('050102').pk}/visits_on_time/"

    missed, left = (client.get(f"{address}?show={show}") for show in ("missed", "left"))
    assert [cells.ground for _row, cells in missed.context["rows"]] == ["cancelled on 2026-08-17: The road is closed."]
    assert "cancelled on 2026-08-17: The road is closed." in missed.text
    assert left.context["rows"] == []


def test_rows_that_changed_since_are_said_and_the_card_stays(scored, client):
    worked.task("050101", late=0)
    page = client.get(f"/scores/{card('0501').pk}/visits_on_time/")

    assert page.context["differs"]
    assert "The card says 7 of 10 and stays so; today's rows say 8 of 11." in page.text


def test_the_card_says_why_a_station_is_last_and_leads_to_the_rows(scored, client):
    page = client.get(f"/scores/{card('0501').pk}/")

    against = page.context["compared"][0]
    # lost there and here: 10 and 9 · 0 and 1.88 · 0 and 5.96 · nothing and 7.14 · 5.93 and 2.59
    assert [f"{found:.2f}" for found in against.differences.values()] == ["1.00", "-1.88", "-5.96", "-7.14", "3.33"]
    assert (against.other.area_code, f"{against.total:.2f}") == ("0502", "-10.65")
    assert against.worst.line.indicator == "complaints_on_time"
    assert client.get(f"/scores/{card('0501').pk}/complaints_on_time/?show=missed").status_code == 200


def test_the_third_of_three_is_set_against_the_one_above_and_the_best(scored, client):
    GridFactory(code="050301")
    worked.task("050301", late=9)
    compute()
    page = client.get(f"/scores/{card('0503').pk}/")

    assert [found.other.area_code for found in page.context["compared"]] == ["0501", "0502"]
    for found in page.context["compared"]:
        assert abs(sum(found.differences.values()) - found.total) < 0.02


def test_each_line_says_how_its_points_came_about(scored, client):
    text = client.get(f"/scores/{card('050102').pk}/").text

    assert "35.7143 × (1 ÷ 2) ÷ 100 % = 17.8571" in text
    assert "42.8571 × (3 ÷ 4) ÷ 100 % = 32.1429" in text
    assert "30 → 42.8571" in text
    assert text.count("Nothing to count") == 2


def test_what_stands_at_the_stations_own_level_is_named(scored, client):
    own = client.get(f"/scores/{card('0501').pk}/").context["own"]

    assert [(line.line.indicator, part, whole) for line, part, whole in own] == [
        ("visits_on_time", 0, 1), ("complaints_on_time", 1, 1),
    ]  # fmt: skip


def test_what_stands_at_the_stations_own_level_opens_its_rows(scored, client):
    page = client.get(f"/scores/{card('0501').pk}/")

    for line, part, whole in page.context["own"]:
        href = f"/scores/{card('0501').pk}/{line.line.indicator}/?exact=1"
        behind = client.get(href)
        assert f'href="{href}"' in page.text
        assert (behind.context["counts"]["met"], behind.context["counts"]["whole"]) == (part, whole)
        assert {row.area_code for row, _shown in behind.context["rows"]} == {"0501"}
        assert not behind.context["differs"]
        assert "in none of the areas below" in behind.text


def test_the_share_of_a_line_opens_its_rows(scored, client):
    text = client.get(f"/scores/{card('0501').pk}/").text
    assert re.search(r'data-label="Share"><a href="/scores/\d+/visits_on_time/">70\.0 %</a>', text)


def test_a_card_that_was_changed_by_a_foreign_hand_says_so(scored, client):
    address = f"/scores/{card('0501').pk}/"
    assert "no longer says" not in client.get(address).text

    Scorecard.objects.filter(area_code="0501").update(total=99)

    assert "no longer says" in client.get(address).text


def test_computing_queues_the_job_and_shows_how_far_it_is(scored, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    assert (
        client.post("/scores/compute/", {"bureau": "05", "period": "2026Q3"}).url == "/scores/?bureau=05&period=2026Q3"
    )
    assert "are being computed" in client.get(LIST).text

    job = Job.objects.get()
    run(claim(job.pk, now=NOW), clock=lambda: NOW)

    assert (job.name, job.period, job.area_code, job.by) == ("score_period", "2026Q3", "05", "district")
    assert "are being computed" not in client.get(LIST).text


def test_a_job_that_failed_says_why(scored, client):
    Job.objects.create(name="score_period", period="2026Q3", area_code="05", state="failed", error="The reason.",
                       queued_at=NOW, finished_at=NOW)  # fmt: skip

    assert "could not be computed: The reason." in client.get(LIST).text


@pytest.mark.parametrize(
    "facts", [{"period": "2026Q4"}, {"period": ""}, {"period": "soon"}, {"bureau": "06"}, {"bureau": ""}]
)
def test_what_cannot_be_computed_is_answered_with_a_sentence(scored, client, time_machine, facts):
    time_machine.move_to(NOW, tick=False)
    reply = client.post("/scores/compute/", {"bureau": "05", "period": "2026Q3", **facts}, follow=True)

    assert "note-error" in reply.text
    assert not Job.objects.exists()


def test_scores_are_published_once_they_were_looked_at(scored, client):
    page = client.get(LIST)
    assert "Publish the scores of third quarter of 2026" in page.text

    reply = client.post("/scores/publish/", body(client))

    assert sentences(reply) == ["The scores are published. Nobody can change them any more."]
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"published"}
    assert "Publish the scores" not in client.get(LIST).text


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [({"confirm": ""}, "I looked at these scores: Tick that you looked"),
     ({"seen": ""}, "what you looked at: "), ({"bureau": ""}, "bureau: "),
     ({"seen": "other"}, "computed again after you looked"),
     ({"period": "2026Q2"}, "compute them first"), ({"bureau": "06"}, "duties"), ({"period": "x"}, "no period")],
)  # fmt: skip
def test_a_publication_that_is_not_to_be_is_refused_with_a_sentence(scored, client, facts, sentence):
    reply = client.post("/scores/publish/", body(client, **facts), follow=True)

    assert sentence in reply.text
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"computed"}


def test_a_stale_page_publishes_nothing(scored, client):
    stale = body(client)
    worked.task("050101", late=0)
    compute()

    reply = client.post("/scores/publish/", stale, follow=True)

    assert "computed again after you looked at them" in reply.text
    assert not Scorecard.objects.filter(state="published").exists()


def test_what_was_computed_after_a_publication_is_pointed_out_and_looked_at_apart(scored, client, district):
    publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW)
    worked.task("050201", late=0)
    compute()
    page, new = client.get(LIST), client.get(LIST + "&show=new")

    assert "3 cards were computed after the publication" in page.text
    assert [str(row.card.total) for row in page.context["stations"]] == ["84.07", "73.42"]
    assert [str(row.card.total) for row in new.context["stations"]] == ["86.07", "73.42"]
    client.post("/scores/publish/", body(client))
    assert (card("0502", state="published").version, card("0502", state="superseded").version) == (2, 1)


def test_a_bureau_without_a_scheme_takes_one_over_on_the_page(district, client):
    client.force_login(district.district_office)
    assert client.get("/scores/").context["scheme_form"]

    client.post("/scores/scheme/", {"bureau": "05", "name": "B1", "day": "2026-07-01"})

    assert Scheme.objects.get().events.get().by == district.district_office
    assert client.get("/scores/").context["compute"]


@pytest.mark.parametrize("facts", [{"day": "soon"}, {"name": "Z"}, {"bureau": "06"}])
def test_a_scheme_that_cannot_be_is_refused_with_a_sentence(district, client, facts):
    client.force_login(district.district_office)
    given = {"bureau": "05", "name": "B1", "day": "2026-07-01", **facts}

    assert "note-error" in client.post("/scores/scheme/", given, follow=True).text
    assert not Scheme.objects.exists()


@pytest.mark.parametrize(
    ("who", "areas"),
    [("chief", {"0501", "050101", "050102"}), ("far_chief", {"0502", "050201"}), ("lead", {"050101"}),
     ("outsider", set()), ("head", {"05", "0501", "0502", "050101", "050102", "050201"})],
)  # fmt: skip
def test_everybody_sees_the_cards_of_the_own_areas_alone(scored, client, who, areas):
    client.force_login(getattr(scored, who))
    page = client.get("/scores/?by=grid")
    context = page.context
    shown = [*context["stations"], *context["grids"], *([context["whole"]] if context["whole"] else [])]

    assert {row.card.area_code for row in shown} == areas
    for row in Scorecard.objects.all():
        expected = 200 if row.area_code in areas else 404
        assert client.get(f"/scores/{row.pk}/").status_code == expected
        assert client.get(f"/scores/{row.pk}/visits_on_time/").status_code == expected


@pytest.mark.parametrize("who", ["chief", "lead", "head"])
def test_who_may_not_score_has_no_button_and_is_not_heard(scored, client, who):
    client.force_login(getattr(scored, who))
    text = client.get(LIST).text

    assert "/scores/compute/" not in text
    assert "/scores/publish/" not in text
    for step in ("compute", "publish", "scheme"):
        assert client.post(f"/scores/{step}/", {"bureau": "05", "period": "2026Q3"}).status_code == 403


def test_a_chief_is_told_the_own_rank_and_nothing_of_the_neighbours(scored, client):
    client.cookies["django_language"] = "en"
    client.force_login(scored.chief)
    page = client.get(f"/scores/{card('0501').pk}/")

    assert "rank among the stations" in page.text
    assert page.context["compared"] == []
    assert "0502" not in page.text


@pytest.mark.parametrize("query", ["period=x", "period=2026Q2", "show=odd", "by=odd", "bureau=x", "period=%00"])
def test_a_question_that_is_not_understood_is_answered(scored, client, query):
    assert client.get(f"/scores/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("2027Q1", "first quarter of 2027 lies ahead: it begins on 2027-01-01"),
        ("2026Q4", "fourth quarter of 2026 is not over yet: it ends on 2026-12-31"),
        ("2026-08-03", "not the kind of period"),
        ("2025Q4", "had no scheme of assessment on 2025-12-31"),
        ("2026Q1", "There are no scores of first quarter of 2026 yet. It is over: compute them above."),
    ],
)
def test_a_period_without_cards_says_what_it_is_and_leads_on(scored, client, time_machine, asked, sentence):
    time_machine.move_to(NOW, tick=False)
    page = client.get(f"/scores/?period={asked}")

    assert sentence in page.text
    assert 'href="?period=2026Q3"' in page.text
    assert not page.context["columns"]


def test_an_older_period_that_is_over_can_be_computed_from_its_address(scored, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    assert client.get("/scores/?period=2026-03").text.count('<option value="2026-03" selected>') == 2

    client.post("/scores/compute/", {"bureau": "05", "period": "2026-03"})

    assert Job.objects.get().period == "2026-03"


def test_nonsense_is_answered_with_a_sentence_and_the_latest_scores(scored, client):
    page = client.get("/scores/?period=soon")

    assert "“soon” is no period" in page.text
    assert "Shown are the latest scores, those of third quarter of 2026." in page.text
    assert page.context["stations"]


def test_whoever_cannot_compute_is_told_who_does(scored, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(scored.chief)

    text = client.get("/scores/?period=2026Q1").text

    assert "There are no scores of first quarter of 2026 of your areas yet." in text
    assert "The district grid office computes them." in text


@pytest.mark.parametrize("path", ["/scores/?bureau=06", "/scores/999999/", "/scores/999999/visits_on_time/"])
def test_what_is_not_there_is_not_found(scored, client, path):
    assert client.get(path).status_code == 404


def test_a_line_that_the_card_does_not_have_is_not_found(scored, client):
    assert client.get(f"/scores/{card('0501').pk}/number_of_fines/").status_code == 404


@pytest.mark.parametrize("step", ["compute", "publish", "scheme"])
def test_the_address_of_a_step_leads_back_when_it_is_only_opened(scored, client, step):
    assert client.get(f"/scores/{step}/").url == "/scores/"


def test_no_page_ranks_persons(scored, client):
    for path in (LIST + "&by=grid", f"/scores/{card('050101').pk}/", f"/scores/{card('05').pk}/"):
        text = re.sub(r"<header.*?</header>", "", client.get(path).text, flags=re.DOTALL)
        assert "officer" not in text
        assert scored.lead.name not in text


@pytest.mark.parametrize("path", ["list", "grids", "card", "rows"])
def test_pages_ask_as_often_for_thirty_as_for_three(district, client, count_queries, path):
    worked.load()
    client.force_login(district.district_office)
    taken = []
    for most in (4, 13):
        for number in range(2, most):
            GridFactory(code=f"05{number:02}01")
            for _row in range(most):
                worked.task(f"05{number:02}01", late=0)
        compute(now=timezone.now())
        whole = card("05").pk
        paths = {
            "list": LIST,
            "grids": LIST + "&by=grid",
            "card": f"/scores/{whole}/",
            "rows": f"/scores/{whole}/visits_on_time/",
        }
        taken.append(count_queries(client, paths[path]))

    assert taken[0] == taken[1]
