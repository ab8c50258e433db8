from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.actions import move
from complaints.models import Complaint
from complaints.models.complaint import MOVES_OF
from gridsup.states import targets
from tests.complaints.paths import at, to
from tests.conftest import posted
from tests.factories import AttachmentFactory, GridFactory, LocalityFactory, PremisesFactory, SubjectFactory

S = Complaint.State


TO_HAND = ("accepted", "dispatched", "in_hand")
TO_REVIEW = (*TO_HAND, "settled")


class TestWhatIsShown:
    def test_all_facts_stand_on_the_page(self, page, desk, take_in):
        street = LocalityFactory()
        given = {
            "about": "张三饺子馆",
            "place_given": "12号",
            "category": "食品",
            "line": "food",
            "outside_number": "A-77",
        }
        complaint = take_in(**given, locality=street, is_urgent=True)

        text = page(desk, at(complaint)).text

        words = {complaint.number, complaint.text, street.name, "urgent", "telephone", *given.values()}
        assert {word for word in words if word not in text} == set()

    def test_a_script_is_text(self, page, desk, take_in):
        script = "<script>alert(1)</script>"
        complaint = take_in("report", text=script, about=script, place_given=script, name=script)

        assert script not in page(desk, at(complaint)).text
        assert script not in page(desk, "/complaints/").text

    def test_who_asked_is_masked(self, page, desk, take_in):
        text = page(desk, at(take_in())).text

        assert "李**" in text
        assert "138****1234" in text
        assert "李秀英" not in text

    def test_the_code_is_shown_to_nobody_of_us(self, page, desk, district, walk):
        complaint = walk("accepted", "dispatched")

        for officer in (desk, district.lead, district.chief, district.district_office):
            assert complaint.follow_code not in page(officer, at(complaint)).text

    def test_the_limit_is_laid_out_day_by_day_with_its_source(self, page, desk, take_in):
        complaint = take_in()
        clock = complaint.clocks.get()

        shown = page(desk, at(complaint))

        assert clock.rule.source in shown.text
        assert shown.context["limits"][0].reckoning.agrees
        assert "safe end" in shown.text or ">end<" in shown.text

    def test_a_limit_beyond_the_table_is_said_to_be_provisional(self, page, desk, take_in):
        complaint = take_in(on=timezone.localdate().replace(year=2031))

        assert "provisional" in page(desk, at(complaint)).text

    def test_a_complaint_of_another_bureau_is_not_there(self, page, district, take_in):
        complaint = take_in()

        for path in (at(complaint), at(complaint, "reveal"), at(complaint, "to", "accepted")):
            assert page(district.outsider, path).status_code == 404
            assert page(district.outsider, path, {}).status_code == 404

    def test_queries_do_not_grow_with_history_limits_and_pictures(self, client, desk, walk, count_queries):
        complaint = walk(*TO_REVIEW)
        client.force_login(desk)
        few = count_queries(client, at(complaint))
        for number in range(10):
            AttachmentFactory(complaint=complaint)
            complaint.events.create(what="rate", new=str(number), at=timezone.now(), by=desk)

        assert count_queries(client, at(complaint)) == few


