"""A sheet that is text: csv with commas, tabs or semicolons."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

# Characters of three bytes in UTF-8; so many of them do not come about by chance.
FAR_EAST, ENOUGH = "\u0800", 4
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class TextFile:
    """A csv in UTF-8 with or without mark, in UTF-16 with mark (Excel's "Unicode text"), or in GB 18030."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Records with their numbers; a line break inside quotation marks does not count, as in a spreadsheet."""
        text = self._text()
        first = text.partition("\n")[0]
        delimiter = max(",\t;", key=first.count)
        csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 0
        try:
            for number, cells in enumerate(records, 1):
                yield number, cells
                line = records.line_num
        except csv.Error as error:
            raise BadInput(
                _("The quotation marks do not match from line %(line)d on: %(why)s.") % {"line": line + 1, "why": error}
            ) from error

    def release(self) -> None:
        """Nothing is kept between two readings."""

    def length(self) -> int:
        """Lines, of which a record may have several."""
        return self._text().count("\n") + 1

    def filled(self, *, enough: int) -> int:
        """Records that hold anything; counted one by one only where there are more than `enough` lines."""
        lines = self.length()
        return lines if lines <= enough else sum(1 for _number, cells in self.rows() if any(cells))

    def _text(self) -> str:
        content = self.path.read_bytes()
        encodings = ("utf-16",) if content.startswith(UTF_16_MARKS) else ("utf-8-sig", "gb18030")
        line = 0
        for encoding in encodings:
            try:
                text = content.decode(encoding)
                if "\0" not in text:
                    return text
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "ignore")
                line = max(line, before.count("\n") + 1)
                # A file that has been UTF-8 so far is no GB 18030, though its bytes may make some characters there.
                if sum(map(FAR_EAST.__le__, before)) >= ENOUGH:
                    break
        if line and (b"\0" not in content or encodings == ("utf-16",)):
            raise BadInput(
                _("The file is no valid text: line %(line)d has bytes that stand for no character. Save it anew.")
                % {"line": line}
            )
        raise BadInput(
            _(
                "This is no spreadsheet: neither xlsx nor xls, and no csv in UTF-8 or GB 18030. Open it in the program "
                "that made it, and save it as .xlsx or as CSV."
            )
        )
