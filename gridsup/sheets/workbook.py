"""Looking into an xlsx file before it is parsed: how long the sheet is, and which cells hold formulas.

The parser gives a formula's last result as if somebody had typed it, and lays a sheet out as a full rectangle in
memory; both have to be known beforehand.
"""

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from typing import NamedTuple
from xml.parsers import expat

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

CHUNK = 1 << 20  # bytes unpacked at a time
# 200,000 rows with long addresses unpack to some 300 MB; a file far above that is no ledger.
MOST_UNPACKED = 800_000_000
# Cells beyond column BZ; with it 200,000 rows fill half a gigabyte when they are laid out.
TOO_FAR_RIGHT = rb'r="(?:[C-Z][A-Z]|[A-Z]{3})[0-9]+"'
# What a compound file holds that is no old xls, a package that is no workbook → what it is ("": encrypted).
COMPOUNDS = {"EncryptedPackage": "", "WordDocument": "Word", "PowerPoint Document": "PowerPoint"}
# The record FilePass at the beginning of an old xls, perhaps after WriteProt; the parser knows no sentence for it.
LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
PACKAGES = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint"}
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


class Part(NamedTuple):
    """A sheet: its position among the sheets and its file inside the package."""

    position: int
    name: str


class Formula(NamedTuple):
    """What a cell calculates; `text` is empty where the sheet holds a result that says more."""

    text: str
    is_calculated: bool


@dataclass
class Extent:
    """First and last row that hold a value, and whether any cell holds a formula or an error value."""

    first: int = 0
    last: int = 0
    has_formulas: bool = False
    has_errors: bool = False


def encrypted() -> str:
    """What to do about a password."""
    return _("This file is protected by a password. Open it, save it without the password, then try again.")


def too_long(rows: int, most: int) -> str:
    """What to do about too many rows."""
    return _("The sheet has %(rows)d rows; at most %(most)d are read at once. Split it, for instance by station.") % {
        "rows": rows,
        "most": most,
    }


def damaged() -> str:
    """What to do about a package that does not open."""
    return _("This spreadsheet is damaged. Open it in a spreadsheet program, save it as .xlsx, then try again.")


def other_kind(kind: str) -> BadInput:
    """The refusal of a file that somebody took for a spreadsheet."""
    return BadInput(_("This is a %(kind)s file, not a spreadsheet. xlsx, xls and csv are read.") % {"kind": kind})


def refuse_other_compounds(path: Path) -> None:
    """Raises BadInput for a compound file that is no readable xls: encrypted, or of another program."""
    content = path.read_bytes()
    if LOCKED_XLS.search(content):
        raise BadInput(encrypted())
    for stream, kind in COMPOUNDS.items():
        if stream.encode("utf-16-le") in content:
            raise BadInput(encrypted()) if not kind else other_kind(kind)


def _refuse_other_packages(package: zipfile.ZipFile, names: set[str]) -> None:
    """Raises BadInput for a package that is no xlsx workbook, and says what it is."""
    for name, kind in PACKAGES.items():
        if name in names:
            raise other_kind(kind)
    opened = package.read("mimetype") if "mimetype" in names else b""
    if "xl/workbook.bin" in names or opened == OPEN_DOCUMENT:
        kind = "xlsb" if "xl/workbook.bin" in names else "ods"
        raise BadInput(
            _("This is a spreadsheet of a kind that is not read (%(kind)s). Open it and save it as .xlsx or as CSV.")
            % {"kind": kind}
        )
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        raise BadInput(
            _("This is a ZIP archive without a workbook. Unpack it, and choose the .xlsx or CSV file that was in it.")
        )


