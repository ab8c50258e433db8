from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from complaints.models import Complaint
from grids.models import Locality
from gridsup.flood import LIMITS
from gridsup.models import Attempt
from tests.complaints.conftest import LAW
from tests.factories import BureauFactory, LocalityFactory, TimeLimitFactory
from tests.pictures import upload

NEW, FOLLOW, RATE = "/public/complaints/new/?bureau=05", "/public/complaints/follow/", "/public/complaints/rate/"
SCRIPT = "<script>alert()</script>"


def form(**changed):
    facts = {
        "form_number": uuid4(), "kind": "complaint", "about": "张三饺子馆", "place_given": "纺正街12号",
        "text": "秤不准，少给二两。", "name": "李秀英", "phone": "13800001234",
    }  # fmt: skip
    return {**facts, **changed}


@pytest.fixture
def public(law):
    """A telephone that nobody logged in on."""
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def send(public, **changed):
    return public.post(NEW, form(**changed))


def test_a_complaint_is_sent_and_its_receipt_shows_number_and_code(public):
    sent = send(public)
    complaint = Complaint.objects.get()
    receipt = public.get(sent.url).text

    assert (complaint.kind, complaint.channel, complaint.area_code) == ("complaint", "public", "05")
    assert (complaint.complainant.name, complaint.about) == ("李秀英", "张三饺子馆")
    assert complaint.number in receipt
    assert complaint.follow_code in receipt
    assert str(complaint.clocks.get().due_on) in receipt


def test_a_telephone_number_may_be_typed_in_wide_digits(public):
    assert send(public, phone="１３８００００１２３４").status_code == 302
    assert Complaint.objects.get().complainant.phone == "13800001234"


def test_a_report_may_be_anonymous(public):
    assert send(public, kind="report", name="", phone="").status_code == 302
    assert Complaint.objects.get().complainant.name == ""


def test_a_question_needs_nothing_but_its_text(public):
    assert send(public, kind="enquiry", name="", phone="", about="", place_given="").status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "A complaint needs your real name."),
        ({"name": "匿名"}, "A complaint needs your real name."),
        ({"phone": ""}, "A complaint needs a telephone number"),
        ({"phone": "abc"}, "is no telephone number"),
        ({"about": ""}, "Name the trader"),
        ({"kind": "report", "about": "", "place_given": ""}, "or give an address"),
        ({"kind": ""}, "Choose one of the three."),
        ({"kind": "clue"}, "note-error"),
        ({"text": ""}, "Say what happened."),
        ({"text": "x"}, "Say in at least 4 characters"),
        ({"text": "字" * 100_000}, "At most 5000 characters; these are 100000. Shorten it: nothing"),
        ({"about": "字" * 201}, "note-error"),
        ({"name": "a\x00b"}, "note-error"),
        ({"locality": "610111009000"}, "note-error"),
        ({"text": "字" * 9, "subject_line": "buy now"}, "A hidden field was filled in, as programs do."),
        ({"form_number": "1"}, "note-error"),
    ],
)
def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(public, changed, sentence):
    typed = form(**changed)

    reply = public.post(NEW, typed)

    assert reply.status_code == 200
    assert sentence in reply.text
    assert all(str(typed[name]).replace("\x00", "") in reply.text.replace("\x00", "") for name in ("text", "phone"))
    assert not Complaint.objects.exists()


def test_everything_that_is_wrong_is_said_at_once(public):
    text = send(public, name="", phone="", about="", text="").text

    assert text.count('class="field-error"') == 4


def test_line_ends_count_as_one_character_each(public):
    assert send(public, text="一\r\n" * 2_500).status_code == 302
    assert Complaint.objects.get().text == ("一\n" * 2_500).strip()


def test_the_browser_does_not_cut_a_pasted_text(public):
    assert "maxlength" not in public.get(NEW, follow=True).text.partition('name="text"')[2].partition(">")[0]


def test_a_script_is_shown_as_text(public):
    facts = dict.fromkeys(("about", "place_given", "text", "name"), SCRIPT)
    assert SCRIPT not in send(public, **facts, phone="no").text

    send(public, **facts)

    complaint = Complaint.objects.get()
    page = public.post(FOLLOW, {"number": complaint.number, "code": complaint.follow_code}).text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