class TestButtons:
    @pytest.mark.parametrize("kind", ["complaint", "report", "enquiry"])
    def test_they_are_the_moves_that_the_table_permits(self, page, district, desk, take_in, kind):
        complaint = take_in(kind)
        permitted = targets(MOVES_OF[kind], "received")

        assert [form.to for form in page(desk, at(complaint)).context["moves"]] == permitted
        assert page(district.head, at(complaint)).context["moves"] == []

    def test_the_only_one_who_could_review_it_is_warned_before_handling_it(self, page, district, desk, walk):
        complaint, office = walk(kind="report"), district.district_office
        move(complaint=complaint, to="dispatched", by=desk, now=timezone.now(), area_code="05")
        warning, stuck = "If you handle this yourself, nobody else could review", "Nobody else may do so here today"

        assert warning in page(office, at(complaint)).text
        for state, fields in [("verifying", {}), ("handled", {"result": "Corrected."})]:
            move(complaint=complaint, to=state, by=office, now=timezone.now(), **fields)
        assert stuck in page(office, at(complaint)).text

        second = posted("second", "grid_office", "05")
        assert stuck not in page(office, at(complaint)).text
        assert [form.to for form in page(second, at(complaint)).context["moves"]] == ["reviewed", "verifying"]
        assert warning not in page(second, at(complaint)).text

    def test_the_page_asks_how_the_person_was_told(self, page, desk, walk):
        complaint = walk("accepted", "dispatched", "in_hand", "settled", "reviewed")

        refused = page(desk, **to(complaint, "told", why=" ")).text

        assert "Say when and how the person was told." in refused
        assert "How the person was told" in refused

    def test_nobody_is_warned_where_a_second_could_review(self, page, district, desk, walk):
        posted("second", "grid_office", "05")
        complaint = walk(kind="report")
        move(complaint=complaint, to="dispatched", by=desk, now=timezone.now(), area_code="05")

        assert "If you handle this yourself" not in page(district.district_office, at(complaint)).text

    def test_who_handled_sees_none_for_review_and_is_told_why(self, page, district, walk):
        complaint = walk("accepted", "dispatched")
        for state, fields in [("in_hand", {}), ("settled", {"result": "Paid."})]:
            move(complaint=complaint, to=state, by=district.chief, now=timezone.now(), **fields)

        shown = page(district.chief, at(complaint))

        assert shown.context["moves"] == []
        assert "You handled this yourself" in shown.text

    def test_nobody_reports_up_from_the_bureau(self, page, district, walk):
        complaint = walk(*TO_HAND)
        Complaint.objects.filter(pk=complaint.pk).update(area_code="05")

        offered = [form.to for form in page(district.district_office, at(complaint)).context["moves"]]

        assert offered == ["settled", "mediation_ended"]


