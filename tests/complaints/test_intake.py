from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.utils import timezone

from complaints.actions import complete, register, register_many, suggested_area
from complaints.actions.intake import FOLLOW_LENGTH, FOLLOW_LETTERS
from complaints.models import Attachment, Clock, Complaint, NumberSeries
from complaints.records import Intake
from grids.models import Bureau
from gridsup.errors import AlreadyStored, BadInput, NotAllowed, WrongState
from subjects.models import CheckItem
from tests.conftest import posted
from tests.factories import TODAY, LocalityFactory, PremisesFactory, noon


def test_it_is_received_with_a_number_a_code_a_clock_and_an_event(take_in, desk):
    complaint = take_in()

    assert (complaint.number, complaint.state, complaint.area_code) == ("05-2026-000001", "received", "05")
    assert len(complaint.follow_code) == FOLLOW_LENGTH
    assert set(complaint.follow_code) <= set(FOLLOW_LETTERS)
    assert complaint.received_on == TODAY
    assert [(event.what, event.new, event.by) for event in complaint.events.all()] == [("state", "received", desk)]


def test_a_code_has_no_letters_that_look_alike():
    assert not set("0O1IL2Z5S8BUV") & set(FOLLOW_LETTERS)


@pytest.mark.parametrize(
    ("kind", "clocks"),
    [("complaint", ["accept"]), ("report", ["verify"]), ("clue", ["verify"]), ("enquiry", [])],
)
def test_each_kind_has_its_own_limit_from_receipt(take_in, kind, clocks):
    complaint = take_in(kind)

    assert list(complaint.clocks.values_list("kind", flat=True)) == clocks


def test_the_limit_of_the_outside_system_runs_beside_the_own_one(take_in):
    complaint = take_in("report", channel="12345", outside_number="A-1", outside_due_on=date(2026, 11, 27))

    outside = complaint.clocks.get(kind="outside")
    assert (outside.due_on, outside.latest_on, outside.rule) == (date(2026, 11, 27), date(2026, 11, 27), None)
    assert complaint.clocks.first() == outside


class TestNumbers:
    def test_they_have_no_gaps_in_a_bureaus_year(self, take_in):
        days = [TODAY, date(2027, 1, 1), TODAY, date(2027, 1, 2)]

        numbers = [take_in("report", on=day).number for day in days]

        assert numbers == ["05-2026-000001", "05-2027-000001", "05-2026-000002", "05-2027-000002"]

    def test_the_year_is_that_of_the_place(self, take_in):
        new_year = timezone.make_aware(timezone.datetime(2027, 1, 1, 0, 30))

        assert take_in("report", now=new_year).number == "05-2027-000001"

    def test_each_bureau_has_its_own(self, take_in):
        take_in("report")
        other = take_in("report", bureau="06", by=posted("desk06", "duty_desk", "06"))

        assert (other.number, other.area_code) == ("06-2026-000001", "06")

    def test_one_that_is_refused_takes_no_number(self, take_in):
        take_in("report", channel="12345", outside_number="A-1")
        with pytest.raises(BadInput):
            take_in("report", channel="12345", outside_number="A-1")

        assert take_in("report").number == "05-2026-000002"


class TestIdentity:
    def test_a_report_may_be_anonymous(self, take_in):
        assert take_in("report").complainant.name == ""

    def test_a_complaint_without_a_name_is_not_lost(self, take_in):
        assert take_in(name="", phone="").state == "received"

    @pytest.mark.parametrize("name", ["", "匿名", "李", "x1", "Anonymous"])
    def test_the_public_page_asks_for_a_real_name_at_once(self, take_in, name):
        with pytest.raises(BadInput) as refused:
            take_in(channel="public", by=None, name=name)

        assert refused.value.field == "name"
        assert not Complaint.objects.exists()

    def test_the_public_page_asks_for_a_telephone_at_once(self, take_in):
        with pytest.raises(BadInput) as refused:
            take_in(channel="public", by=None, phone="")

        assert refused.value.field == "phone"

    def test_the_public_pages_goes_to_the_bureau(self, take_in):
        assert take_in(channel="public", by=None).area_code == "05"

    def test_without_an_account_only_the_public_page_takes_in(self, take_in):
        with pytest.raises(NotAllowed):
            take_in("report", channel="phone", by=None)

    def test_what_is_missing_is_filled_in_and_history_tells_only_that_it_was(self, take_in, desk):
        complaint = take_in(name="", phone="")

        complete(complaint=complaint, name="李秀英", phone="029-8350 1234", by=desk, now=noon(TODAY))

        complaint.complainant.refresh_from_db()
        event = complaint.events.get(what="complainant")
        assert (complaint.complainant.name, event.new, event.why) == ("李秀英", "name, phone", "")

    def test_a_lead_elsewhere_fills_in_nothing(self, district, take_in):
        with pytest.raises(NotAllowed):
            complete(complaint=take_in(name=""), name="李秀英", by=district.lead, now=noon(TODAY))


