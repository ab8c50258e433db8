import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gridsup import holidays
from gridsup.models import CalendarDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
HEADER = "day,name,is_off,source\n"
NEW_YEAR = "2027-01-01,元旦,1,国办发明电\n2027-01-02,元旦,1,国办发明电\n2027-01-03,元旦,0,国办发明电\n"


@pytest.fixture
def load(tmp_path):
    """A function that loads a text as a file; returns the last line."""

    def run(text, encoding="utf-8"):
        path = tmp_path / "2027.csv"
        path.write_bytes(text.encode(encoding))
        out = StringIO()
        call_command("load_calendar", str(path), stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])

    return run


def test_a_year_is_loaded_and_counts_as_published(load):
    line = load(HEADER + NEW_YEAR, encoding="utf-8-sig")

    assert line.pop("seconds") >= 0
    assert line == {"read": 3, "made": 3, "changed": 0}
    calendar = holidays.calendar()
    assert 2027 in calendar.years
    assert (calendar.is_working(date(2027, 1, 1)), calendar.is_working(date(2027, 1, 3))) == (False, True)


def test_the_same_file_again_changes_nothing(load):
    load(HEADER + NEW_YEAR)

    assert load(HEADER + NEW_YEAR)["made"] == 0


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("soon,元旦,1,x", "“soon” is no day; write it as 2026-11-22."),
        ("2027-02-30,元旦,1,x", "“2027-02-30” is no day"),
        ("1027-01-01,元旦,1,x", "1027-01-01 lies in no year that is planned for."),
        ("2027-01-04,元旦,maybe,x", "Say 1 for a day off, 0 for a day that is worked."),
        ("2027-01-04,元旦,0,x", "2027-01-04 is no weekend: only weekend days are worked to make up."),
        ("2027-01-04,,1,x", "“name” needs 1 to 40 characters."),
        ("2027-01-04,元旦,1,", "“source” needs 1 to 200 characters."),
        ("2027-01-04", "Say 1 for a day off"),
        ("2027-01-01,元旦,1,x", "2027-01-01 stands in the file twice."),
        ("2026-11-23,new,1,x", "The table of 2026 is loaded already and says otherwise."),
    ],
)
def test_a_bad_row_is_named_with_its_number_and_nothing_is_loaded(load, row, sentence):
    before = CalendarDay.objects.count()

    with pytest.raises(CommandError) as refused:
        load(HEADER + NEW_YEAR + row)

    assert f"Row 5: {sentence}" in str(refused.value)
    assert str(refused.value).endswith("a year counts as published only when it is whole.")
    assert CalendarDay.objects.count() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER, "Nothing was loaded"),
        ("day,name\n2027-01-01,x\n", "lacks the columns: is_off, source"),
        ("", "lacks the columns: day, name, is_off, source"),
    ],
)
def test_a_file_without_rows_or_columns_is_refused(load, text, sentence):
    with pytest.raises(CommandError, match=sentence):
        load(text)


def test_a_file_in_another_encoding_or_that_is_not_there_is_refused(load, tmp_path):
    with pytest.raises(CommandError, match="cannot be read as CSV in UTF-8"):
        load(HEADER + NEW_YEAR, encoding="gb18030")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_calendar", str(tmp_path / "nowhere.csv"))
