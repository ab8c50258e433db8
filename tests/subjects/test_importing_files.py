"""What a file as a whole can be, and what is said of one that cannot be read."""

import re
import struct
import zipfile

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from gridsup.errors import BadInput
from gridsup.sheets import reading
from gridsup.sheets.header import letter
from gridsup.sheets.reading import open_sheet as open_any
from subjects.importing.columns import COLUMNS, LEDGER
from subjects.models import MarketSubject
from tests.ledgers import Formula, as_csv, as_xlsx, keys_of, shop
from tests.oldbook import as_xls, record

HEADER = "统一社会信用代码,名称,类型,地址\n"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def open_sheet(path):
    return open_any(path, LEDGER)


@pytest.fixture
def refused(english, tmp_path):
    """The sentence with which a file of this content is refused."""

    def say(content, name="ledger.xlsx"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(BadInput) as refusal:
            open_sheet(path)
        return str(refusal.value)

    return say


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b" \r\n", "The file is empty."),
        (b"%PDF-1.7 ...", "This is a PDF file, not a spreadsheet."),
        (b"\x89PNG\r\n...", "This is a PNG file"),
        (b"PK\x03\x04 nothing else", "This spreadsheet is damaged. Open it in a spreadsheet program"),
        (HEADER.encode() + b"91,\xe5\xba\xff,x,y\n", "The file is no valid text: line 2 has bytes"),
        ("﻿".encode() + HEADER.encode() + b"1,2,3,4\n91,\xc4\xe3,x,y\n", "no valid text: line 3 has bytes"),
        (HEADER.encode("gb18030") + b"91,\xff,x,y\n", "no valid text: line 2 has bytes"),
        (OLE + b"\0" * 2000, "damaged or of a kind that is not read"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"<html><table><tr><td>", "This is a web page or XML under the name of a spreadsheet"),
        (b"\xff\x00\x81\x00\xff\xff", "This is no spreadsheet"),
        (b"\x00\x01\x02\x03" * 50, "This is no spreadsheet"),
        ("甲,乙,丙\n1,2,3\n", "No header row was found in the first 2 rows"),
        ("Dear colleagues,\nthe list is attached.\n", "The file is plain text, whatever its name says"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "This is a Word file, not a spreadsheet."),
        (HEADER, "The sheet has a header in row 1 but nothing under it."),
        ("名称,地址,名 称\na,b,c\n", "Row 1 has the column “名称” twice, in A and C. Remove one."),
        ("地址,类型\na,b\n", "Row 1 has no column “名称” (name)."),
        ("名称,类型\na,b\n", "Row 1 has none of the columns"),
        ("名称,地址,经度\na,b,c\n", "one of longitude and latitude without the other"),
        (HEADER + '"91,店,企业,路\n', "The quotation marks do not match from line 2 on"),
    ],
)
def test_a_file_that_is_no_ledger_gets_a_sentence(refused, content, said):
    assert said in refused(content)


def test_a_file_that_is_not_there_gets_a_sentence(english, tmp_path):
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        open_sheet(tmp_path / "missing.xlsx")


def test_a_package_of_another_kind_is_refused(refused, tmp_path):
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as package:
        package.writestr("word/document.xml", "<w/>")

    assert "This is a Word file" in refused((tmp_path / "letter.docx").read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("people.xlsx", b"inside", "This is a ZIP archive without a workbook. Unpack it"),
        ("xl/workbook.bin", b"", "of a kind that is not read (xlsb). Open it and save it as .xlsx or as CSV."),
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", "not read (ods)"),
        ("ppt/presentation.xml", b"", "This is a PowerPoint file"),
    ],
)
def test_a_package_without_a_workbook_is_called_what_it_is(refused, tmp_path, name, content, said):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as package:
        package.writestr(name, content)

    assert said in refused((tmp_path / "other.zip").read_bytes())


def test_an_old_xls_with_a_password_is_told_to_be_saved_without(refused, tmp_path):
    content = as_xls(tmp_path / "ledger.xls", [["名称", "地址"], ["店", "路"]]).read_bytes()
    version = content.index(record(0x0809)[:2], 1024)
    (size,) = struct.unpack_from("<H", content, version + 2)
    after = version + 4 + size
    lock = record(0x002F, struct.pack("<H", 1) + b"\x01" * 4)

    # the padding behind the stream gives way
    locked = content[:after] + lock + content[after : len(content) - len(lock)]
    assert "protected by a password" in refused(locked)


