"""Responsibility letters: made from posts, signed by the side above, superseded when the post changes hands."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from docx import Document

from grids.actions import end_posting, post_officer, record_signature, request_letters, stand_in, withdraw_signature
from grids.actions.letters import put_letters
from grids.lettering.files import bundle, file_name
from grids.lettering.standing import Standing
from grids.lettering.template import FILE, build
from grids.models import LETTER_MOVES, LetterEvent, ResponsibilityLetter
from gridsup.documents import BadTemplate
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.jobs import claim, run
from gridsup.models import Job
from gridsup.states import advance
from tests.certified import certified
from tests.factories import LetterFactory, LocalityFactory, OfficerFactory, PostingFactory, noon
from tests.grids.lettered import NOW, ON, make, of

pytestmark = pytest.mark.usefixtures("english")
State = ResponsibilityLetter.State
LATER = noon(ON + timedelta(days=10))


def standing(*, codes=("05",), year=2026, on=ON):
    return Standing(codes, year, on).counts()


def words(letter):
    document = Document(letter.file.path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


@pytest.fixture
def made(district):
    make()
    return district


class TestMaking:
    def test_every_head_below_the_bureau_gets_one_from_the_head_above(self, made):
        found = ResponsibilityLetter.objects.values_list("area_code", "giver__area_code", "holder__officer__username")

        assert set(found) == {
            ("0501", "05", "chief"), ("0502", "05", "farchief"), ("050101", "0501", "lead"),
            ("050102", "0501", "neighbour"),
        }  # fmt: skip

    def test_made_again_nothing_changes(self, made):
        assert make().counts == {"read": 5, "made": 0, "changed": 0, "refused": 0}
        assert ResponsibilityLetter.objects.count() == LetterEvent.objects.count() == 4

    def test_a_station_makes_those_of_its_grids(self, district):
        make("0501")
        assert set(ResponsibilityLetter.objects.values_list("area_code", flat=True)) == {"050101", "050102"}

    def test_a_grid_makes_its_own(self, district):
        make("050101")

        assert [letter.number for letter in ResponsibilityLetter.objects.all()] == ["2026-050101-1"]

    def test_a_head_whom_nobody_is_posted_above_gets_none(self, district):
        end_posting(posting=district.chief.postings.get(), on=ON - timedelta(days=1), now=NOW)

        assert make().counts["refused"] == 2
        assert standing()["needed"] == 2
        assert Standing(("05",), 2026, ON).vacant() == [("0501", "Station 0501"), ("050201", "Grid 050201")]

    def test_another_holder_gets_another_and_the_former_one_stays(self, made):
        record_signature(letter=of("050101"), signed_on=ON, by=made.chief, now=NOW)
        end_posting(posting=made.lead.postings.get(), on=date(2026, 5, 31), now=NOW)
        new = OfficerFactory(name="New lead")
        post_officer(officer=new, duty="grid_lead", area_code="050101", from_day=date(2026, 6, 1), now=NOW)
        day = date(2026, 6, 2)
        assert standing(on=day)["needed"] == 1

        assert make(now=noon(day)).counts == {"read": 5, "made": 1, "changed": 1, "refused": 0}

        old, fresh = of("050101", version=1), of("050101", version=2)
        assert (old.state, old.signed_on, fresh.state, fresh.holder.officer) == ("superseded", ON, "made", new)
        assert "lead" in words(old)
        assert "自2026年6月1日起" in words(fresh)

    def test_who_only_stands_in_signs_none(self, made):
        stand_in(
            posting=made.lead.postings.get(), officer=certified(OfficerFactory()), from_day=ON,
            to_day=date(2026, 3, 20), now=NOW,
        )  # fmt: skip

        assert standing()["needed"] == 0

    def test_those_of_next_year_are_for_who_holds_the_post_then(self, district):
        end_posting(posting=district.lead.postings.get(), on=date(2026, 12, 31), now=NOW)
        december = noon(date(2026, 12, 10))

        make("0501", 2027, december)

        assert [letter.area_code for letter in ResponsibilityLetter.objects.filter(year=2027)] == ["050102"]

    @pytest.mark.parametrize(("year", "area"), [(2025, "05"), (2028, "05"), (2026, "0599"), (2026, "99")])
    def test_another_year_or_an_unknown_area_is_refused(self, district, year, area):
        assert make(area, year).state == Job.State.FAILED
        with pytest.raises((BadInput, NotAllowed)):
            request_letters(year=year, area=area, by=district.district_office, now=NOW)

    def test_only_who_keeps_letters_asks_for_them(self, district):
        for officer, area in ((district.lead, "050101"), (district.chief, "0502"), (district.chief, "05")):
            with pytest.raises(NotAllowed):
                request_letters(year=2026, area=area, by=officer, now=NOW)

        assert request_letters(year=2026, area="0501", by=district.chief, now=NOW).state == Job.State.QUEUED


class TestJob:
    def test_killed_between_writing_and_keeping_it_ends_the_same(self, district, monkeypatch, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

        def dies(**known):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("grids.tasks.put_letters", dies)
            with pytest.raises(KeyboardInterrupt):
                make("0501")
        assert not ResponsibilityLetter.objects.exists()

        job = Job.objects.get(name="make_letters")
        run(claim(job.pk, now=NOW), clock=lambda: NOW)

        left = sorted(path.name for path in (settings.MEDIA_ROOT / "letters").rglob("*") if path.is_file())
        assert left == ["2026-050101-1.docx", "2026-050102-1.docx"]

    def test_what_another_job_made_meanwhile_is_left_alone(self, made):
        from grids.lettering.writing import Draft

        letter = of("050101")
        draft = Draft(2026, letter.version, letter.giver, letter.holder, ON)

        assert put_letters(drafts=[draft], now=NOW) == {"made": 0, "changed": 0}

    def test_it_needs_as_many_statements_for_ten_grids_as_for_two(self, district, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from grids.models import Grid
        from tests.factories import GridFactory

        with CaptureQueriesContext(connection) as few:
            make("0501")
        for number in range(10, 20):
            GridFactory(code=f"0502{number}")
            PostingFactory(area_code=f"0502{number}")
        assert Grid.objects.count() > 10

        with CaptureQueriesContext(connection) as many:
            make("0502")
        assert len(many) == len(few)


class TestDocument:
    def test_it_names_both_sides_the_area_and_the_days(self, district):
        LocalityFactory(code="610111001001", name="纺东社区", area_code="050101", grid=district.grid)
        district.grid.periods.update(extent="东至纺渭路", localities=["610111001001"])
        make()

        text = words(of("050101"))

        assert "2026年度网格化监管责任书" in text
        assert "（编号：2026-050101-1）" in text
        assert "Grid 050101（编码050101）。四至范围：东至纺渭路包括：纺东社区。" in text
        assert "自2026年1月1日起至2026年12月31日止" in text
        assert "甲方：Station 0501" in text
        assert "所长：chief" in text
        assert "网格长：lead" in text
        assert "四本台账" not in text
        assert "四本台账" in words(of("0501"))

    @pytest.mark.parametrize("name", ["<b>甲</b> & 乙", "{{ 7*7 }}", "甲\x0b乙\n丙", "a" * 80])
    def test_a_name_is_text_and_nothing_else(self, district, name):
        type(district.lead).objects.filter(pk=district.lead.pk).update(name=name)
        make("050101")

        assert name.replace("\x0b", " ").replace("\n", " ") in words(of("050101"))

    def test_the_installations_own_template_is_used(self, district, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        own = tmp_path / "templates" / "letter.docx"
        own.parent.mkdir()
        document = Document()
        document.add_paragraph("{{ holder }}: {{ made_on }}")
        document.save(own)
        make("050101")

        assert "lead: 2026年3月2日" in words(of("050101"))

    def test_a_template_that_cannot_be_filled_ends_the_job_with_a_sentence(self, district, settings, tmp_path):
        settings.VAR_DIR = tmp_path
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "letter.docx").write_bytes(b"no document")
        job = make("050101")

        assert job.state == Job.State.FAILED
        assert "无法填写" in job.error
        assert BadTemplate.code == "bad_template"

    def test_the_shipped_template_is_what_its_module_makes(self):
        assert build() == FILE.read_bytes()

    def test_all_letters_come_in_one_file(self, made):
        from zipfile import ZipFile

        listed = list(ResponsibilityLetter.objects.filter(area_code__startswith="0501").order_by("area_code"))

        with bundle(listed) as content, ZipFile(content) as package:
            assert package.namelist() == [file_name(letter) for letter in listed]
            assert package.testzip() is None


class TestSigning:
    def test_the_side_above_records_the_day(self, made):
        letter = record_signature(letter=of("050101"), signed_on=ON, by=made.chief, now=NOW)

        assert (letter.state, letter.signed_on) == ("signed", ON)
        assert [event.new for event in letter.events.all()] == ["made", "signed"]

    @pytest.mark.parametrize(
        ("area", "who"), [("0501", "chief"), ("050101", "lead"), ("050101", "far_chief"), ("050101", "head")]
    )
    def test_nobody_else_does(self, made, area, who):
        with pytest.raises(NotAllowed):
            record_signature(letter=of(area), signed_on=ON, by=getattr(made, who), now=NOW)

    @pytest.mark.parametrize(
        ("day", "sentence"), [(ON + timedelta(days=1), "lies ahead"), (ON - timedelta(days=1), "signed it before")]
    )
    def test_a_day_to_come_or_before_the_letter_is_refused(self, made, day, sentence):
        with pytest.raises(BadInput, match=sentence) as refusal:
            record_signature(letter=of("050101"), signed_on=day, by=made.chief, now=NOW)

        assert refusal.value.field == "signed_on"

    def test_nobody_signs_after_the_last_day_of_the_post(self, made):
        letter, last = of("050101"), ON + timedelta(days=5)
        end_posting(posting=letter.holder, on=last, by=made.chief, now=NOW)

        for day, sentence in ((7, "ended on 2026-03-07: nobody signed it afterwards"), (6, "ended on")):
            with pytest.raises(BadInput, match=sentence) as refusal:
                record_signature(letter=of("050101"), signed_on=ON + timedelta(days=day), by=made.chief, now=LATER)
            assert refusal.value.field == "signed_on"
        assert record_signature(letter=of("050101"), signed_on=last, by=made.chief, now=LATER).signed_on == last

    def test_a_signature_recorded_by_mistake_is_taken_back_with_a_reason(self, made):
        letter = record_signature(letter=of("050101"), signed_on=ON, by=made.chief, now=NOW)
        with pytest.raises(BadInput):
            withdraw_signature(letter=letter, why=" ", by=made.chief, now=NOW)

        withdraw_signature(letter=letter, why="Another grid", by=made.chief, now=NOW)

        assert (letter.state, letter.signed_on) == ("made", None)
        assert letter.events.last().why == "Another grid"

    def test_who_comes_after_is_told_who_recorded_it_and_when(self, made):
        record_signature(letter=of("050101"), signed_on=ON, by=made.chief, now=NOW)

        again = {"signed_on": ON, "now": LATER}
        with pytest.raises(
            WrongState, match=r"You recorded it already, on 2026-03-02 12:00, as signed on 2026-03-02\."
        ):
            record_signature(letter=of("050101"), by=made.chief, **again)
        with pytest.raises(WrongState, match="chief recorded it already, on 2026-03-02 12:00"):
            record_signature(letter=of("050101"), by=made.district_office, **again)

    def test_of_two_at_once_one_is_told(self, made):
        first, second = of("050101"), of("050101")
        record_signature(letter=first, signed_on=ON, by=made.chief, now=NOW)

        with pytest.raises(Overtaken):
            record_signature(letter=second, signed_on=ON, by=made.chief, now=NOW)

    @pytest.mark.parametrize(("old", "new"), list(product(State.values, State.values)))
    def test_every_pair_of_states(self, district, old, new):
        letter = LetterFactory(holder=district.lead.postings.get(), giver=district.chief.postings.get(), state=old)
        fields = {"signed_on": date(2026, 2, 1) if new == "signed" else None}

        def go():
            advance(letter, new, moves=LETTER_MOVES, event=LetterEvent, owner="letter", now=NOW, why="so", **fields)

        if (old, new) in LETTER_MOVES:
            go()
            assert letter.state == new
        else:
            with pytest.raises(WrongState):
                go()


class TestConstraints:
    @pytest.mark.parametrize(
        "facts",
        [
            {"area_code": "05"}, {"state": "lost"}, {"state": "signed", "signed_on": None},
            {"state": "made", "signed_on": date(2026, 2, 1)}, {"state": "signed", "signed_on": date(2026, 1, 9)},
        ],
    )  # fmt: skip
    def test_the_database_refuses_nonsense(self, db, facts):
        with pytest.raises(IntegrityError), transaction.atomic():
            LetterFactory(**facts)

    @pytest.mark.parametrize(
        "facts",
        [{}, {"state": "signed"}, {"state": "superseded"}, {"state": "superseded", "signed_on": date(2026, 1, 10)}],
    )
    def test_and_takes_what_makes_sense(self, db, facts):
        assert LetterFactory(**facts).pk

    def test_an_area_has_one_current_letter_a_year(self, db):
        first = LetterFactory(state="superseded")
        facts = {"holder": first.holder, "giver": first.giver}
        LetterFactory(**facts, version=2)
        LetterFactory(**facts, year=2027)

        for version, state in ((3, "signed"), (2, "superseded")):
            with pytest.raises(IntegrityError), transaction.atomic():
                LetterFactory(**facts, version=version, state=state)
