"""The trail as a file: csv as it is read, xlsx row by row; both name the end of each chain."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from gridsup.audit.asking import kinds
from gridsup.audit.chain import end_of
from gridsup.audit.models import AuditEntry, AuditQuerySet
from gridsup.audit.wording import done_words
from gridsup.workbook import Workbook

# Entries read at once.
CHUNK = 2_000
# What a spreadsheet still opens well; more goes out as csv.
MOST_XLSX = 200_000
# A cell that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTHS = [12, 20, 16, 16, 24, 10, 8, 16, 20, 12, 40, 10, 40, 30, 66]


def headings() -> list[str]:
    """The columns, in words."""
    return [
        _("entry"), _("at"), _("user name"), _("action"), _("step"), pgettext("audit", "Outcome"), _("HTTP status"),
        _("address"), _("kind of row"), _("key of the row"), _("name of the row"), _("area code"), _("reason"),
        _("route"), _("hash"),
    ]  # fmt: skip


class Words:
    """Entries as rows of text, in the language of the moment: a file is sent when the language of its page is over."""

    def __init__(self) -> None:
        self.language = get_language()
        self.actions = {value: str(label) for value, label in AuditEntry.Action.choices}
        self.outcomes = {value: str(label) for value, label in AuditEntry.Outcome.choices}
        self.kinds = dict(kinds())

    def cells(self, entry: AuditEntry) -> list[str]:
        """An entry as a row of text."""
        with override(self.language):
            done = done_words(entry.model, entry.step, entry.route)
        return [
            entry.label, timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"), entry.username,
            self.actions[entry.action], done or entry.step,
            self.outcomes[entry.outcome], str(entry.status or ""), entry.address,
            self.kinds.get(entry.model, entry.model), entry.row, entry.named, entry.area_code, entry.why,
            " ".join(filter(None, (entry.method, entry.route, entry.step))), entry.hash,
        ]  # fmt: skip


def ends(bureaus: Iterable[str]) -> list[str]:
    """What proves later that nothing was cut off: number and hash of the last entry of each chain, now."""
    found = [(bureau, *end_of(bureau)) for bureau in bureaus]
    return [
        _("The chain of %(bureau)s ends with entry %(number)s, hash %(hash)s.")
        % {"bureau": bureau or "0", "number": number, "hash": hash_}
        for bureau, number, hash_ in found
        if number
    ]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(entries: AuditQuerySet, closing: list[str]) -> Iterator[str]:
    """Lines of a csv that a spreadsheet opens well, read from the database as they are sent."""
    return _lines(entries, closing, headings(), Words())


def _lines(entries: AuditQuerySet, closing: list[str], heads: list[str], words: Words) -> Iterator[str]:
    lines = csv.writer(_Echo())
    yield "\ufeff" + lines.writerow(heads)
    for entry in entries.iterator(chunk_size=CHUNK):
        yield lines.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in words.cells(entry)])
    for sentence in closing:
        yield lines.writerow([sentence])


def as_xlsx(entries: AuditQuerySet, closing: list[str]) -> IO[bytes]:
    """A workbook of at most MOST_XLSX entries, written row by row; an open file that is gone when it is closed."""
    words = Words()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trail.xlsx"
        book: Any = Workbook(path)
        page = book.sheet(_("Audit trail"), WIDTHS)
        book.put(page, 0, headings(), book.head)
        row = 0
        for row, entry in enumerate(entries[:MOST_XLSX].iterator(chunk_size=CHUNK), start=1):
            book.put(page, row, words.cells(entry))
        for further, sentence in enumerate(closing, start=row + 2):
            book.put(page, further, [sentence])
        page.freeze_panes(1, 0)
        book.file.close()
        return path.open("rb")
