"""Makes the template of the text that is shipped, alike every time: `python -m assessment.reporting.template`.

A clerk changes the .docx itself, in Word; this module is how the first one came to be (docs/reports.md). Type and
spacing follow the national format of official documents (GB/T 9704-2012).
"""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import CONTENT_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from lxml import etree

from assessment.reporting import chart
from gridsup.documents import settled
from gridsup.official import page, styles

FILE = Path(__file__).parent / "templates" / "report.docx"
COLOURS = ("1C5FA5", "F08A35", "1B6E2E")
SAMPLE = [
    chart.Series("按期巡查率", [Decimal("0.95"), Decimal("0.9")]),
    chart.Series("按期整改率", [Decimal("0.9"), Decimal("0.85")]),
    chart.Series("按时办理率", [Decimal("1"), Decimal("0.97")]),
]

RATES = [
    ("指标", "{{ rate.label }}", 4.0),
    ("达到", "{{ rate.met }}", 2.0),
    ("应计", "{{ rate.counted }}", 2.0),
    ("比率", "{{ rate.share }}", 2.4),
    ("上期比率", "{{ rate.share_before }}", 2.4),
    ("增减（百分点）", "{{ rate.change }}", 3.0),
]
AREAS = [
    ("名称", "{{ row.name }}", 3.1),
    ("经营场所", "{{ row.premises }}", 1.7),
    ("巡查记录", "{{ row.visits }}", 1.7),
    ("发现问题", "{{ row.findings }}", 1.7),
    ("投诉举报", "{{ row.complaints }}", 1.7),
    ("按期巡查", "{{ row.visits_on_time }}", 1.9),
    ("按期整改", "{{ row.rectified_on_time }}", 1.9),
    ("按时办理", "{{ row.complaints_on_time }}", 1.9),
]
LATE_FINDINGS = [
    ("经营场所", "{{ row.premises }}", 4.4),
    ("问题", "{{ row.text }}", 6.0),
    ("期限", "{{ row.limit }}", 2.6),
    ("状态", "{{ row.state }}", 2.6),
]
LATE_CLOCKS = [
    ("编号", "{{ row.number }}", 3.8),
    ("种类", "{{ row.kind }}", 3.6),
    ("时限", "{{ row.clock }}", 3.2),
    ("最后一日", "{{ row.limit }}", 2.5),
    ("办结日", "{{ row.met }}", 2.5),
]
# Columns as wide as this, in centimetres, hold sentences, which begin at the left.
SENTENCE = 5.0
SCORES = [
    ("名称", "{{ score.name }}", 6.0),
    ("得分", "{{ score.total }}", 3.2),
    ("等次", "{{ score.grade }}", 3.2),
    ("名次", "{{ score.rank }}", 3.2),
]