class TestSentTwice:
    def test_a_double_click_is_one_complaint(self, public):
        typed = form()

        first, second = public.post(NEW, typed), public.post(NEW, typed)

        assert first.url == second.url
        assert Complaint.objects.count() == 1
        assert Attempt.objects.count() == 1

    def test_another_matter_on_the_same_form_is_not_lost(self, public):
        typed = form()
        public.post(NEW, typed)

        back = public.post(NEW, {**typed, "text": "第二件事：无证经营。"})

        assert back.status_code == 409
        assert f"sent already, as {Complaint.objects.get().number}" in back.text
        assert "第二件事" in back.text
        # as a browser sends it: the form's own number, then that of the button
        both = [typed["form_number"], back.context["fresh"]]
        for _click in range(2):
            public.post(NEW, {**typed, "text": "第二件事：无证经营。", "form_number": both})
        assert Complaint.objects.count() == 2

    def test_a_correction_is_not_swallowed_and_shows_no_more_than_the_number(self, public):
        typed = form()
        public.post(NEW, typed)
        stored = Complaint.objects.get()

        back = public.post(NEW, {**typed, "name": "王五", "phone": "13900001111", "place_given": "纺正街21号"})

        assert f"sent already, as {stored.number}, and says something else now." in back.text
        assert "call the bureau and give the number" in back.text
        assert all(value in back.text for value in ("王五", "13900001111", "纺正街21号"))
        assert not any(value in back.text for value in ("李秀英", "13800001234", "纺正街12号", stored.follow_code))

    def test_who_goes_back_has_the_same_form_until_its_receipt_is_gone(self, public, time_machine):
        time_machine.move_to(timezone.now())
        address = public.get(NEW).url
        number = public.get(address).context["form"]["form_number"].value()
        assert f"form={number}" in address
        public.post(address, form(form_number=number))

        assert public.get(address).context["form"]["form_number"].value() == number
        time_machine.shift(timedelta(minutes=31))
        assert public.get(address).url not in {address, NEW}

    @pytest.mark.parametrize("number", ["", "1", "x" * 400, "\x00"])
    def test_an_address_without_a_number_gets_one(self, public, number):
        assert "form=" in public.get(NEW, {"bureau": "05", "form": number}).url

    def test_the_number_of_a_form_of_the_desk_opens_nothing(self, public, take_in):
        stored = take_in(client_id=uuid4())

        back = public.post(NEW, form(form_number=stored.client_id))

        assert (back.status_code, stored.number in back.text) == (409, False)
        assert "stands for something else already" in back.text