def first_sheet(path: Path) -> Part:
    """The first worksheet that is not hidden; raises BadInput when the package is no xlsx workbook."""
    with _package(path) as package:
        names = set(package.namelist())
        _refuse_other_packages(package, names)
        if sum(info.file_size for info in package.infolist()) > MOST_UNPACKED:
            raise BadInput(_("This file unpacks to more than %(most)d MB.") % {"most": MOST_UNPACKED // 1_000_000})
        targets = {
            tag["Id"]: normpath(join("xl", tag["Target"]) if tag["Target"][0] != "/" else tag["Target"][1:])
            for tag in _tags(package, "xl/_rels/workbook.xml.rels", "Relationship")
            if tag.get("Target")
        }
        if any(tag.get("date1904") in {"1", "true"} for tag in _tags(package, "xl/workbook.xml", "workbookPr")):
            raise BadInput(_("This workbook counts its days from 1904. Save the sheet as csv and import that."))
        for position, tag in enumerate(_tags(package, "xl/workbook.xml", "sheet")):
            reference = next((value for name, value in tag.items() if name.rpartition(":")[2] == "id"), "")
            name = targets.get(reference, "")
            if tag.get("state", "visible") == "visible" and name in names and "worksheets/" in name:
                return Part(position, name)
    raise BadInput(_("This workbook has no visible sheet."))


def extent(path: Path, part: Part, *, most_rows: int) -> Extent:
    """How far the sheet reaches; raises BadInput when it is longer than a header and `most_rows` rows, or too wide."""
    found = Extent()
    number = 0
    for chunk, prefix in _whole_rows(path, part):
        starts = [(row.start(), row[1]) for row in _row_tag(prefix).finditer(chunk)]
        ends = [*(start for start, _number in starts), len(chunk)][1:]
        for (start, stated), end in zip(starts, ends, strict=True):
            number = int(stated) if stated else number + 1
            # Rows that only carry a format count for nothing; looking is needed at both ends only.
            deep = number - found.first > most_rows
            if (not deep and found.first) or _holds_value(chunk, start, end, prefix):
                found.first = found.first or number
                found.last = number
        found.has_formulas = found.has_formulas or re.search(rb"<%bf[\s/>]" % prefix, chunk) is not None
        found.has_errors = found.has_errors or b't="e"' in chunk
        _refuse_width(chunk, prefix)
    if found.last - found.first > most_rows:
        raise BadInput(too_long(found.last - found.first, most_rows))
    return found


def formulas(path: Path, part: Part) -> dict[int, dict[int, Formula]]:
    """Row number → position (from 0) → the formula that the cell holds."""
    found: dict[int, dict[int, Formula]] = defaultdict(dict)
    shared: dict[bytes, bytes] = {}  # a formula that was filled down stands in its first cell alone
    for chunk, prefix in _whole_rows(path, part):
        cells = re.compile(
            rb'<%(p)bc\s[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*>\s*<%(p)bf(?=[\s/>])'
            rb"(?:(\s[^>]*?)?(?:/>|>([^<]*)</%(p)bf>)\s*(?:<%(p)bv(?:\s[^>]*)?>([^<]*)</%(p)bv>)?)?" % {b"p": prefix}
        )
        for cell in cells.finditer(chunk):
            family = re.search(rb'\bsi="(\w+)"', cell[3] or b"")
            text = cell[4] or (shared.get(family[1], b"") if family else b"")
            if family:
                shared.setdefault(family[1], text)
            # a program that does not calculate writes no result, or 0 for it
            found[int(cell[2])][_position(cell[1])] = Formula(
                text="" if cell[5] not in {None, b"", b"0"} else unescape(text.decode("utf-8", "replace")) or "…",
                # an empty result is a text
                is_calculated=bool(cell[5]) or b't="str"' in cell[0],
            )
    return dict(found)


def errors(path: Path, part: Part) -> dict[int, dict[int, str]]:
    """Row number → position (from 0) → error value (#N/A) of the cells that hold one; the parser shows them empty."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for chunk, prefix in _whole_rows(path, part):
        cells = re.compile(rb'<%bc\s([^>]*\bt="e"[^>]*)(?<!/)>(.*?)</%bc>' % (prefix, prefix), re.DOTALL)
        value = re.compile(rb"<%bv>([^<]*)<" % prefix)
        for cell in cells.finditer(chunk):
            place, said = re.search(rb'\br="([A-Z]+)([0-9]+)"', cell[1]), value.search(cell[2])
            if place:
                found[int(place[2])][_position(place[1])] = said[1].decode("utf-8", "replace") if said else "#N/A"
    return dict(found)


def _position(letters: bytes) -> int:
    position = 0
    for character in letters:
        position = position * 26 + character - ord("A") + 1
    return position - 1


@contextmanager
def _package(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, NotImplementedError, OSError) as error:
        raise BadInput(damaged()) from error


def _tags(package: zipfile.ZipFile, name: str, tag: str) -> list[dict[str, str]]:
    """The attributes of every such tag in a small part of the package."""
    found: list[dict[str, str]] = []

    def start(title: str, attributes: dict[str, str]) -> None:
        if title.rpartition(":")[2] == tag:
            found.append(attributes)

    def entity(*_declared: object) -> None:
        raise BadInput(_("This spreadsheet declares XML entities, which none does that a person made."))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(package.read(name), True)
    except expat.ExpatError as error:
        raise BadInput(damaged()) from error
    return found


def _whole_rows(path: Path, part: Part) -> Iterator[tuple[bytes, bytes]]:
    """The sheet's XML in pieces that end between two rows, each with the namespace prefix of its tags."""
    kept, prefix = b"", b""
    with _package(path) as package, package.open(part.name) as stream:
        while piece := stream.read(CHUNK):
            if not kept:
                root = re.search(rb"<(\w+:)?worksheet\b", piece)
                prefix = (root and root[1]) or b""
            kept += piece
            cut = kept.rfind(b"<%brow" % prefix)
            if cut > 0:
                yield kept[:cut], prefix
                kept = kept[cut:]
        yield kept, prefix


def _row_tag(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(rb'<%brow(?=[\s/>])(?:[^>]*?\sr="([0-9]+)")?' % prefix)


def _holds_value(chunk: bytes, start: int, end: int, prefix: bytes) -> bool:
    return chunk.find(b"<%bv>" % prefix, start, end) >= 0 or chunk.find(b"<%bis>" % prefix, start, end) >= 0


def _refuse_width(chunk: bytes, prefix: bytes) -> None:
    if re.search(TOO_FAR_RIGHT, chunk):
        cell = re.search(rb"<%bc\s[^>]*?%b[^/>]*>" % (prefix, TOO_FAR_RIGHT), chunk)
        if cell:
            place = re.search(TOO_FAR_RIGHT, cell[0])
            where = place[0].decode()[3:-1] if place else ""
            raise BadInput(
                _("The sheet has a value far to the right, in %(cell)s. Delete what stands beside the ledger.")
                % {"cell": where}
            )
