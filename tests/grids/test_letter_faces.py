"""Responsibility letters on pages, in the API, in the admin, and among what waits."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from grids.actions import record_signature, swap_posts
from grids.lettering.standing import Standing
from grids.lettering.waiting import letters as waiting
from grids.models import ResponsibilityLetter
from gridsup.models import Job
from tests.factories import LetterFactory, OfficerFactory, PostingFactory, StationFactory, noon
from tests.grids.lettered import NOW, ON, make, of

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def made(district):
    make()
    return district


def keys_of(page, *, ticked=False):
    """Keys of the letters that may be ticked, or that are."""
    return re.findall(r'name="letters" value="(\d+)"' + (" checked" if ticked else ""), page.text)


class TestPages:
    @pytest.fixture
    def year(self):
        return timezone.localdate().year

    @pytest.fixture
    def as_chief(self, client, district, year):
        client.cookies["django_language"] = "en"
        client.force_login(district.chief)
        make("0501", year, timezone.now())
        return client

    def test_a_chief_sees_who_has_not_signed_and_records_who_has(self, as_chief, year):
        page = as_chief.get("/letters/")
        assert [row.area_code for row in page.context["rows"]] == ["050101", "050102"]

        keys = [row.letter.pk for row in page.context["rows"]]
        body = {"letters": keys, "signed_on": timezone.localdate().isoformat(), "year": year}
        text = as_chief.post("/letters/sign/", body, follow=True).text

        assert "2 letters recorded as signed" in text
        assert set(ResponsibilityLetter.objects.values_list("state", flat=True)) == {"signed"}

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({"signed_on": "2026-01-01"}, "Tick the letters"),
            ({"letters": [0], "signed_on": ""}, "Say on which day"),
            ({"letters": [0], "signed_on": "2999-01-01"}, "lies ahead"),
            ({"letters": [0], "signed_on": "31.3."}, "Write the day as"),
            ({"letters": ["x"], "signed_on": "2026-01-01"}, "not among the letters"),
            ({"letters": ["9" * 22], "signed_on": "2026-01-01"}, "not among the letters"),
        ],
    )
    def test_what_is_wrong_gets_a_sentence_and_nothing_is_signed(self, as_chief, body, sentence):
        key = of("050101").pk
        given = {**body, **({"letters": [key or k for k in body["letters"]]} if body.get("letters") == [0] else {})}

        assert sentence in as_chief.post("/letters/sign/", given, follow=True).text
        assert not ResponsibilityLetter.objects.filter(state="signed").exists()

    def test_a_day_and_letters_that_were_refused_need_not_be_given_again(self, as_chief):
        body = {"letters": [of("050101").pk], "signed_on": "2999-01-01"}

        page = as_chief.post("/letters/sign/", body, follow=True)

        assert 'value="2999-01-01"' in page.text
        assert keys_of(page, ticked=True) == [str(of("050101").pk)]
        assert str(of("050102").pk) in keys_of(page)

    def test_a_letter_whose_post_is_over_is_refused_and_the_others_are_signed(self, as_chief, district, year):
        today = timezone.localdate()
        ResponsibilityLetter.objects.update(made_on=today - timedelta(days=9))
        district.lead.postings.update(to_day=today - timedelta(days=1))
        body = {"letters": [of("050101").pk, of("050102").pk], "signed_on": today.isoformat(), "year": year}

        text = as_chief.post("/letters/sign/", body, follow=True).text

        assert "nobody signed it afterwards" in text
        assert "1 letter recorded as signed." in text
        assert (of("050101").state, of("050102").state) == ("made", "signed")
        page = as_chief.get(of("050101").get_absolute_url()).text
        assert f'max="{today - timedelta(days=1)}" value="{today - timedelta(days=1)}"' in page

    def test_the_own_letter_of_a_station_is_not_for_its_chief_to_record(self, as_chief, year):
        make("05", year, timezone.now())
        rows = {row.area_code: row.may_sign for row in as_chief.get("/letters/?show=unsigned").context["rows"]}

        assert rows == {"0501": False, "050101": True, "050102": True}
        body = {"letters": [of("0501").pk], "signed_on": timezone.localdate().isoformat()}
        assert "do not permit" in as_chief.post("/letters/sign/", body, follow=True).text

    def test_the_missing_letters_are_made_by_a_job(self, as_chief, district, year):
        ResponsibilityLetter.objects.filter(area_code="050101").update(state="superseded")
        assert "Make the missing letter" in as_chief.get("/letters/?show=needed").text

        text = as_chief.post("/letters/make/", {"year": year}, follow=True).text

        assert "are being made" in text
        assert Job.objects.filter(name="make_letters", state="queued", area_code="0501").count() == 1

    @pytest.mark.parametrize(("area", "status"), [("0502", 404), ("050199", 404), ("050102", 302)])
    def test_letters_are_made_for_ones_own_areas(self, as_chief, year, area, status):
        assert as_chief.post("/letters/make/", {"year": year, "area": area}).status_code == status
        assert Job.objects.filter(name="make_letters", state="queued").exists() == (status == 302)

    def test_a_letter_shows_its_history_and_gives_its_file(self, as_chief):
        letter = of("050101")
        body = {"letters": [letter.pk], "signed_on": timezone.localdate().isoformat()}
        as_chief.post("/letters/sign/", body)

        page = as_chief.get(letter.get_absolute_url()).text
        file = as_chief.get(f"/letters/{letter.pk}/file/")
        as_chief.post(f"/letters/{letter.pk}/unsign/", {"why": "Wrong grid"})

        assert "Take the signature back" in page
        assert b"".join(file.streaming_content).startswith(b"PK")
        assert "Wrong grid" in as_chief.get(letter.get_absolute_url()).text

    def test_a_reason_that_is_too_long_is_refused_and_stays(self, as_chief):
        letter = of("050101")
        body = {"letters": [letter.pk], "signed_on": timezone.localdate().isoformat()}
        as_chief.post("/letters/sign/", body)

        page = as_chief.post(f"/letters/{letter.pk}/unsign/", {"why": "x" * 400})

        assert (page.status_code, of("050101").state) == (400, "signed")
        assert "at most 300 characters (it has 400)" in page.text
        assert f'value="{"x" * 400}"' in page.text
        assert "A reason is needed." in as_chief.post(f"/letters/{letter.pk}/unsign/").text

    def test_a_file_that_is_gone_gets_a_sentence(self, as_chief):
        letter = of("050101")
        letter.file.storage.delete(letter.file.name)

        for address in (f"/letters/{letter.pk}/file/", "/letters/all.zip"):
            reply = as_chief.get(address)
            assert (reply.status_code, "not on the server any more" in reply.text) == (409, True)

    def test_all_letters_of_the_station_come_as_one_file(self, as_chief, year):
        reply = as_chief.get(f"/letters/all.zip?year={year}")

        assert b"".join(reply.streaming_content).startswith(b"PK")
        assert "no letter" in as_chief.get(f"/letters/all.zip?year={year + 1}").text

    def test_a_lead_sees_the_own_letter_only(self, as_chief, district):
        as_chief.force_login(district.lead)

        assert [row.area_code for row in as_chief.get("/letters/").context["rows"]] == ["050101"]
        assert as_chief.get(of("050102").get_absolute_url()).status_code == 404
        assert as_chief.get(f"/letters/{of('050102').pk}/file/").status_code == 404

    @pytest.mark.parametrize("show", ["unsigned", "needed", "vacant", "signed", "superseded"])
    def test_the_list_needs_as_many_queries_for_thirty_rows_as_for_three(self, as_chief, count_queries, show, year):
        from tests.factories import GridFactory

        def grow(numbers):
            for number in numbers:
                GridFactory(code=f"0501{number}")
                if show != "vacant":
                    post = PostingFactory(area_code=f"0501{number}")
                if show in {"signed", "superseded", "unsigned"}:
                    state = {"unsigned": "made"}.get(show, show)
                    day = date(year, 1, 10)
                    LetterFactory(holder=post, giver=chief, state=state, year=year, made_on=day)

        chief = of("050101").giver
        grow(range(20, 23))
        few = count_queries(as_chief, f"/letters/?show={show}")
        grow(range(30, 57))

        assert count_queries(as_chief, f"/letters/?show={show}") == few

    @pytest.mark.parametrize("query", ["year=1999", "year=x", "area=abc", "show=all", "page=x", "page=999"])
    def test_a_question_that_makes_no_sense_is_answered_with_a_page(self, as_chief, query):
        assert as_chief.get(f"/letters/?{query}").status_code == 200

    def test_heads_to_come_are_foretold_with_their_day(self, district):
        make()
        first, second = (one.postings.get() for one in (district.lead, district.neighbour_lead))
        swap_posts(first=first, second=second, on=date(2026, 4, 1), now=NOW)
        PostingFactory(area_code="0503", duty="station_chief", from_day=date(2027, 1, 1))

        def to_come(year, on):
            return [(post.area_code, post.officer, post.from_day) for post in Standing(("05",), year, on).to_come()]

        swapped = [("050101", district.neighbour_lead, date(2026, 4, 1)), ("050102", district.lead, date(2026, 4, 1))]
        assert to_come(2026, ON) == swapped
        assert to_come(2026, date(2026, 4, 1)) == []
        assert to_come(2027, ON) == []
        make(now=noon(date(2026, 4, 1)))
        assert {letter.holder.officer for letter in ResponsibilityLetter.objects.filter(version=2)} == {
            district.lead, district.neighbour_lead,
        }  # fmt: skip

    def test_the_page_names_heads_to_come(self, as_chief, district, year, time_machine):
        time_machine.move_to(NOW, tick=False)
        PostingFactory(area_code="050199", officer=district.nobody, from_day=date(2026, 4, 1))

        text = as_chief.get("/letters/?year=2026").text

        assert "1 head begins later in the year" in text
        assert f"/people/{district.nobody.pk}/" in text


class TestElsewhere:
    def test_what_waits_is_counted_for_who_keeps_letters(self, made):
        StationFactory(code="0503")
        PostingFactory(officer=OfficerFactory(), duty="station_chief", area_code="0503")
        record_signature(letter=of("050101"), signed_on=ON, by=made.chief, now=NOW)

        def counts(officer):
            return [decision.count for decision in waiting(officer, ON)]

        assert counts(made.chief) == [2, 0]
        assert counts(made.district_office) == [3, 1]
        assert counts(made.lead) == []

    def test_the_api_lists_makes_signs_and_takes_back(self, client, district):
        client.force_login(district.chief)
        body = {"area": "0501", "year": timezone.localdate().year}
        made = client.post("/api/v1/letters", body, content_type="application/json")
        assert (made.status_code, made.json()["state"]) == (202, "queued")
        make("0501", body["year"], timezone.now())
        letter = of("050101")
        address = f"/api/v1/letters/{letter.pk}"

        assert client.get("/api/v1/letters?area=0501&state=made").json()["count"] == 2
        signed = client.post(
            f"{address}/sign", {"signed_on": timezone.localdate().isoformat()}, content_type="application/json"
        )
        assert signed.json()["state"] == "signed"
        assert client.post(f"{address}/sign", {"signed_on": "x"}, content_type="application/json").status_code == 400
        again = client.post(f"{address}/unsign", {"why": "No"}, content_type="application/json").json()
        assert (again["state"], again["number"]) == ("made", letter.number)
        assert b"".join(client.get(f"{address}/file").streaming_content).startswith(b"PK")

    def test_the_admin_signs_by_a_step(self, client, made):
        client.cookies["django_language"] = "en"
        client.force_login(made.chief)
        letter, today = of("050101"), timezone.localdate()
        page = f"/admin/grids/responsibilityletter/{letter.pk}"

        client.post(f"{page}/step/sign/", {"signed_on": today.isoformat()})

        letter.refresh_from_db()
        assert (letter.state, letter.signed_on) == ("signed", today)
        assert client.get(f"/admin/grids/responsibilityletter/{of('0501').pk}/step/sign/").status_code == 403
        assert client.get(f"{page}/history/").status_code == 200
        assert "Make the missing letters" in client.get("/admin/grids/responsibilityletter/").text
