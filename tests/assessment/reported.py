"""The report of the hand-worked quarter, and looking into its files."""

from pathlib import Path
from zipfile import ZipFile

from docx import Document
from openpyxl import load_workbook

from assessment.models import Report
from gridsup.jobs import run_inline
from gridsup.models import Job
from tests.assessment.worked import NOW


def built(area="05", period="2026Q3", now=NOW) -> Report:
    """The report of an area, built here and now."""
    job = run_inline(name="build_report", period=period, area_code=area, now=now, clock=lambda: now)
    assert (job.state, job.error) == ("done", "")
    return Report.objects.get(job=job)


def queued(area="05", period="2026Q3", **facts) -> Job:
    return Job.objects.create(name="build_report", period=period, area_code=area, queued_at=NOW, **facts)


def book(report):
    """The sheet, as openpyxl reads it."""
    return load_workbook(report.sheet.path)


def pages(report) -> dict[str, list[tuple]]:
    """The sheets in their order, under short names: heads in the first row."""
    names = ("summary", "areas", "tasks", "visits", "findings", "rectifications", "complaints", "clocks", "ratings")
    workbook = book(report)
    return dict(zip(names, (list(page.values) for page in workbook.worksheets), strict=True))


def rates(report) -> list[tuple[int, int]]:
    """Met and counted of each rate in the summary, in the order of the indicators."""
    rows = pages(report)["summary"]
    head = next(number for number, row in enumerate(rows) if row[1:3] == rows[7][1:3] and row[0]) + 1
    return [row[1:3] for row in rows[head : head + 5]]


def listed(report) -> list[tuple[int, int]]:
    """The same, counted from the rows of the sheets: how many say yes in the last column, and how many there are."""
    sheets = pages(report)
    bodies = [sheets[name][1:] for name in ("tasks", "visits", "rectifications", "clocks", "ratings")]
    return [(sum(row[-1] in {"yes", "是"} for row in rows), len(rows)) for rows in bodies]


def words(report) -> str:
    """Everything that the text says, tables included."""
    document = Document(report.text.path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def inside(path: str) -> dict[str, bytes]:
    """The parts of an office file."""
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def files(root: str) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file())