class TestMoves:
    def test_one_tap_accepts(self, page, desk, take_in):
        complaint = take_in()

        text = page(desk, **to(complaint, "accepted")).text

        complaint.refresh_from_db()
        assert complaint.state == S.ACCEPTED
        assert f"{complaint.number}: accepted" in text

    def test_a_refusal_needs_a_ground_and_a_reason(self, page, desk, take_in):
        complaint = take_in()

        text = page(desk, **to(complaint, "refused", refusal="", why="Not for us, see the court")).text

        assert text.count('class="field-error"') == 1
        assert "Not for us, see the court" in text
        assert not complaint.events.filter(new="refused").exists()

    def test_the_area_of_the_premises_is_preselected(self, page, district, desk, walk):
        complaint = walk("accepted", premises=PremisesFactory(area_code="050102"))

        form = next(form for form in page(desk, at(complaint)).context["moves"] if form.to == "dispatched")

        assert form["area_code"].value() == "050102"
        page(desk, **to(complaint, "dispatched", area_code="050102", visit="on"))
        complaint.refresh_from_db()
        assert (complaint.state, complaint.area_code, complaint.task.reason) == ("dispatched", "050102", "complaint")
        assert f'href="{complaint.get_absolute_url()}"' in page(district.chief, f"/tasks/{complaint.task.pk}/").text

    def test_a_dispatch_needs_a_place(self, page, desk, walk):
        complaint = walk("accepted")

        assert "Choose where it goes" in page(desk, **to(complaint, "dispatched")).text

    def test_the_premises_is_found_and_the_complaint_follows_it(self, page, desk, walk):
        shop = PremisesFactory(area_code="050102", subject=SubjectFactory(name="Golden Dumpling"))
        PremisesFactory(area_code="060101", subject=SubjectFactory(name="Golden of another bureau"))
        complaint = walk("accepted")

        found = page(desk, **to(complaint, "dispatched", look="1", find="golden", why="soon"))

        assert "Golden Dumpling" in found.text
        assert "another bureau" not in found.text
        assert "soon" in found.text
        page(desk, **to(complaint, "dispatched", premises=shop.pk))
        complaint.refresh_from_db()
        assert (complaint.premises, complaint.area_code) == (shop, "050102")

    def test_the_trader_whom_the_person_named_is_looked_for_already(self, page, desk, walk):
        PremisesFactory(area_code="050102", subject=SubjectFactory(name="Golden Dumpling"))

        asked = page(desk, at(walk("accepted", about="Golden")))

        assert asked.text.count("Golden Dumpling") == 1
        assert "<b>Golden Dumpling</b>" in asked.text

    @pytest.mark.parametrize(("chosen", "area"), [("0501", "050102"), ("050101", "050101")])
    def test_the_premises_decides_unless_the_desk_chose_another_area(self, page, desk, walk, chosen, area):
        shop = PremisesFactory(area_code="050102", subject=SubjectFactory(name="Golden Dumpling"))
        GridFactory(code="050101")
        # its street lies in several grids: the station is offered
        complaint = walk("accepted", locality=LocalityFactory())
        form = next(form for form in page(desk, at(complaint)).context["moves"] if form.to == "dispatched")
        assert form["area_code"].value() == "0501"

        page(desk, **to(complaint, "dispatched", premises=shop.pk, area_code=chosen))

        complaint.refresh_from_db()
        assert (complaint.premises, complaint.area_code) == (shop, area)

    def test_a_repeat_is_linked_by_its_number(self, page, desk, take_in):
        first, second = take_in("report"), take_in("report")
        assert "There is no such number" in page(desk, **to(second, "linked", linked_to="05-2026-999999")).text

        later = take_in("clue", on=timezone.localdate() + timedelta(days=1))
        assert "was taken in after this one" in page(desk, **to(second, "linked", linked_to=later.number)).text

        page(desk, **to(second, "linked", linked_to=f" {first.number.replace('0', '０')} "))

        second.refresh_from_db()
        assert second.linked_to == first
        assert second.number in page(desk, at(first)).text

    def test_a_wrong_grid_sends_it_back_and_is_led_to_the_list(self, page, district, walk):
        complaint = walk("accepted", "dispatched")

        reply = page(district.lead, **to(complaint, "received", why="Other side of the street"))

        complaint.refresh_from_db()
        assert (complaint.state, complaint.area_code) == ("received", "05")
        assert reply.redirect_chain == [("/complaints/", 302)]

    def test_what_a_move_does_not_ask_is_not_taken(self, page, desk, take_in):
        complaint = take_in()

        page(desk, **to(complaint, "accepted", result="Sneaked in", area_code="050201"))

        complaint.refresh_from_db()
        assert (complaint.result, complaint.area_code) == ("", "05")

    def test_an_address_that_is_no_move_is_not_there(self, page, desk, take_in):
        assert page(desk, at(take_in(), "to", "moon"), {}).status_code == 404

    def test_an_address_that_is_only_opened_leads_back(self, page, client, desk, take_in):
        complaint = take_in()
        client.force_login(desk)

        limit = ("limits", str(complaint.clocks.get().pk), "pause")
        for more in (("to", "accepted"), ("reveal",), ("complete",), limit):
            assert client.get(at(complaint, *more)).url == at(complaint)


