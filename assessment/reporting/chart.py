"""A native Word chart: its numbers stand in the chart and in a small workbook inside, so that Word can edit it.

The template's first chart keeps its looks; names, areas and numbers are put in its place (ECMA-376, part 1, §21.2).
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from lxml import etree
from lxml.etree import _Element

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART, PACKAGE = f"{RELATED}/chart", f"{RELATED}/package"
SHEET = "Sheet1"
# The clock of what is made here; a real one would make each build another file.
THEN = datetime(2026, 1, 1)  # noqa: DTZ001
PERCENT = "0.00%"
# Columns beyond this stand so close that the numbers above them would run into each other.
MOST_LABELLED = 24


@dataclass(frozen=True)
class Series:
    """One colour of the chart: its name and a share for each category, None where there is nothing to show."""

    name: str
    shares: Sequence[Decimal | None]


def fill(document: Any, categories: Sequence[str], series: Sequence[Series]) -> bool:
    """Puts the numbers into the document's first chart; False when a clerk took the chart out."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype == CHART), None)
    if part is None:
        return False
    root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    groups = root.findall(f".//{{{C}}}ser/..")
    if not groups:
        return False
    drawn = groups[0].findall(f"{{{C}}}ser")
    place = groups[0].index(drawn[0])
    for old in drawn:
        groups[0].remove(old)
    for number, one in enumerate(series):
        # more series than the template draws: the last one's looks again
        new = deepcopy(drawn[min(number, len(drawn) - 1)])
        for labels in new.findall(f"{{{C}}}dLbls") if len(categories) * len(series) > MOST_LABELLED else ():
            new.remove(labels)
        _fill_series(new, number, categories, one)
        groups[0].insert(place + number, new)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    inner = next((rel.target_part for rel in part.rels.values() if rel.reltype == PACKAGE), None)
    if inner is not None:
        inner._blob = workbook(categories, series)
    return True


def workbook(categories: Sequence[str], series: Sequence[Series]) -> bytes:
    """The workbook that Word opens when somebody edits the chart's data."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": THEN})
    page, percent = book.add_worksheet(SHEET), book.add_format({"num_format": PERCENT})
    page.set_column(0, len(series), 18)
    for row, category in enumerate(categories, 1):
        page.write_string(row, 0, category)
    for column, one in enumerate(series, 1):
        page.write_string(0, column, one.name)
        for row, share in enumerate(one.shares, 1):
            if share is not None:
                page.write_number(row, column, float(share), percent)
    book.close()
    return target.getvalue()


def series_xml(number: int, categories: Sequence[str], series: Series) -> _Element:
    """A series with its references into the workbook and the same values at hand."""
    bare = etree.Element(f"{{{C}}}ser", nsmap={"c": C})
    for tag in ("idx", "order", "tx", "cat", "val"):
        etree.SubElement(bare, f"{{{C}}}{tag}")
    _fill_series(bare, number, categories, series)
    return bare


def _fill_series(element: _Element, number: int, categories: Sequence[str], series: Series) -> None:
    column, last = chr(ord("B") + number), len(categories) + 1
    for tag in ("idx", "order"):
        _child(element, tag).set("val", str(number))
    # labels and shapes of single points belong to the numbers that were there before
    for single in element.findall(f"{{{C}}}dPt"):
        element.remove(single)
    _replace(_child(element, "tx"), _strings(f"{SHEET}!${column}$1", [series.name]))
    _replace(_child(element, "cat"), _strings(f"{SHEET}!$A$2:$A${last}", categories))
    _replace(_child(element, "val"), _numbers(f"{SHEET}!${column}$2:${column}${last}", series.shares))


def _child(element: _Element, tag: str) -> _Element:
    found = element.find(f"{{{C}}}{tag}")
    return etree.SubElement(element, f"{{{C}}}{tag}") if found is None else found


def _replace(element: _Element, content: _Element) -> None:
    for old in list(element):
        element.remove(old)
    element.append(content)


def _strings(reference: str, texts: Sequence[str]) -> _Element:
    return _cached("strRef", "strCache", reference, list(texts), "")


def _numbers(reference: str, shares: Sequence[Decimal | None]) -> _Element:
    return _cached(
        "numRef", "numCache", reference, [None if share is None else str(share) for share in shares], PERCENT
    )


def _cached(kind: str, cache: str, reference: str, values: Sequence[str | None], form: str) -> _Element:
    """A reference with its values; a missing one is left out, which Word draws as a gap."""
    element = etree.Element(f"{{{C}}}{kind}")
    etree.SubElement(element, f"{{{C}}}f").text = reference
    held = etree.SubElement(element, f"{{{C}}}{cache}")
    if form:
        etree.SubElement(held, f"{{{C}}}formatCode").text = form
    etree.SubElement(held, f"{{{C}}}ptCount").set("val", str(len(values)))
    for index, value in enumerate(values):
        if value is not None:
            point = etree.SubElement(held, f"{{{C}}}pt")
            point.set("idx", str(index))
            etree.SubElement(point, f"{{{C}}}v").text = value
    return element
