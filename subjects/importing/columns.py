"""The columns of a ledger file: Chinese or English header, any order (design §5)."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

# Key → Chinese header, in the order of the contract.
COLUMNS = {
    "uscc": "统一社会信用代码",
    "legacy_no": "注册号",
    "name": "名称",
    "kind": "类型",
    "trade": "行业代码",
    "address": "地址",
    "lon": "经度",
    "lat": "纬度",
    "registered_on": "成立日期",
    "grid_code": "网格编码",
    "tier": "风险等级",
    "credit": "信用等级",
    "permit_no": "许可证号",
    "permit_valid_to": "许可有效期",
    "status": "状态",
}
# Something must tell one subject from another: a number, or for the unlicensed the place beside the name.
IDENTIFYING = ("uscc", "legacy_no", "address")
# A title and remarks may stand above the header, but not a page of them.
HEADER_WITHIN = 10
MOST_ABOVE = 50  # rows looked at, empty ones included


@dataclass(frozen=True)
class Header:
    """Where each known column stands (from 0), as the sheet writes it, and what the sheet has besides."""

    row: int
    cells: tuple[str, ...]
    positions: dict[str, int]
    unread: tuple[str, ...]

    def title(self, key: str) -> str:
        """The column as the sheet calls it, with its letter; as the contract calls it where the sheet has it not."""
        position = self.positions.get(key)
        if position is None:
            return COLUMNS.get(key, "")
        return f"{letter(position)} {self.cells[position]}"


def letter(position: int) -> str:
    """A column's letters in a spreadsheet: 0 → A, 26 → AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def find_header(rows: Iterable[tuple[int, Sequence[object]]]) -> Header:
    """The first row that names a known column; raises BadInput for none, one twice, or a needed one missing."""
    looked_at = 0
    for number, cells in rows:
        texts = tuple(cell.strip() if isinstance(cell, str) else "" for cell in cells)
        if not any(texts):
            continue
        known = [(position, KEYS[plain(text)]) for position, text in enumerate(texts) if plain(text) in KEYS]
        if "name" in (key for _position, key in known) or len(known) > 1:
            return _checked(number, texts, known)
        looked_at += 1
        if looked_at == HEADER_WITHIN:
            break
    if not looked_at:
        raise BadInput(_("The sheet is empty."))
    raise BadInput(
        _("No header row was found in the first %(rows)d rows. It has columns like %(columns)s.")
        % {"rows": looked_at, "columns": "、".join(COLUMNS.values())}
    )


def plain(text: str) -> str:
    """A header without spaces, case, width, stars and joints."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in narrow if character.isalnum())


KEYS = {plain(text): key for key, chinese in COLUMNS.items() for text in (key, chinese)}


def _checked(number: int, texts: tuple[str, ...], known: list[tuple[int, str]]) -> Header:
    positions: dict[str, int] = {}
    for position, key in known:
        if key in positions:
            raise BadInput(
                _("Row %(row)d has the column “%(column)s” twice, in %(first)s and %(second)s. Remove one.")
                % {
                    "row": number,
                    "column": COLUMNS[key],
                    "first": letter(positions[key]),
                    "second": letter(position),
                }
            )
        positions[key] = position
    if "name" not in positions:
        raise BadInput(_("Row %(row)d has no column “%(column)s” (name).") % {"row": number, "column": COLUMNS["name"]})
    if not any(key in positions for key in IDENTIFYING):
        raise BadInput(
            _("Row %(row)d has none of the columns “%(columns)s”: subjects cannot be told apart.")
            % {"row": number, "columns": "、".join(COLUMNS[key] for key in IDENTIFYING)}
        )
    if ("lon" in positions) != ("lat" in positions):
        raise BadInput(_("Row %(row)d has one of longitude and latitude without the other.") % {"row": number})
    taken = set(positions.values())
    unread = tuple(text for position, text in enumerate(texts) if text and position not in taken)
    return Header(number, texts, positions, unread)
