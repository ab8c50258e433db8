from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from complaints.models import Complaint
from complaints.models.complaint import RECEIPT
from grids.models import Posting
from tests.factories import LocalityFactory, PremisesFactory, SubjectFactory
from tests.pictures import upload

NEW = "/complaints/new/"


def form(**changed):
    facts = {"form_number": uuid4(), "kind": "complaint", "channel": "phone", "text": "秤不准。", "name": "李秀英"}
    return {**facts, "phone": "13800001234", **changed}


@pytest.fixture
def as_desk(client, law, desk):
    client.cookies["django_language"] = "en"
    client.force_login(desk)
    return client


def test_a_call_is_taken_in_and_the_desk_is_told_number_and_code(as_desk, desk):
    text = as_desk.post(NEW, form(), follow=True).text

    complaint = Complaint.objects.get()
    assert f"Taken in as {complaint.number}" in text
    assert f"the follow-up code {complaint.follow_code}; it is not shown again" in text
    assert (complaint.channel, complaint.area_code, complaint.events.get().by) == ("phone", "05", desk)


def test_the_code_is_told_to_the_form_again_for_half_an_hour_and_then_not_any_more(as_desk):
    given = form()
    as_desk.post(NEW, given)
    complaint = Complaint.objects.get()
    assert complaint.follow_code in as_desk.post(NEW, given, follow=True).text

    Complaint.objects.update(received_at=complaint.received_at - RECEIPT)
    late = as_desk.post(NEW, given, follow=True).text

    assert f"It was taken in before, as {complaint.number}." in late
    assert complaint.follow_code not in late


def test_an_item_of_12345_keeps_its_number_and_its_limit(as_desk):
    day = localdate() + timedelta(days=9)
    as_desk.post(NEW, form(channel="12345", outside_number="XA-1", outside_due_on=day, is_urgent="on"))

    complaint = Complaint.objects.get()
    assert (complaint.outside_number, complaint.is_urgent) == ("XA-1", True)
    assert str(complaint.clocks.get(kind="outside").due_on) == str(day)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": ""}, "Choose what it is."),
        ({"text": ""}, "Say what happened."),
        ({"text": "字" * 5_001}, "these are 5001"),
        ({"channel": "public"}, "note-error"),
        ({"channel": "12315"}, "Give the number that it has in the outside system."),
        ({"phone": "none"}, "is no telephone number"),
        ({"outside_due_on": "soon"}, "Write the day as 2026-11-22."),
        ({"outside_due_on": "2020-01-01"}, "2020-01-01 cannot be its limit there"),
        ({"line": "不存在的条线"}, "note-error"),
        ({"phone": "1111111"}, "is no telephone number"),
        ({"outside_due_on": "2026-02-30"}, "There is no day 2026-02-30."),
        ({"premises": "999999"}, "none of those that you may see"),
        ({"premises": "9" * 40}, "none of those that you may see"),
        ({"premises": "x"}, "none of those that you may see"),
        ({"find": "店" * 101}, "Type at most 100 characters."),
        ({"form_number": "7"}, "This form has lost its number"),
        ({"pictures": SimpleUploadedFile("a.jpg", b"no picture")}, "“a.jpg” is no picture"),
    ],
)
def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(as_desk, changed, sentence):
    reply = as_desk.post(NEW, form(about="张三饺子馆", **changed))

    assert sentence in reply.text
    assert "张三饺子馆" in reply.text
    assert not Complaint.objects.exists()


def test_the_line_is_chosen_and_shown_in_words(as_desk):
    assert '<option value="food">food safety</option>' in as_desk.get(NEW, follow=True).text

    shown = as_desk.post(NEW, form(category="计量", line="fair_trade"), follow=True).text

    assert "计量 · fair trade" in shown
    assert "fair_trade" not in shown


def test_a_number_of_the_outside_system_comes_in_once(as_desk):
    as_desk.post(NEW, form(channel="12315", outside_number="A-1"))

    text = as_desk.post(NEW, form(channel="12315", outside_number="A-1")).text

    assert f"registered already: see {Complaint.objects.get().number}" in text


def test_a_complaint_without_a_name_is_not_lost(as_desk):
    text = as_desk.post(NEW, form(name="", phone=""), follow=True).text

    assert Complaint.objects.count() == 1
    assert "A complaint needs a real name and a telephone before it can be accepted." in text


def test_a_double_click_takes_in_one_and_another_matter_is_told_apart(as_desk):
    typed = form()
    as_desk.post(NEW, typed)
    as_desk.post(NEW, typed)
    assert Complaint.objects.count() == 1

    back = as_desk.post(NEW, {**typed, "text": "第二件事。"})

    assert back.status_code == 409
    assert 'name="form_number" value="{}"'.format(back.context["fresh"]) in back.text
    # as a browser sends it: the form's own number, then that of the button
    both = [typed["form_number"], back.context["fresh"]]
    for _click in range(2):
        as_desk.post(NEW, {**typed, "text": "第二件事。", "form_number": both})
    assert Complaint.objects.count() == 2


def test_who_goes_back_has_the_same_form(as_desk):
    address = as_desk.get(NEW).url
    number = as_desk.get(address).context["form"]["form_number"].value()
    as_desk.post(address, form(form_number=number))

    assert as_desk.get(address).context["form"]["form_number"].value() == number
    Complaint.objects.update(received_at=Complaint.objects.get().received_at - RECEIPT)
    assert as_desk.get(address).status_code == 302


