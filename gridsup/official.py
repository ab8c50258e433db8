"""Page, type and spacing of official documents (GB/T 9704-2012), for the templates that are shipped."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor


def page(document: Any) -> None:
    """A4 with the margins of an official document and the number of the page below."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(footer, "— ", "宋体", 14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = _run(footer, "", "宋体", 14)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    _run(footer, " —", "宋体", 14)


def styles(document: Any) -> None:
    """Body in 仿宋 of size 3, headings in 黑体, the title in 小标宋 of size 2, lines of 28 points."""
    document.styles.element.find(f".//{qn('w:lang')}").set(qn("w:eastAsia"), "zh-CN")
    _style(document.styles["Normal"], "仿宋", 16)
    body = document.styles.add_style("公文正文", WD_STYLE_TYPE.PARAGRAPH)
    _style(body, "仿宋", 16, indent=True)
    _style(document.styles.add_style("公文标题", WD_STYLE_TYPE.PARAGRAPH), "方正小标宋简体", 22, centred=True, line=36)
    _style(document.styles.add_style("公文说明", WD_STYLE_TYPE.PARAGRAPH), "楷体", 16, centred=True)
    heading = document.styles["Heading 1"]
    _style(heading, "黑体", 16, indent=True)
    heading.font.bold = False
    heading.font.color.rgb = RGBColor(0, 0, 0)
    heading.paragraph_format.keep_with_next = True
    caption = document.styles.add_style("表题", WD_STYLE_TYPE.PARAGRAPH)
    _style(caption, "黑体", 12, centred=True, line=24)
    caption.paragraph_format.keep_with_next = True
    _style(document.styles.add_style("表格文字", WD_STYLE_TYPE.PARAGRAPH), "宋体", 10.5, line=16)
    ending = document.styles.add_style("落款", WD_STYLE_TYPE.PARAGRAPH)
    _style(ending, "仿宋", 16)
    ending.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _style(
    style: Any, font: str, size: float, *, indent: bool = False, centred: bool = False, line: float = 28
) -> None:
    style.font.name, style.font.size = "Times New Roman", Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    shape = style.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    if centred:
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        indented = style.element.get_or_add_pPr().get_or_add_ind()
        indented.set(qn("w:firstLineChars"), "200")
        indented.set(qn("w:firstLine"), str(int(size * 2 * 20)))


def _run(paragraph: Any, text: str, font: str, size: float) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), font
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run
