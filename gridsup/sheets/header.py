"""The header of a sheet: Chinese or English titles, any order, perhaps below a title and remarks."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

# A title and remarks may stand above the header, but not a page of them.
HEADER_WITHIN = 10
MOST_ABOVE = 50  # rows looked at, empty ones included


@dataclass(frozen=True)
class Columns:
    """What a kind of sheet knows: key → Chinese title in order, further titles by which a column goes, and `check`,
    which takes the header's row and the keys that are there, and raises BadInput for a needed one that is missing.

    One of the columns is `name`.
    """

    titles: Mapping[str, str]
    check: Callable[[int, Mapping[str, int]], None] = lambda _row, _positions: None
    others: Mapping[str, str] = field(default_factory=dict)  # further title → key

    @property
    def keys(self) -> dict[str, str]:
        """Plain title → key."""
        own = {plain(text): key for key, chinese in self.titles.items() for text in (key, chinese)}
        return {plain(text): key for text, key in self.others.items()} | own


@dataclass(frozen=True)
class Header:
    """Where each known column stands (from 0), as the sheet writes it, and what the sheet has besides."""

    row: int
    cells: tuple[str, ...]
    positions: dict[str, int]
    unread: tuple[str, ...]
    titles: Mapping[str, str]

    def title(self, key: str) -> str:
        """The column as the sheet calls it, with its letter; as its kind calls it where the sheet has it not."""
        position = self.positions.get(key)
        if position is None:
            return self.titles.get(key, "")
        return f"{letter(position)} {self.cells[position]}"


def letter(position: int) -> str:
    """A column's letters in a spreadsheet: 0 → A, 26 → AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def find_header(rows: Iterable[tuple[int, Sequence[object]]], columns: Columns, advice: str = "") -> Header:
    """The first row that names a known column; raises BadInput for none (with the advice), one twice, or a needed one
    missing.
    """
    looked_at, keys = 0, columns.keys
    for number, cells in rows:
        texts = tuple(cell.strip() if isinstance(cell, str) else "" for cell in cells)
        if not any(texts):
            continue
        known = [(position, keys[plain(text)]) for position, text in enumerate(texts) if plain(text) in keys]
        if "name" in (key for _position, key in known) or len(known) > 1:
            return _checked(number, texts, known, columns)
        looked_at += 1
        if looked_at == HEADER_WITHIN:
            break
    if not looked_at:
        raise BadInput(_("The sheet is empty. Write a header into its first row, and the list below it."))
    said = _("No header row was found in the first %(rows)d rows. It has columns like %(columns)s.") % {
        "rows": looked_at,
        "columns": "、".join(columns.titles.values()),
    }
    raise BadInput(f"{said} {advice}".strip())


def plain(text: str) -> str:
    """A header without spaces, case, width, stars and joints."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in narrow if character.isalnum())


def _checked(number: int, texts: tuple[str, ...], known: list[tuple[int, str]], columns: Columns) -> Header:
    positions: dict[str, int] = {}
    for position, key in known:
        if key in positions:
            raise BadInput(
                _("Row %(row)d has the column “%(column)s” twice, in %(first)s and %(second)s. Remove one.")
                % {
                    "row": number,
                    "column": columns.titles[key],
                    "first": letter(positions[key]),
                    "second": letter(position),
                }
            )
        positions[key] = position
    columns.check(number, positions)
    taken = set(positions.values())
    unread = tuple(text for position, text in enumerate(texts) if text and position not in taken)
    return Header(number, texts, positions, unread, columns.titles)


def missing(row: int, columns: Mapping[str, str], key: str) -> BadInput:
    """The refusal of a header without a needed column."""
    return BadInput(
        _("Row %(row)d has no column “%(column)s” (%(key)s).") % {"row": row, "column": columns[key], "key": key}
    )
