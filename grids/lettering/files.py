"""Where the files of letters stand: written beside their place by one attempt at the job, then moved there."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from grids.lettering.writing import Draft, write
from grids.models import ResponsibilityLetter
from gridsup.errors import WrongState
from gridsup.models import Job

# Letters are compressed already; up to so many bytes of a bundle are held in memory.
MOST_IN_MEMORY = 5_000_000


def storage() -> Storage:
    """Where letters are kept."""
    return ResponsibilityLetter._meta.get_field("file").storage


def write_files(job: Job, drafts: Sequence[Draft]) -> None:
    """Writes the letters under names of this attempt alone; what other attempts left of them is removed."""
    for name, content in write(drafts).items():
        part = _part(job, name)
        part.parent.mkdir(parents=True, exist_ok=True)
        for left in part.parent.glob(f"{Path(name).name}.*.part"):
            left.unlink(missing_ok=True)
        part.write_bytes(content)


def keep_files(job: Job, drafts: Sequence[Draft]) -> None:
    """Moves the written letters to their places, each in one stroke."""
    for draft in drafts:
        part = _part(job, draft.file)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, storage().path(draft.file))


def opened(letter: ResponsibilityLetter) -> IO[bytes]:
    """The letter's file; raises WrongState, in words, where it is gone."""
    try:
        return storage().open(str(letter.file.name))
    except FileNotFoundError as error:
        raise WrongState(
            _("The file of letter %(number)s is not on the server any more.") % {"number": letter.number}
        ) from error


def bundle(letters: Iterable[ResponsibilityLetter]) -> IO[bytes]:
    """All letters in one zip; raises as `opened` does."""
    with ExitStack() as stack:
        target = stack.enter_context(SpooledTemporaryFile(MOST_IN_MEMORY))
        with ZipFile(target, "w", ZIP_STORED) as package:
            for letter in letters:
                with opened(letter) as content:
                    package.writestr(file_name(letter), content.read())
        target.seek(0)
        stack.pop_all()  # whoever sends it closes it
        return target


def file_name(letter: ResponsibilityLetter) -> str:
    """What the letter is called on a person's computer; `holder__officer` is read."""
    officer = "".join(character for character in str(letter.holder.officer) if character not in '/\\:*?"<>|')
    return _("%(year)s responsibility letter %(area)s %(officer)s") % {
        "year": letter.year, "area": letter.area_code, "officer": officer,
    } + f"-{letter.version}.docx"  # fmt: skip


def _part(job: Job, name: str) -> Path:
    return Path(f"{storage().path(name)}.{job.pk}-{job.attempts}.part")