class TestStalePages:
    def test_the_second_of_two_is_told_and_what_was_typed_is_shown(self, page, desk, take_in):
        complaint = take_in()
        stale = to(complaint, "refused", refusal="not_ours", why="My long and careful reason")
        page(desk, **to(complaint, "accepted"))

        reply = page(desk, **stale)

        assert reply.status_code == 409
        assert "it is “accepted” now. Nothing of yours was stored" in reply.text
        assert "My long and careful reason" in reply.text
        assert Complaint.objects.get().state == S.ACCEPTED

    def test_a_move_that_is_still_there_but_was_meant_for_another_state_is_refused(self, page, desk, walk):
        complaint = walk("accepted", "dispatched")
        stale = to(complaint, "dispatched", area_code="050102")
        move(complaint=complaint, to="received", by=None, now=timezone.now(), why="-")
        move(complaint=complaint, to="accepted", by=None, now=timezone.now())

        reply = page(desk, **stale)

        complaint.refresh_from_db()
        assert (reply.status_code, complaint.state) == (409, "accepted")
        assert next(form for form in reply.context["moves"] if form.to == "dispatched")["area_code"].value() == "050102"

    def test_what_was_typed_is_kept_when_it_was_taken_away_meanwhile(self, page, district, walk):
        complaint = walk(*TO_HAND)
        stale = to(complaint, "settled", result="An hour of writing")
        move(complaint=complaint, to="escalated", by=district.lead, now=timezone.now(), why="Up")

        reply = page(district.lead, **stale)

        assert reply.status_code == 409
        assert "An hour of writing" in reply.text
        assert complaint.text not in reply.text
        assert page(district.neighbour_lead, **stale).status_code == 404

    def test_without_a_state_nothing_is_done(self, page, desk, take_in):
        complaint = take_in()

        assert page(desk, at(complaint, "to", "accepted"), {}).status_code == 409


class TestLimits:
    def act(self, page, officer, complaint, kind, what, why=""):
        clock = complaint.clocks.get(kind=kind)
        return page(officer, at(complaint, "limits", str(clock.pk), what), {"why": why})

    def test_it_is_paused_with_a_reason_and_runs_on(self, page, district, walk):
        complaint = walk(*TO_HAND)
        assert "note-error" in self.act(page, district.lead, complaint, "mediation", "pause").text

        paused = self.act(page, district.lead, complaint, "mediation", "pause", "Sent to a laboratory")

        assert "Sent to a laboratory" in paused.text
        assert "Let it run on" in paused.text
        assert "Pause for a test" in self.act(page, district.lead, complaint, "mediation", "resume").text

    def test_the_head_extends_it_once(self, page, district, walk):
        complaint = walk("dispatched", kind="report")
        assert "Extend by 15 days" not in page(district.lead, at(complaint)).text

        extended = self.act(page, district.head, complaint, "verify", "extend", "A test is pending")

        assert "approved by head" in extended.text
        assert "Extend by 15 days" not in extended.text
        assert "note-error" in self.act(page, district.head, complaint, "verify", "extend", "Again").text

    def test_a_missed_one_is_explained(self, page, district, walk):
        complaint = walk("dispatched", kind="report")
        late = timezone.localdate() - timedelta(days=1)
        complaint.clocks.update(due_on=late, latest_on=late)
        shown = page(district.lead, at(complaint))
        assert shown.context["limits"][0].acts == ["explain"]

        text = self.act(page, district.lead, complaint, "verify", "explain", "The shop was closed").text

        assert complaint.clocks.get().explanation == "The shop was closed"
        assert text.count("The shop was closed") >= 2

    def test_what_nobody_may_do_is_refused_with_a_sentence(self, page, district, walk):
        complaint = walk(*TO_HAND)

        text = self.act(page, district.head, complaint, "mediation", "pause", "Because").text

        assert "note-error" in text
        assert "Because" in text
        assert complaint.clocks.get(kind="mediation").paused_on is None

    def test_a_clock_of_another_complaint_is_not_there(self, page, district, walk):
        mine, other = walk(*TO_HAND), walk(*TO_HAND)
        clock = other.clocks.get(kind="mediation")

        assert page(district.lead, at(mine, "limits", str(clock.pk), "pause"), {"why": "-"}).status_code == 404
        assert page(district.lead, at(other, "limits", str(clock.pk), "stop"), {"why": "-"}).status_code == 404
