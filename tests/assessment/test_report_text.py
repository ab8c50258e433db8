from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import translation
from docx import Document
from lxml import etree
from openpyxl import load_workbook

from assessment.actions import publish_scores
from assessment.reporting import chart, template
from assessment.reporting.figures import Rate, percent
from assessment.reporting.wording import change_words, period_words, rate_words, share_figure, share_words
from gridsup.documents import template_file
from gridsup.jobs import run_inline
from gridsup.periods import Period
from tests.assessment import worked
from tests.assessment.reported import built, inside, words
from tests.assessment.worked import AUGUST, NOW
from tests.factories import DuePremisesFactory, FindingFactory, SubjectFactory, VisitFactory

HEADINGS = [
    "一、总体情况",
    "二、各",
    "三、发现问题及整改情况",
    "四、投诉举报办理情况",
    "五、考核得分",
    "六、下一步工作",
]


def finding(name, text="Sold goods past their date"):
    """A problem of a premises so called that was due to be corrected in August and was not."""
    premises = DuePremisesFactory(area_code="050101", subject=SubjectFactory(name=name))
    visit = VisitFactory(premises=premises, visited_on=date(2026, 7, 20), outcome="problem")
    return FindingFactory(visit=visit, text=text, rectify_by=AUGUST)


def rate(now, before=(0, 0)):
    return Rate("x", "Visits on time", "w", "p", now, before, {})


def numbers(report, tag="v"):
    """Every cached value of the chart, in order."""
    root = etree.fromstring(inside(report.text.path)["word/charts/chart1.xml"])
    return [point.text for point in root.iter(f"{{{chart.C}}}{tag}")]


def test_it_has_the_parts_of_an_official_report(placed):
    document = Document(built().text.path)

    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert len(headings) == len(HEADINGS)
    assert all(said.startswith(wanted) for said, wanted in zip(headings, HEADINGS, strict=True))
    assert document.paragraphs[0].text == "灞桥区市场监督管理局"
    assert "由承办人填写" in words(built())


def test_no_tag_is_left(placed):
    said = words(built())

    assert "{{" not in said
    assert "{%" not in said


def test_the_figures_are_those_of_the_sheet(placed):
    document = Document(built("0501").text.path)

    table = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert [row[1:4] for row in table[1:]] == [
        ["7", "10", "70.00%"], ["7", "8", "87.50%"], ["2", "3", "66.67%"], ["5", "7", "71.43%"], ["2", "3", "66.67%"],
    ]  # fmt: skip
    assert [row.cells[0].text for row in document.tables[1].rows][2:] == ["Grid 050101", "Grid 050102"]


def test_no_name_breaks_the_text(placed):
    names = ["<b>&", "</w:t>", "{{ 7*7 }}{% if %}", "a\x0bb\x07c", "\u202e老\U0001f600店", "]]>", "{_{ x }_}"]
    for name in names:
        finding(name, text=f"{name}\n<script>")

    said = words(built("0501"))

    for name in (*names[:3], "a b c", *names[4:6]):
        assert f"\n{name}\n" in said
        assert f"\n{name} <script>\n" in said
    assert "五、考核得分" in said


def test_what_is_late_is_listed_up_to_ten(placed):
    for number in range(12):
        finding(f"Late shop {number:02}")

    document = Document(built("0501").text.path)

    assert len(document.tables[2].rows) == 1 + 10
    assert "Late shop" in document.tables[2].rows[-1].cells[0].text


def test_without_late_rows_it_says_so(placed):
    said = words(built("0502"))

    assert "本期没有到期未整改或逾期整改的问题" in said
    assert "本期没有超期的办理时限" in said
    assert "本期尚未公布考核得分" in said


def test_published_scores_stand_in_it_and_computed_ones_do_not(placed):
    worked.load()
    worked.compute()
    assert "本期尚未公布考核得分" in words(built())

    publish_scores(bureau="05", period="2026Q3", by=placed.district_office, now=NOW)

    said = words(built())
    assert "本期尚未公布考核得分" not in said
    assert str(worked.card("0501").total) in said


def test_the_chart_is_word_s_own_with_its_workbook_inside(placed):
    report = built()
    parts = inside(report.text.path)

    page = load_workbook(BytesIO(parts["word/embeddings/chart1.xlsx"])).active
    rows = list(page.values)
    assert [row[0] for row in rows[1:]] == [row.cells[0].text for row in Document(report.text.path).tables[1].rows][1:]
    assert rows[2][1:] == (0.7, 0.6667, 0.7143)
    assert rows[1][1] is None
    cached = numbers(report)
    assert {"0.70", "0.6667", "0.7143"} <= set(cached)
    assert "Sheet1!$B$2:$B$4" in numbers(report, "f")


