"""Where the files of a report are made, and where they stand when they are whole.

A file is written under a name of this attempt alone, outside of any transaction, and moved to its place by the step
that keeps it. So a worker that was killed, or that lost the job to another, leaves nothing half-written behind.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from assessment.models import Report
from gridsup.errors import DomainError
from gridsup.models import Job
from gridsup.periods import Period

FOLDER = "reports"
SHEET, TEXT = "sheet", "text"
ENDINGS = {SHEET: "xlsx", TEXT: "docx"}


class RowsGone(DomainError):
    """What was gathered by earlier steps is not there any more, by another machine's disk or a hand that tidied up."""

    code = "rows_gone"


@dataclass(frozen=True)
class Desk:
    """The folder in which one report is made, and the attempt that writes there."""

    report: Report
    attempt: str

    @classmethod
    def of(cls, report: Report, job: Job) -> "Desk":
        """The desk of this attempt of the job."""
        return cls(report, f"{job.pk}-{job.attempts}")

    @property
    def folder(self) -> Path:
        return workshop() / str(self.report.pk)

    def part(self, name: str) -> Path:
        """Where this attempt writes the file; what other attempts left of it is removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        mine = self.folder / f"{name}.{self.attempt}.part"
        for left in self.folder.glob(f"{name}.*.part"):
            if left != mine:
                left.unlink(missing_ok=True)
        return mine

    def keep(self, name: str) -> None:
        """Moves a written part to its name in the folder."""
        _settle(self.part(name), self.folder / name)

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Writes a small file as JSON."""
        self.part(name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def read(self, name: str) -> Any:
        """A small file that an earlier step kept."""
        return json.loads(self._kept(name).read_text(encoding="utf-8"))

    def lines(self, name: str) -> Iterator[Any]:
        """The rows that an earlier step kept, one at a time."""
        with self._kept(name).open(encoding="utf-8") as rows:
            yield from map(json.loads, rows)

    def publish(self, kind: str) -> str:
        """Moves a written part to where it is downloaded from; returns the name for the row."""
        name = name_of(self.report, kind)
        _settle(self.part(kind), Path(storage().path(name)))
        return name

    def clear(self) -> None:
        """Removes the folder with all that was gathered."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kept(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            raise RowsGone(_("The rows gathered for this report are gone. Ask for the report again."))
        return path


def storage() -> Storage:
    """Where reports are kept."""
    return Report._meta.get_field("sheet").storage


def workshop() -> Path:
    """The folder of all reports that are being made."""
    return Path(storage().path(f"{FOLDER}/work"))


def name_of(report: Report, kind: str) -> str:
    """The one name of a report's file, whichever attempt wrote it."""
    year = Period.parse(report.period).first.year
    return f"{FOLDER}/{year}/{report.area_code}-{report.period}-v{report.version}.{ENDINGS[kind]}"


def clear_abandoned() -> None:
    """Removes the folders of reports that nobody is making: their job failed, or is done."""
    if not workshop().exists():
        return
    making = set(Report.objects.filter(job__state__in=Job.ACTIVE).values_list("pk", flat=True))
    for folder in workshop().iterdir():
        if not (folder.name.isdigit() and int(folder.name) in making):
            shutil.rmtree(folder, ignore_errors=True)


def _settle(part: Path, place: Path) -> None:
    """Moves a written file to its place in one stroke; after a power cut it is there whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    os.replace(part, place)
