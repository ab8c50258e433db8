from complaints.models import Attachment
from tests.complaints.paths import at, to
from tests.factories import AttachmentFactory


class TestWhoAsked:
    def test_a_reason_shows_the_person_once_and_stands_in_the_history(self, page, desk, take_in):
        complaint = take_in()

        text = page(desk, at(complaint, "reveal"), {"why": "To call back"}).text

        assert "李秀英" in text
        assert "13800001234" in text
        assert "李秀英" not in page(desk, at(complaint)).text
        assert "To call back" in page(desk, at(complaint)).text

    def test_without_a_reason_nothing_is_shown(self, page, desk, take_in):
        complaint = take_in()

        text = page(desk, at(complaint, "reveal"), {"why": " "}).text

        assert "李秀英" not in text
        assert "note-error" in text
        assert not complaint.events.filter(what="reveal").exists()

    def test_who_may_not_is_not_shown_it(self, page, district, take_in):
        complaint = take_in()

        assert "李秀英" not in page(district.district_office, at(complaint, "reveal"), {"why": "Curious"}).text
        assert "/reveal/" not in page(district.district_office, at(complaint)).text

    def test_a_missing_name_is_filled_in_and_then_it_can_be_accepted(self, page, desk, take_in):
        complaint = take_in(name="", phone="")
        assert "needs a real name and a telephone" in page(desk, **to(complaint, "accepted")).text

        page(desk, at(complaint, "complete"), {"name": "王建国", "phone": "029-83512345", "address": ""})
        page(desk, **to(complaint, "accepted"))

        complaint.refresh_from_db()
        assert (complaint.state, complaint.complainant.name) == ("accepted", "王建国")

    def test_what_is_no_number_comes_back_with_a_sentence(self, page, desk, take_in):
        text = page(desk, at(take_in(name=""), "complete"), {"name": "王建国", "phone": "abc"}).text

        assert "is no telephone number" in text
        assert "王建国" in text


class TestPictures:
    def test_they_are_served_to_those_who_see_the_complaint(self, page, desk, district, take_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        picture = AttachmentFactory(complaint=take_in())
        path = f"/complaints/pictures/{picture.pk}/"

        shown = page(desk, path)

        assert (shown.content, shown["Content-Type"]) == (b"picture", "image/jpeg")
        assert (shown["X-Content-Type-Options"], shown["Cache-Control"]) == ("nosniff", "private, no-store")
        assert page(district.outsider, path).status_code == 404
        assert page(district.neighbour_lead, path).status_code == 404

    def test_one_whose_file_is_gone_is_not_there(self, page, desk, take_in):
        picture = Attachment.objects.create(complaint=take_in(), file="complaints/gone.jpg", sha256="0" * 64)

        assert page(desk, f"/complaints/pictures/{picture.pk}/").status_code == 404
