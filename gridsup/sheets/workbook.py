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
ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")


class Part(NamedTuple):
    """A sheet: its position among the sheets and its file inside the package."""

    position: int
    name: str


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


def refuse_encrypted(path: Path) -> None:
    """Raises BadInput for an encrypted package; it is a compound file, as an old xls is."""
    if ENCRYPTED_NAME in path.read_bytes():
        raise BadInput(encrypted())


def first_sheet(path: Path) -> Part:
    """The first worksheet that is not hidden; raises BadInput when the package is no xlsx workbook."""
    with _package(path) as package:
        names = set(package.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            raise BadInput(_("This is no xlsx spreadsheet. Save it as .xlsx, then try again."))
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


def formulas(path: Path, part: Part) -> dict[int, tuple[int, ...]]:
    """Row number → positions (from 0) of the cells that hold a formula."""
    found: dict[int, list[int]] = defaultdict(list)
    for chunk, prefix in _whole_rows(path, part):
        pattern = re.compile(rb'<%bc\s[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*>\s*<%bf[\s/>]' % (prefix, prefix))
        for cell in pattern.finditer(chunk):
            found[int(cell[2])].append(_position(cell[1]))
    return {row: tuple(positions) for row, positions in found.items()}


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