def test_a_list_on_another_sheet_than_the_first_is_asked_for(refused, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "two.xlsx")) as book:
        book.add_worksheet().write_row(0, 0, ["remarks"])
        book.add_worksheet().write_row(0, 0, ["名称", "地址"])

    assert "Only the first visible sheet is read" in refused((tmp_path / "two.xlsx").read_bytes())


def test_an_empty_workbook_is_refused(refused, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "empty.xlsx")) as book:
        book.add_worksheet()

    assert "The sheet is empty." in refused((tmp_path / "empty.xlsx").read_bytes())


def test_a_header_with_nothing_under_it_is_refused(refused, tmp_path):
    path = as_xlsx(tmp_path / "bare.xlsx", [], keys=["name", "address"])

    assert "nothing under it" in refused(path.read_bytes())


def test_a_damaged_workbook_is_refused(refused, tmp_path):
    content = bytearray(as_xlsx(tmp_path / "whole.xlsx", [shop(n) for n in range(50)]).read_bytes())
    content[400:900] = b"\0" * 500

    assert "damaged" in refused(bytes(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_may_be_in_any_usual_encoding(take, encoding):
    outcome = take([shop(1, name="𠮷野家")], form=lambda path, rows: as_csv(path, rows, encoding))

    assert outcome.made == 1
    assert MarketSubject.objects.get().name == "𠮷野家"


def test_headers_may_be_english_wide_starred_in_any_order_and_under_a_title(english, tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("灞桥区台账,,\n,,\n＊地 址,备注,Legacy No,名称\n路,x,610111600012345,店\n", encoding="utf-8")

    sheet = open_sheet(path)

    assert (sheet.header.row, sheet.header.unread) == (3, ("备注",))
    assert sheet.header.positions == {"address": 0, "legacy_no": 2, "name": 3}
    assert [number for number, _cells in sheet.rows()] == [4]


def test_rows_keep_the_numbers_they_have_in_the_sheet(english, tmp_path):
    rows = [shop(1), {}, shop(2)]
    for form in (as_csv, as_xlsx):
        sheet = open_sheet(form(tmp_path / "ledger.file", rows))
        assert [number for number, _cells in sheet.rows()] == [2, 4]


def test_the_first_visible_sheet_is_read_wherever_it_begins(english, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "ledger.xlsx")) as book:
        book.add_worksheet("隐藏").hide()
        sheet = book.add_worksheet("台账")
        sheet.activate()
        for row, cells in enumerate([["名称", "地址"], ["店", "路"]], 4):
            sheet.write_row(row, 2, cells)

    opened = open_sheet(tmp_path / "ledger.xlsx")

    assert opened.header.title("name") == "C 名称"
    assert list(opened.rows()) == [(6, ["", "", "店", "路"])]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_one_row_above_the_limit_is_refused_before_anything_is_parsed(english, tmp_path, form, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    open_sheet(form(tmp_path / "ledger.file", [shop(n) for n in range(3)]))

    with pytest.raises(BadInput, match=r"The sheet has 4 rows; at most 3 are read at once\. Split it"):
        open_sheet(form(tmp_path / "ledger.file", [shop(n) for n in range(4)]))


@pytest.mark.slow
def test_two_hundred_thousand_and_one_rows_are_refused(english, tmp_path):
    lines = HEADER + "".join(f",店{n},无照,路{n}\n" for n in range(200_001))
    (tmp_path / "ledger.csv").write_text(lines, encoding="utf-8")

    with pytest.raises(BadInput, match="The sheet has 200001 rows; at most 200000 are read at once"):
        open_sheet(tmp_path / "ledger.csv")


def test_rows_and_cells_that_only_carry_a_format_do_not_count(english, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with xlsxwriter.Workbook(str(tmp_path / "ledger.xlsx")) as book:
        sheet, frame = book.add_worksheet(), book.add_format({"border": 1})
        sheet.write_row(0, 0, ["名称", "地址"])
        sheet.write_row(1, 0, ["店", "路"])
        for row in range(2, 50):
            sheet.write_blank(row, 0, None, frame)
        sheet.write_blank(1, 300, None, frame)

    assert len(list(open_sheet(tmp_path / "ledger.xlsx").rows())) == 1


def test_a_value_far_to_the_right_is_refused(refused, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "ledger.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "地址"])
        sheet.write(1, 16_000, "x")

    assert "in WQK2" in refused((tmp_path / "ledger.xlsx").read_bytes())


def test_formulas_are_found_where_they_stand(english, tmp_path):
    path = as_xlsx(tmp_path / "ledger.xlsx", [shop(1), shop(2, name=Formula("=A1"), status=Formula("=B2"))])

    sheet = open_sheet(path)

    assert {row: [letter(p) for p in places] for row, places in sheet.formulas.items()} == {3: ["B", "I"]}


def test_a_row_that_nobody_has_calculated_is_not_passed_over(take, tmp_path):
    def sheet(path, _rows):
        as_xlsx(path, [shop(1), {"name": Formula("=A1&B1"), "address": Formula("=B1")}])
        return edited(path, rb' t="str"><f>(.*?)</f><v>[^<]*</v>', rb"><f>\1</f>")

    outcome = take([], form=sheet)

    assert (outcome.read, outcome.made) == (2, 1)
    assert {(fault.row, fault.column) for fault in outcome.faults} >= {(3, "name"), (3, "address")}


def test_error_values_are_found_where_they_stand(take, tmp_path):
    def sheet(path, _rows):
        rows = [shop(1), shop(2), shop(3), shop(4)]
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet()
            page.write_row(0, 1, [*(COLUMNS[key] for key in rows[0]), "备注"])
            for number, row in enumerate(rows, 1):
                page.write_row(number, 1, list(row.values()))
            page.write_formula(2, 2, "=NA()", None, "#N/A")
            page.write_formula(3, 10, "=NA()", None, "#N/A")  # a column that is not read
            page.write_formula(4, 4, "=1/0", None, "#DIV/0!")
        return without_formulas(path)

    out = tmp_path / "rejects.csv"
    outcome = take([], form=sheet, rejects=out)

    assert [(fault.row, fault.column, fault.reason) for fault in outcome.faults] == [
        (3, "name", "The cell holds the error #N/A instead of a value. Enter the value itself."),
        (5, "trade", "The cell holds the error #DIV/0! instead of a value. Enter the value itself."),
    ]
    assert outcome.made == 2
    assert "#DIV/0!," in out.read_text(encoding="utf-8-sig")


def without_formulas(path):
    """The same workbook with the results in the formulas' place, as "paste as values" leaves it."""
    return edited(path, rb"<f>.*?</f>", b"")


def edited(path, pattern, other):
    """The same workbook with something else in its XML."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, re.sub(pattern, other, content))
    return path


def test_a_workbook_that_counts_from_1904_is_refused(refused, tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "ledger.xlsx"), {"date_1904": True}) as book:
        book.add_worksheet().write_row(0, 0, ["名称", "地址"])

    assert "counts its days from 1904" in refused((tmp_path / "ledger.xlsx").read_bytes())


def test_the_command_says_which_day_is_none(ledger, tmp_path):
    for command in (["import_subjects", "x.csv", "--today"], ["load_preset", "xian", "--bureau", "05", "--from"]):
        with pytest.raises(CommandError, match="“yesterday” is no day; write it as 2026-11-22"):
            call_command(*command, "yesterday")


def test_the_command_gives_the_sentence_and_no_traceback(ledger, tmp_path):
    (tmp_path / "ledger.xlsx").write_bytes(b"%PDF-1.7")

    with pytest.raises(CommandError, match="This is a PDF file"):
        call_command("import_subjects", str(tmp_path / "ledger.xlsx"), "--bureau", "05")


def test_letters_of_columns():
    assert [letter(position) for position in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_hidden_first_sheet_of_an_old_xls_is_not_read(refused, tmp_path):
    path = as_xls(tmp_path / "ledger.xls", [["名称", "地址"], ["店", "路"]], hidden=True)

    assert "no visible sheet" in refused(path.read_bytes())


def test_an_old_xls_is_read_as_well(take, tmp_path):
    keys = keys_of([shop(1)])
    rows = [[COLUMNS[key] for key in keys], *([row[key] for key in keys] for row in (shop(1), shop(2, trade=6210.0)))]

    outcome = take([], form=lambda path, _rows: as_xls(path, rows))

    assert (outcome.made, outcome.faults) == (2, [])
    assert "neither formulas nor error values" in outcome.cautions[0]
    assert MarketSubject.objects.first().name == "第1小吃店"