@pytest.mark.parametrize(("areas", "labelled"), [(8, True), (9, False)])
def test_numbers_stand_above_columns_only_where_they_have_room(areas, labelled):
    document = Document(str(template_file(template.FILE)))
    names = [f"Grid {number}" for number in range(areas)]

    chart.fill(document, names, [chart.Series(str(number), [Decimal(1)] * areas) for number in range(3)])

    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype == chart.CHART)
    assert (b"dLbls" in part.blob) == labelled


def test_groups_stand_in_the_order_in_which_they_are_declared(placed):
    premises = DuePremisesFactory(area_code="050201")
    visit = VisitFactory(premises=premises, visited_on=AUGUST, outcome="problem")
    FindingFactory(visit=visit, disposition="case", state="handed_over", rectify_by=None)
    FindingFactory(visit=visit, disposition="order", state="ordered", rectify_by=date(2026, 9, 1))

    said = words(built("0502"))

    assert 0 < said.index("责令限期改正") < said.index("移交办案1个")


def test_a_chart_that_a_clerk_took_out_is_not_missed():
    assert not chart.fill(Document(), ["A"], [chart.Series("x", [Decimal(1)])])


def test_more_series_than_the_template_draws_look_like_its_last():
    document = Document(template.FILE)
    chart.fill(document, ["A"], [chart.Series(str(number), [None]) for number in range(5)])

    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype == chart.CHART)
    assert part.blob.count(b"<c:ser>") == 5


def test_the_shipped_template_is_what_the_recipe_makes():
    with ZipFile(BytesIO(template.build())) as made:
        assert {name: made.read(name) for name in made.namelist()} == inside(template.FILE)


def test_an_installation_may_have_a_template_of_its_own(placed, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    own = Document()
    own.add_paragraph("{{ area_name }}：{{ n.tasks }}")
    own.save(tmp_path / "templates" / "report.docx")

    assert words(built("0501")) == "Station 0501：10"


@pytest.mark.parametrize(
    ("line", "said"), [("{{ nothing }}", "nothing"), ("{% for x in rates %}", "endfor"), ("{{ rates.0.label. }}", "")]
)
def test_a_template_that_cannot_be_filled_ends_the_job_with_a_sentence(placed, settings, tmp_path, english, line, said):
    settings.VAR_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    own = Document()
    own.add_paragraph(line)
    own.save(tmp_path / "templates" / "report.docx")

    job = run_inline(name="build_report", period="2026Q3", area_code="0501", now=NOW)

    assert job.state == "failed"
    assert "report.docx" in job.error
    assert said in job.error


def test_a_template_that_is_no_document_ends_the_job_with_a_sentence(placed, settings, tmp_path, english):
    settings.VAR_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "report.docx").write_text("no document")

    job = run_inline(name="build_report", period="2026Q3", area_code="0501", now=NOW)

    assert (job.state, "report.docx" in job.error) == ("failed", True)


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        ((12, 13), (9, 10), "12 of 13, 92.31%, 2.31 percentage points more"),
        ((1, 2), (3, 4), "1 of 2, 50%, 25 percentage points less"),
        ((1, 2), (2, 4), "1 of 2, 50%, as in the period before"),
        ((1, 1), (0, 0), "1 of 1, 100%, with nothing to compare"),
        ((0, 0), (1, 1), "nothing was to be counted"),
    ],
)
def test_a_rate_is_said_in_a_plain_sentence(english, now, before, sentence):
    assert sentence in rate_words(rate(now, before))


def test_numbers_read_as_people_write_them():
    assert [share_words(pair) for pair in [(1, 1), (0, 5), (1, 8), (2, 3), (0, 0)]] == [
        "100%", "0%", "12.5%", "66.67%", "—",
    ]  # fmt: skip
    assert [share_figure(pair) for pair in [(1, 1), (1, 8), (0, 0)]] == ["100.00%", "12.50%", "—"]
    assert percent((1, 200_00)) == Decimal("0.01")  # half up: 0.005
    assert [change_words(rate((1, 2), before)) for before in [(1, 4), (3, 4), (1, 2), (0, 0)]] == [
        "+25.00",
        "-25.00",
        "0.00",
        "—",
    ]


def test_periods_have_words():
    with translation.override("en"):
        assert [period_words(Period.parse(text)) for text in ("2026Q3", "2025Q1", "2026-09", "2025H2", "2026")] == [
            "third quarter of 2026", "first quarter of 2025", "month 9 of 2026", "second half of 2025", "year 2026",
        ]  # fmt: skip