def test_a_correction_on_a_form_that_was_sent_is_refused_with_the_way_to_what_stands(as_desk):
    typed = form()
    as_desk.post(NEW, typed)
    stored = Complaint.objects.get()

    back = as_desk.post(NEW, {**typed, "about": "李四超市", "name": "王五", "phone": "13900001111"})

    assert back.status_code == 409
    assert f"sent already, as {stored.number}, and says something else now. The change is not stored." in back.text
    assert f'href="{stored.get_absolute_url()}"' in back.text
    assert all(value in back.text for value in ("李四超市", "王五", "13900001111"))
    assert Complaint.objects.get().complainant.name == "李秀英"


class TestFindingThePremises:
    @pytest.fixture(autouse=True)
    def shops(self, law):
        facts = {"name": "Golden Dumpling", "uscc": "92610111MA6TXF0000"}
        self.shop = PremisesFactory(subject=SubjectFactory(**facts), address="纺正街12号")
        self.closed = PremisesFactory(subject=SubjectFactory(name="Golden Hall"), status="closed")
        PremisesFactory(area_code="060101", subject=SubjectFactory(name="Golden of another bureau"))

    @pytest.mark.parametrize("text", ["golden dump", "纺正街 golden", "92610111MA6TXF0000"])
    def test_it_is_found_by_name_address_and_code(self, as_desk, text):
        found = as_desk.get("/complaints/premises/", {"find": text}).text

        assert f'value="{self.shop.pk}"' in found
        assert "Golden Hall" not in found

    def test_those_of_another_bureau_are_not_found_and_those_in_business_come_first(self, as_desk):
        found = as_desk.get("/complaints/premises/?find=golden").text

        assert "another bureau" not in found
        assert found.index("Golden Dumpling") < found.index("Golden Hall")

    @pytest.mark.parametrize("text", ["", "g", "\x00", "nothing of the kind", "x" * 300])
    def test_other_words_find_nothing(self, as_desk, text):
        assert "<input" not in as_desk.get("/complaints/premises/", {"find": text}).text

    def test_without_a_script_the_form_is_drawn_anew_with_what_was_typed(self, as_desk):
        reply = as_desk.post(NEW, form(look="1", find="golden", about="饺子", is_urgent="on"))

        assert "Golden Dumpling" in reply.text
        assert "饺子" in reply.text
        assert "checked" in reply.text.partition('name="is_urgent"')[2].partition(">")[0]
        assert "field-error" not in reply.text
        assert not Complaint.objects.exists()

    def test_the_one_that_is_chosen_goes_with_it_and_stays_when_the_form_comes_back(self, as_desk):
        back = as_desk.post(NEW, form(premises=self.shop.pk, text=""))
        assert f'value="{self.shop.pk}" checked' in back.text

        as_desk.post(NEW, form(premises=self.shop.pk))

        assert Complaint.objects.get().premises == self.shop


class TestMixedMaterial:
    def test_the_page_of_the_first_part_offers_the_second(self, as_desk, take_in):
        street = LocalityFactory()
        first = take_in(about="张三饺子馆", locality=street)
        assert f"/complaints/new/?of={first.pk}" in as_desk.get(first.get_absolute_url()).text

        given = as_desk.get(f"{NEW}?of={first.pk}", follow=True).context["form"]

        assert (given["kind"].value(), given["about"].value()) == ("report", "张三饺子馆")
        assert (given["locality"].value(), given["name"].value()) == (street.code, None)

    @pytest.mark.parametrize("key", ["", "x", "0", "9" * 40, "٣"])
    def test_a_part_that_nobody_knows_is_an_empty_form(self, as_desk, key):
        assert as_desk.get(NEW, {"of": key}, follow=True).context["form"]["about"].value() is None

    def test_one_of_another_bureau_is_not_copied(self, client, take_in, district):
        first = take_in(about="张三饺子馆")
        officer = district.outsider
        Posting.objects.filter(officer=officer).update(duty="duty_desk")
        client.force_login(officer)

        assert client.get(f"{NEW}?of={first.pk}", follow=True).context["form"]["about"].value() is None


def test_pictures_are_kept(as_desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    as_desk.post(NEW, form(pictures=[upload()]))

    assert Complaint.objects.get().attachments.count() == 1


def test_whoever_serves_two_bureaus_says_which(as_desk, desk):
    Posting.objects.create(officer=desk, duty="duty_desk", area_code="06", from_day="2026-01-01")
    assert 'name="bureau_code"' in as_desk.get(NEW, follow=True).text

    as_desk.post(NEW, form(bureau_code="06"))

    assert Complaint.objects.get().number.startswith("06-")


def test_a_lead_takes_in_what_people_tell_on_the_street(client, law, district):
    client.force_login(district.lead)

    client.post(NEW, form(channel="daily_check"))

    assert Complaint.objects.get().events.get().by == district.lead


def test_who_may_not_take_in_has_no_form(client, law, district):
    client.force_login(district.chief)

    assert client.get(NEW).status_code == 403
    assert "/complaints/new/" not in client.get("/complaints/").text
