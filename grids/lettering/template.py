"""Makes the template of the responsibility letter that is shipped: `python -m grids.lettering.template`.

A clerk changes the .docx itself, in Word (docs/letters.md lists its tags). What is promised are the duties of a station
and of a grid (handbook §2) inside the law as it stands (§9): by plan, always two, with traces, no quota of checks.
"""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Cm

from gridsup.documents import settled
from gridsup.official import page, styles

FILE = Path(__file__).parent / "templates" / "letter.docx"
# The template says nothing of when it was made, so that it is alike every time.
THEN = datetime(2026, 1, 1)  # noqa: DTZ001

OF_STATION = (
    "（一）划分网格、选派网格长，明确每个网格的区域、对象、人员和责任，做到网格不重叠、不遗漏。",
    "（二）分派工作任务，督促网格按批准并公布的年度检查计划开展巡查，审核巡查记录并及时归档。",
    "（三）对网格不能解决的问题及时处置或者逐级上报，按期办结投诉举报。",
    "（四）保证四本台账真实、完整、及时更新，组织对网格的检查和考核。",
)
OF_GRID = (
    "（一）掌握本网格的区域、对象、状况、分布、责任和任务，管好监管对象台账和重点行业档案。",
    "（二）按批准并公布的年度检查计划开展日常巡查，发现无照经营和违法线索及时报告。",
    "（三）受理和办理分派到本网格的投诉举报，核查情况，收集第一手证据，按期反馈。",
    "（四）督促问题按期整改并到期复查，网格不能解决的问题逐级上报。",
    "（五）巡查、核查和处置情况当场记录、及时录入，全程留痕。",
)
DEMANDS = (
    "（一）现场检查由两名以上持有有效执法证件的人员进行，出示证件，告知权利，检查结果当场告知。",
    "（二）不下达、不接受检查数量和罚没数额指标，不擅自增加检查频次。",
    "（三）依法保护举报人信息和个人信息，遵守廉政纪律。",
)


def build() -> bytes:
    """The template as a file."""
    document = Document()
    page(document)
    styles(document)
    _body(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "网格化监管责任书", "", ""
    properties.last_modified_by = properties.keywords = ""
    properties.created = properties.modified = THEN
    written = BytesIO()
    document.save(written)
    return settled(written.getvalue())


def _body(document: Any) -> None:
    say = document.add_paragraph
    say("{{ area_name }}", "公文标题")
    say("{{ year }}年度网格化监管责任书", "公文标题")
    say("（编号：{{ number }}）", "公文说明")
    say("", "公文正文")
    say(
        "为落实“谁监管、谁负责”的要求，明确{{ year }}年度网格化监管责任，{{ above_name }}（甲方）与"
        "{{ area_name }}{{ holder_duty }}{{ holder }}（乙方）签订本责任书。",
        "公文正文",
    )
    say("一、责任范围", "Heading 1")
    say(
        "乙方负责{{ area_name }}（编码{{ area_code }}）。{% if extent %}四至范围：{{ extent }}{% endif %}"
        "{% if places %}包括：{{ places }}。{% endif %}",
        "公文正文",
    )
    say("二、主要责任", "Heading 1")
    say("{%p if level == 'station' %}", "公文正文")
    for line in OF_STATION:
        say(line, "公文正文")
    say("{%p else %}", "公文正文")
    for line in OF_GRID:
        say(line, "公文正文")
    say("{%p endif %}", "公文正文")
    say("三、工作要求", "Heading 1")
    for line in DEMANDS:
        say(line, "公文正文")
    say("四、责任期限", "Heading 1")
    # the signatures never stand on a page of their own
    say(
        "自{{ first_day }}起至{{ last_day }}止。乙方岗位变动的，自变动之日起由继任者另行签订。"
        "本责任书一式两份，双方各执一份。",
        "公文正文",
    ).paragraph_format.keep_with_next = True
    say("", "公文正文").paragraph_format.keep_with_next = True
    _signatures(document)


def _signatures(document: Any) -> None:
    """Both sides, side by side, on one page."""
    rows = (
        ("甲方：{{ above_name }}", "乙方：{{ area_name }}"),
        ("{{ giver_duty }}：{{ giver }}", "{{ holder_duty }}：{{ holder }}"),
        ("（签字）", "（签字）"),
        ("　　　　年　　月　　日", "　　　　年　　月　　日"),
    )
    table = document.add_table(rows=len(rows), cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for number, texts in enumerate(rows):
        for position, text in enumerate(texts):
            cell = table.cell(number, position)
            cell.width = Cm(7.8)
            cell.paragraphs[0].style = document.styles["Normal"]
            cell.paragraphs[0].paragraph_format.keep_with_next = number < len(rows) - 1
            cell.paragraphs[0].add_run(text)


if __name__ == "__main__":
    FILE.write_bytes(build())