def build() -> bytes:
    """The template as a file."""
    document = Document()
    page(document)
    styles(document)
    _body(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "网格化监管工作报告", "", ""
    properties.last_modified_by = properties.keywords = ""
    properties.created = properties.modified = chart.THEN
    written = BytesIO()
    document.save(written)
    return settled(written.getvalue())


def _body(document: Any) -> None:
    say = document.add_paragraph
    say("{{ area_name }}", "公文标题")
    say("{{ period }}网格化监管工作报告", "公文标题")
    say("（数据截至{{ cut_off }}）", "公文说明")
    say("", "公文正文")
    say("一、总体情况", "Heading 1")
    say(
        "{{ period }}（{{ first_day }}至{{ last_day }}），{{ area_name }}应完成到期巡查{{ n.tasks }}项，"
        "形成巡查记录{{ n.visits }}份，发现问题{{ n.findings }}个；到期应整改问题{{ n.rectifications }}个；"
        "收到投诉、举报、线索和咨询{{ n.complaints }}件，到期办理时限{{ n.clocks }}项，收到评价{{ n.ratings }}份。"
        "截至{{ built_on }}，辖区在业经营场所{{ n.premises }}户。",
        "公文正文",
    )
    _loop(document, "p", "for rate in rates", "{{ rate.sentence }}", "endfor")
    _table(document, "表1　主要指标", "rate in rates", RATES, together=True)
    say("二、各{{ level }}情况", "Heading 1")
    say("各{{ level }}按期完成情况见图1，主要数据见表2，逐条明细见同期数据表。", "公文正文")
    _chart(document)
    say("图1　各{{ level }}按期完成情况", "表题")
    _table(document, "表2　各{{ level }}主要数据", "row in areas", AREAS)
    say("三、发现问题及整改情况", "Heading 1")
    say("本期发现问题{{ n.findings }}个" + _groups("findings", "个") + "。", "公文正文")
    _begin_either(document, "late_findings", "以下问题到期未见整改或逾期整改（最多列十个，全部见数据表）：")
    _table(document, "表3　到期未整改或逾期整改的问题", "row in late_findings", LATE_FINDINGS)
    _end_either(document, "本期没有到期未整改或逾期整改的问题。")
    say("四、投诉举报办理情况", "Heading 1")
    say("本期收到{{ n.complaints }}件" + _groups("complaints", "件") + "。", "公文正文")
    _begin_either(document, "late_clocks", "以下办理时限超期（最多列十项，全部见数据表）：")
    _table(document, "表4　超期的办理时限", "row in late_clocks", LATE_CLOCKS)
    _end_either(document, "本期没有超期的办理时限。")
    say("五、考核得分", "Heading 1")
    _begin_either(document, "scores", "本期考核得分已经公布，见表5。")
    _table(document, "表5　考核得分", "score in scores", SCORES)
    _end_either(document, "本期尚未公布考核得分。")
    say("六、下一步工作", "Heading 1")
    say("（由承办人填写下一步工作安排。）", "公文正文")
    # so that no page holds the day alone
    for line, style in (("", "公文正文"), ("{{ area_name }}", "落款")):
        say(line, style).paragraph_format.keep_with_next = True
    say("{{ built_on }}", "落款")


def _groups(name: str, unit: str) -> str:
    """“, of which … 3, … 2”, when there is anything to split."""
    return (
        f"{{% if {name} %}}，其中：{{% for group in {name} %}}{{{{ group.words }}}}{{{{ group.count }}}}{unit}"
        "{% if not loop.last %}，{% endif %}{% endfor %}{% endif %}"
    )


def _loop(document: Any, level: str, opening: str, text: str, closing: str) -> None:
    for line in (f"{{%{level} {opening} %}}", text, f"{{%{level} {closing} %}}"):
        document.add_paragraph(line, "公文正文")


def _begin_either(document: Any, name: str, sentence: str) -> None:
    """What follows stands only when there is something to list."""
    document.add_paragraph(f"{{%p if {name} %}}", "公文正文")
    document.add_paragraph(sentence, "公文正文").paragraph_format.keep_with_next = True


def _end_either(document: Any, sentence: str) -> None:
    """The sentence in its place when there is nothing."""
    for line in ("{%p else %}", sentence, "{%p endif %}"):
        document.add_paragraph(line, "公文正文")


def _table(
    document: Any, caption: str, loop: str, columns: list[tuple[str, str, float]], *, together: bool = False
) -> None:
    """A table whose second and fourth rows say what is repeated, and whose third is the row itself.

    `together`: it is short, and no page ends inside it.
    """
    document.add_paragraph(caption, "表题")
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for position, (head, tag, width) in enumerate(columns):
        for number, text in ((0, head), (2, tag)):
            cell = table.cell(number, position)
            cell.paragraphs[0].style = document.styles["表格文字"]
            if together:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
            cell.paragraphs[0].add_run(text).bold = number == 0
            if number == 0 or (position and width < SENTENCE):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        table.columns[position].width = Cm(width)
        for row in table.rows:
            row.cells[position].width = Cm(width)
    table.cell(1, 0).paragraphs[0].text = f"{{%tr for {loop} %}}"
    table.cell(3, 0).paragraphs[0].text = "{%tr endfor %}"
    margins = parse_xml(
        f'<w:tblCellMar {nsdecls("w")}><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
    )
    # Word insists on the schema's order
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    document.add_paragraph("", "表格文字")


def _chart(document: Any) -> None:
    """A paragraph with the chart, its part and the workbook inside it."""
    categories = ["甲", "乙"]
    inner = Part(
        PackURI("/word/embeddings/chart1.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        settled(chart.workbook(categories, SAMPLE)),
        document.part.package,
    )
    part = Part(PackURI("/word/charts/chart1.xml"), CONTENT_TYPE.DML_CHART, b"", document.part.package)
    part._blob = _chart_xml(part.relate_to(inner, chart.PACKAGE), categories)
    paragraph = document.add_paragraph(style="表题")
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    width, height = Cm(15.4), Cm(7.6)
    drawing = parse_xml(
        f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}>"
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        '<wp:docPr id="1" name="chart1" descr="各区域按期完成率"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{chart.C}">'
        f'<c:chart xmlns:c="{chart.C}" r:id="{document.part.relate_to(part, chart.CHART)}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    paragraph.add_run()._r.append(drawing)


def _chart_xml(inner: str, categories: list[str]) -> bytes:
    """Columns side by side, shares from 0 to 100 %, names below; `inner` is the key of the workbook."""
    series = "".join(_drawn(number, categories, one) for number, one in enumerate(SAMPLE))
    text = (
        '<c:txPr><a:bodyPr rot="0" vert="horz"/><a:p><a:pPr><a:defRPr sz="{size}"/></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{chart.C}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{chart.RELATED}"><c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart>'
        '<c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/>'
        f'<c:grouping val="clustered"/><c:varyColors val="0"/>{series}<c:gapWidth val="80"/>'
        '<c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{text.format(size=900)}<c:crossAx val="1002"/>'
        "</c:catAx>"
        '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/><c:max val="1.1"/><c:min val="0"/>'
        '</c:scaling><c:delete val="0"/><c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill>'
        '<a:srgbClr val="C3CAD4"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>'
        '<c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/>{text.format(size=900)}<c:crossAx val="1001"/><c:majorUnit val="0.2"/></c:valAx>'
        "</c:plotArea>"
        f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{text.format(size=1000)}</c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f'<c:externalData r:id="{inner}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _drawn(number: int, categories: list[str], series: chart.Series) -> str:
    """A series with its colour and labels; the order of the parts is the schema's."""
    element = chart.series_xml(number, categories, series)
    looks = (
        f'<x xmlns:c="{chart.C}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[number]}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="0%" sourceLinked="0"/><c:txPr><a:bodyPr/><a:p>'
        '<a:pPr><a:defRPr sz="700"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr><c:showLegendKey val="0"/>'
        '<c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
        "</c:dLbls></x>"
    )
    for place, look in enumerate(etree.fromstring(looks), 3):
        element.insert(place, look)
    return str(etree.tostring(element, encoding="unicode"))


if __name__ == "__main__":
    FILE.write_bytes(build())