@pytest.mark.parametrize(
    ("typed", "stored"), [("１３８００００１２３４", "13800001234"), ("（０２９）８３５０－１２３４", "(029)8350-1234")]
)
def test_a_telephone_number_in_wide_digits_is_stored_in_narrow_ones(take_in, typed, stored):
    assert take_in("complaint", phone=typed).complainant.phone == stored


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("kind", {"kind": "wish"}),
        ("channel", {"channel": "pigeon"}),
        ("text", {"text": "  x "}),
        ("text", {"text": "x" * 100_000}),
        ("text", {"text": "half\x00text"}),
        ("about", {"about": "x" * 201}),
        ("name", {"name": "x" * 81}),
        ("phone", {"phone": "12345"}),
        ("phone", {"phone": "call me maybe"}),
        ("phone", {"phone": "１２３４５"}),
        ("phone", {"phone": "00000000000"}),
        ("line", {"line": "不存在的条线"}),
        ("outside_due_on", {"outside_due_on": date(2020, 1, 1)}),
        ("outside_due_on", {"outside_due_on": TODAY - timedelta(days=1)}),
        ("outside_due_on", {"outside_due_on": date(9999, 12, 31)}),
        ("outside_number", {"channel": "12315"}),
        ("outside_number", {"outside_number": "x" * 41}),
        ("bureau", {"bureau": "09"}),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(take_in, field, facts):
    with pytest.raises(BadInput) as refused:
        take_in(**{"kind": "report", **facts})

    assert (refused.value.field, bool(str(refused.value))) == (field, True)
    assert not Complaint.objects.exists()


def test_the_same_outside_number_names_the_one_that_is_stored(take_in, english):
    stored = take_in("report", channel="12315", outside_number="S-77")

    with pytest.raises(BadInput, match=f"S-77 of “12315” is registered already: see {stored.number}."):
        take_in("report", channel="12315", outside_number=" S-77 ")

    assert take_in("report", channel="12345", outside_number="S-77").pk
    assert Complaint.objects.count() == 2


def test_the_same_outside_number_of_another_bureau_says_no_more(take_in, english):
    take_in("report", channel="12315", outside_number="S-77")

    with pytest.raises(BadInput, match="registered already, in another bureau"):
        take_in("report", channel="12315", outside_number="S-77", bureau="06", by=posted("d6", "duty_desk", "06"))


def test_the_limit_of_the_outside_system_may_end_the_day_it_came_in(take_in, english):
    assert take_in("report", outside_due_on=TODAY).clocks.get(kind="outside").latest_on == TODAY
    with pytest.raises(BadInput, match=f"2020-01-01 cannot be its limit there: give a day from {TODAY}, when it came"):
        take_in("report", outside_due_on=date(2020, 1, 1))


def test_a_form_is_the_same_a_day_after_its_outside_limit(take_in):
    form = {"client_id": uuid4(), "outside_due_on": TODAY}

    assert take_in("report", **form) == take_in("report", on=TODAY + timedelta(days=1), **form)


class TestLines:
    @pytest.mark.parametrize("given", ["food", " Food ", "food safety", "Food safety"])
    def test_one_is_given_by_code_or_name_and_its_section_sees_it(self, take_in, english, given):
        section = posted("foods", "section", "05", line="food")

        complaint = take_in("report", line=given)

        assert complaint.line == "food"
        assert list(Complaint.objects.visible_to(section)) == [complaint]

    def test_a_bureau_has_those_of_its_sections_and_check_items_too(self, take_in, english):
        posted("lifts", "section", "05", line="equipment")
        facts = {"code": "cold", "text": "cold chain", "from_day": TODAY, "source": "S"}
        CheckItem.objects.create(bureau=Bureau.objects.get(code="05"), line="drugs", **facts)

        assert [take_in("report", line=line).line for line in ("equipment", "drugs")] == ["equipment", "drugs"]
        with pytest.raises(BadInput, match=r"no line of business “equipment”\. Known are: registration"):
            take_in("report", line="equipment", bureau="06", by=posted("desk06", "duty_desk", "06"))


