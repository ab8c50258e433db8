"""The rejects file: it destroys nothing, and what comes back can be mended and imported as it was meant."""

import csv
import os
from datetime import date, datetime

import pytest

from gridsup.errors import BadInput
from subjects.importing import running
from subjects.models import MarketSubject, Permit, Premises
from tests.ledgers import Formula, as_xlsx, shop
from tests.subjects.test_importing_files import edited


def lines_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("way", ["same", "relative", "symlink", "hard link"])
def test_the_ledger_file_itself_is_no_rejects_file(take, tmp_path, monkeypatch, way, dry_run):
    ledger, other = tmp_path / "ledger.file", tmp_path / "other.csv"
    ledger.touch()
    monkeypatch.chdir(tmp_path)
    if way == "symlink":
        other.symlink_to(ledger)
    elif way == "hard link":
        os.link(ledger, other)
    rejects = {"same": ledger, "relative": ledger.relative_to(tmp_path)}.get(way, other)

    with pytest.raises(BadInput, match="is the ledger file itself"):
        take([shop(1), shop(2, name="")], rejects=rejects, dry_run=dry_run)

    assert "第1小吃店" in ledger.read_text(encoding="utf-8")


def test_a_failed_import_leaves_an_earlier_rejects_file_alone(take, tmp_path, monkeypatch):
    out = tmp_path / "rejects.csv"
    out.write_text("earlier", encoding="utf-8")

    def fail(*_arguments, **_options):
        raise BadInput("the job cannot be ended")

    monkeypatch.setattr(running.Outcome, "counts", fail)
    with pytest.raises(BadInput, match="cannot be ended"):
        take([shop(1), shop(2, name="")], rejects=out)

    assert out.read_text(encoding="utf-8") == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.file", "rejects.csv"]
    assert not Premises.objects.exists()


def test_a_rejects_file_behind_a_link_is_written_where_the_link_leads(take, tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    link.symlink_to(real)

    take([shop(1, name="")], rejects=link)

    assert link.is_symlink()
    assert len(lines_of(real)) == 1


def test_days_and_codes_of_a_workbook_come_back_importable(take, tmp_path):
    out = tmp_path / "rejects.csv"
    rows = [
        shop(1, registered_on=datetime.fromisoformat("2024-05-01 08:30"), credit="E"),
        shop(2, registered_on=45413, credit="E", permit_no="JY1", permit_valid_to=46400.25),
        shop(3, registered_on=20240501, credit="E", trade="111", name="'0号店"),
        shop(4, registered_on=date(2024, 5, 1), credit="E", name="'阿姨店"),
    ]
    take(rows, form=as_xlsx, rejects=out)

    written = lines_of(out)
    assert [row["成立日期"] for row in written] == ["2024-05-01", "2024-05-01", "20240501", "2024-05-01"]
    out.write_text(out.read_text(encoding="utf-8-sig").replace(",E,", ",B,"), encoding="utf-8-sig")
    again = take([], form=lambda _path, _rows: out)

    assert (again.made, again.faults) == (4, [])
    assert set(MarketSubject.objects.values_list("registered_on", flat=True)) == {date(2024, 5, 1)}
    assert set(MarketSubject.objects.values_list("name", flat=True)) >= {"'0号店", "'阿姨店"}
    assert Permit.objects.get().valid_to == date(2027, 1, 13)
    assert Premises.objects.filter(trade="111").count() == 1


def test_marked_codes_of_a_csv_come_back_as_they_were_meant(take, tmp_path):
    out = tmp_path / "rejects.csv"
    take([shop(1, trade='="111"', credit="E"), shop(2, trade="'0111", name="'阿姨店", credit="E")], rejects=out)

    assert [row["行业代码"] for row in lines_of(out)] == ["'111", "'0111"]
    out.write_text(out.read_text(encoding="utf-8-sig").replace(",E,", ",B,"), encoding="utf-8-sig")
    take([], form=lambda _path, _rows: out)

    assert sorted(Premises.objects.values_list("trade", flat=True)) == ["0111", "111"]
    assert MarketSubject.objects.filter(name="'阿姨店").exists()


@pytest.mark.parametrize("result", ["", "0"])
def test_a_formula_without_a_result_comes_back_as_text_that_nothing_calculates(take, tmp_path, result):
    def sheet(path, _rows):
        as_xlsx(path, [shop(1, name=Formula('=A2&"<店>"'), address=Formula("=HYPERLINK(B2)"))])
        return edited(path, rb' t="str"><f>(.*?)</f><v>[^<]*</v>', rb"><f>\1</f><v>%b</v>" % result.encode())

    out = tmp_path / "rejects.csv"
    take([], form=sheet, rejects=out)

    (row,) = lines_of(out)
    assert (row["名称"], row["地址"]) == ('[=A2&"<店>"]', "[=HYPERLINK(B2)]")
    assert "Enter the value itself" in row["reason"]
    again = take([], form=lambda _path, _rows: out)
    assert (again.made, {fault.column for fault in again.faults}) == (0, {"name", "address"})


def test_the_last_result_of_a_formula_comes_back_as_it_stood(take, tmp_path):
    out = tmp_path / "rejects.csv"

    take([shop(1, name=Formula("=A2"))], form=as_xlsx, rejects=out)

    assert lines_of(out)[0]["名称"] == "甲"


def test_no_reason_begins_with_an_apostrophe(take, tmp_path):
    out = tmp_path / "rejects.csv"

    take([shop(1, registered_on="2026-11-23"), shop(2, uscc="0123"), shop(3, name="-")], rejects=out)

    assert not [row["reason"] for row in lines_of(out) if row["reason"].startswith("'")]