class TestPictures:
    def test_they_are_kept_anew(self, public, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

        assert send(public, pictures=[upload(), upload(colour="blue", kind="PNG", name="b.png")]).status_code == 302

        files = [Path(row.file.path).read_bytes() for row in Complaint.objects.get().attachments.all()]
        assert [content[:3] for content in files] == [b"\xff\xd8\xff"] * 2

    def test_one_that_is_none_is_said_and_the_text_is_kept(self, public):
        reply = send(public, pictures=[SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")])

        assert "“a.jpg” is no picture" in reply.text
        assert "Choose the pictures once more" in reply.text
        assert "秤不准" in reply.text
        assert not Complaint.objects.exists()

    def test_too_many_are_said(self, public):
        assert "Choose at most 9 pictures." in send(public, pictures=[upload() for _n in range(10)]).text


class TestFloods:
    def test_a_hundred_in_a_minute_are_stopped_with_a_sentence(self, public):
        replies = [send(public, text=f"投诉第{number}号。") for number in range(100)]

        assert [reply.status_code for reply in replies] == [302] * 10 + [429] * 90
        assert "was not taken yet. Try again in 10 minutes." in replies[-1].text
        assert "投诉第99号。" in replies[-1].text
        assert int(replies[-1]["Retry-After"]) <= LIMITS["complaint"][0].seconds
        assert Complaint.objects.count() == 10

    @pytest.mark.parametrize(
        "mistake",
        [
            {"text": ""},
            {"phone": "138"},
            {"name": "匿名"},
            {"pictures": [SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")]},
        ],
    )
    def test_mistakes_do_not_count_as_forms(self, public, mistake):
        for _time in range(20):
            assert send(public, **mistake).status_code == 200

        assert send(public).status_code == 302

    def test_whoever_sends_mistakes_without_end_is_stopped(self, public):
        most = LIMITS["refused"][0].most
        replies = [send(public, phone="138") for _time in range(most + 1)]

        assert [reply.status_code for reply in replies] == [200] * most + [429]
        assert "this one was not read. Try again in 10 minutes." in replies[-1].text
        assert "秤不准" in replies[-1].text

    def test_a_form_that_is_taken_is_no_mistake(self, public):
        send(public)

        assert [attempt.kind for attempt in Attempt.objects.all()] == ["complaint"]

    def test_somebody_elsewhere_is_not_stopped(self, public):
        for _time in range(11):
            send(public)

        assert Client(REMOTE_ADDR="198.51.100.9").post(NEW, form()).status_code == 302


def ask(public, complaint, **changed):
    return public.post(FOLLOW, {"number": complaint.number, "code": complaint.follow_code, **changed})


class TestFollowing:
    @pytest.fixture
    def complaint(self, public):
        send(public)
        return Complaint.objects.get()

    def test_number_and_code_open_it_however_they_are_typed(self, public, complaint):
        spaced = f" {complaint.follow_code[:4].lower()} {complaint.follow_code[4:]} "
        wide = complaint.number.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-"})

        assert "We received it." in ask(public, complaint).text
        assert "We received it." in ask(public, complaint, code=spaced, number=wide).text

    def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(self, public, complaint, count_queries):
        wrong = ask(public, complaint, code="AAAAAAAA")
        unknown = ask(public, complaint, number="05-2026-999999")

        known = [complaint.number, "05-2026-999999", complaint.follow_code, "AAAAAAAA"]
        said = [page.text.partition('class="note note-error"')[2].partition("</div>")[0] for page in (wrong, unknown)]
        assert said[0] == said[1]
        assert "do not belong together" in said[0]
        assert not any(word in said[0] for word in known)

    def test_whoever_guesses_is_slowed_and_then_locked(self, public, complaint, time_machine):
        start, answers = timezone.now(), []
        for minute in range(0, 60, 5):
            time_machine.move_to(start + timedelta(minutes=minute), tick=False)
            answers += [ask(public, complaint, code="AAAAAAAA").status_code for _try in range(6)]

        assert answers == ([200] * 5 + [429]) * 4 + [429] * 6 * 8
        locked = ask(public, complaint)
        assert "Too many wrong numbers or codes" in locked.text
        assert complaint.about not in locked.text

    def test_looking_often_with_the_right_code_locks_nobody(self, public, complaint):
        assert {ask(public, complaint).status_code for _time in range(30)} == {200}
        assert not Attempt.objects.filter(kind="follow").exists()

    @pytest.mark.parametrize("changed", [{"number": ""}, {"code": ""}, {"number": "x" * 41}, {"code": "\x00"}])
    def test_what_is_no_number_or_code_is_said(self, public, complaint, changed):
        assert "note-error" in ask(public, complaint, **changed).text

    def test_the_code_stands_in_no_address(self, public, complaint):
        assert ask(public, complaint).status_code == 200
        assert (
            complaint.about not in public.get(f"{FOLLOW}?number={complaint.number}&code={complaint.follow_code}").text
        )

    def test_nothing_of_one_person_is_left_for_the_next(self, public, complaint):
        ask(public, complaint)

        assert not set(public.cookies) - {"django_language", "csrftoken"}
        for path in (NEW, FOLLOW, "/public/"):
            page = public.get(path, follow=True)
            assert complaint.number not in page.text
            assert complaint.about not in page.text
        assert "no-store" in ask(public, complaint)["Cache-Control"]


class TestReceipts:
    def test_it_is_shown_for_half_an_hour(self, public, time_machine):
        time_machine.move_to(timezone.now())
        url = send(public).url
        time_machine.shift(timedelta(minutes=29))
        assert public.get(url).status_code == 200
        time_machine.shift(timedelta(minutes=2))

        late = public.get(url)

        assert (late.status_code, "no longer shown" in late.text) == (404, True)
        assert Complaint.objects.get().follow_code not in late.text

    def test_an_invented_one_is_none(self, public):
        assert public.get(f"/public/complaints/sent/{uuid4()}/").status_code == 404


class TestBureaus:
    def test_of_several_one_is_chosen_first(self, public):
        page = public.get("/public/complaints/new/", follow=True)

        assert 'href="?bureau=05"' in page.text
        assert 'href="?bureau=06"' in page.text
        assert 'name="text"' not in page.text

    def test_where_there_is_one_its_form_opens_at_once(self, db, client):
        for key, (days, unit, _extra) in LAW.items():
            TimeLimitFactory(bureau=BureauFactory(code="05"), key=key, days=days, unit=unit)
        BureauFactory(code="07")

        assert 'name="text"' in client.get("/public/complaints/new/", follow=True).text

    def test_without_any_the_page_says_where_to_turn(self, db, client):
        client.cookies["django_language"] = "en"

        assert "Please call 12315." in client.get("/public/complaints/new/", follow=True).text

    def test_places_are_offered_street_by_street(self, public, district):
        street = LocalityFactory(name="纺织城街道")
        LocalityFactory(code="610111001001", name="纺南社区", kind=Locality.Kind.COMMUNITY, street=street)
        LocalityFactory(code="610199001000", name="别处街道", area_code="06")

        text = public.get(NEW, follow=True).text

        assert '<optgroup label="纺织城街道">' in text
        assert "纺南社区" in text
        assert "别处街道" not in text
        send(public, locality="610111001001")
        assert Complaint.objects.get().locality.name == "纺南社区"