class TestSentAgain:
    def test_the_same_form_is_one(self, take_in, desk):
        form = {"client_id": uuid4(), "phone": "13800001234", "name": "李秀英"}

        first = take_in("report", **form)
        complete(complaint=first, name="李红", by=desk, now=noon(TODAY))
        second = take_in("report", **{**form, "name": " 李秀英 ", "phone": "１３８００００１２３４"})

        assert first == second
        assert NumberSeries.objects.get().last == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"text": "另一件事。"}, {"name": "王五"}, {"phone": "13800009999"}, {"about": "李四超市"},
            {"is_urgent": True}, {"place_given": "纺正街1号"}, {"category": "秤"}, {"kind": "clue"},
        ],
    )  # fmt: skip
    def test_one_that_changed_is_refused_with_the_number_and_changes_nothing(self, take_in, english, changed):
        form = {"client_id": uuid4(), "kind": "report", "phone": "13800001234", "name": "李秀英", "about": "张三饺子馆"}
        stored = take_in(**form)

        with pytest.raises(
            AlreadyStored, match=f"sent already, as {stored.number}, and says something else"
        ) as refused:
            take_in(**{**form, **changed})

        assert (refused.value.row, refused.value.field) == (stored.pk, "client_id")
        assert facts_of(Complaint.objects.get(), set()) == facts_of(stored, set())

    def test_pictures_that_were_added_are_a_change_and_fewer_are_none(self, take_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        form = uuid4()
        take_in("report", client_id=form, pictures=[Picture(b"one"), Picture(b"two")])

        assert take_in("report", client_id=form, pictures=[Picture(b"two")]).pk
        with pytest.raises(AlreadyStored):
            take_in("report", client_id=form, pictures=[Picture(b"three")])

    def test_somebody_who_does_not_see_it_is_told_nothing_of_it(self, take_in, district, english):
        form = uuid4()
        stored = take_in("report", client_id=form)

        for by, channel in ((district.lead, "phone"), (None, "public")):
            with pytest.raises(WrongState, match="stands for something else already") as refused:
                take_in("report", client_id=form, by=by, channel=channel, name="李秀英", phone="13800001234")
            assert stored.number not in str(refused.value)
            assert not isinstance(refused.value, AlreadyStored)

    def test_a_colleague_who_sees_it_may_send_it_again(self, take_in):
        form = uuid4()

        assert take_in("report", client_id=form) == take_in(
            "report", client_id=form, by=posted("desk05b", "duty_desk", "05")
        )

    def test_who_took_it_in_is_answered_wherever_it_went(self, take_in, district, at):
        form = {"client_id": uuid4(), "by": district.lead, "channel": "grid"}
        stored = take_in("report", **form)
        at(stored, "dispatched", TODAY, area_code="050201")

        assert take_in("report", **form) == stored


def test_who_takes_nothing_in_is_told(take_in, district):
    for officer in (district.chief, district.outsider, district.supervisor):
        with pytest.raises(NotAllowed):
            take_in("report", by=officer)


def test_a_lead_takes_in_on_the_spot_and_the_desk_decides(take_in, district, desk):
    complaint = take_in("clue", by=district.lead, channel="grid")

    assert complaint.area_code == "050101"
    assert desk.may("dispatch", complaint.area_code)


def test_a_place_of_another_bureau_is_refused(take_in):
    for facts in (
        {"premises": PremisesFactory(area_code="060101")},
        {"locality": LocalityFactory(area_code="0601")},
    ):
        with pytest.raises(BadInput) as refused:
            take_in("report", **facts)
        assert refused.value.field in facts


def test_the_suggested_area_is_that_of_the_premises_else_the_place_else_none(take_in):
    place, premises = LocalityFactory(area_code="050102"), PremisesFactory(area_code="050201")

    assert suggested_area(take_in("report", premises=premises, locality=place)) == "050201"
    assert suggested_area(take_in("report", locality=place)) == "050102"
    assert suggested_area(take_in("report")) == ""


def test_a_bureau_without_a_policy_says_what_is_missing(district, desk, english):
    with pytest.raises(BadInput, match="Load a preset first"):
        register(bureau="05", kind="report", channel="phone", text="fake wine", by=desk, now=noon(TODAY))

    assert not NumberSeries.objects.filter(last__gt=0).exists()


@dataclass
class Picture:
    content: bytes

    @property
    def sha256(self):
        return sha256(self.content).hexdigest()


def test_a_picture_is_kept_once(take_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    complaint = take_in("report", pictures=[Picture(b"one"), Picture(b"one"), Picture(b"two")])

    files = Attachment.objects.filter(complaint=complaint).values_list("file", flat=True)
    assert [(tmp_path / name).read_bytes() for name in files] == [b"one", b"two"]


def test_many_at_once_are_as_many_one_by_one(law, desk, take_in):
    facts = [
        {"kind": "complaint", "name": "李秀英", "phone": "13800001234", "about": "the shop"},
        {"kind": "report", "channel": "12345", "outside_number": "A-1", "outside_due_on": date(2026, 12, 1)},
        {"kind": "enquiry", "is_urgent": True},
    ]
    single = [take_in(**one) for one in facts]
    Complaint.objects.filter(outside_number="A-1").update(outside_number="")
    intakes = [
        Intake(**{"channel": "phone", "text": "秤不准，少给二两。", "now": noon(TODAY), "by": desk} | one)
        for one in facts
    ]

    many = register_many(bureau="05", intakes=intakes)

    assert [row.number for row in many] == ["05-2026-000004", "05-2026-000005", "05-2026-000006"]
    differs = {"id", "number", "follow_code", "outside_number"}
    for one, other in zip(single, many, strict=True):
        assert facts_of(one, differs) == facts_of(other, differs)
    assert Clock.objects.count() == 6


def facts_of(complaint, leave_out):
    """All that was stored of one, without what is each one's own."""
    row = Complaint.objects.filter(pk=complaint.pk).values().get()
    return (
        {name: value for name, value in row.items() if name not in leave_out},
        list(complaint.clocks.values_list("kind", "rule", "started_on", "due_on", "latest_on", "area_code")),
        list(complaint.events.values_list("what", "old", "new", "by", "at", "why")),
        (complaint.complainant.name, complaint.complainant.phone, complaint.complainant.address),
    )
