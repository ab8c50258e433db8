"""A file between its preview and its import: kept on disk for a day, for the person alone who handed it in."""

import json
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from grids.models import Officer
from gridsup.errors import BadInput
from gridsup.images import LARGEST, MEGABYTE

# Long enough for a lunch and a question, short enough for a file of names and telephone numbers.
KEPT = timedelta(days=1)
KEY_BYTES = 24


@dataclass(frozen=True)
class Kept:
    """A file that was handed in: where it lies, what it was called, and for which bureau."""

    key: str
    path: Path
    name: str
    bureau: str

    @property
    def record(self) -> Path:
        """Where it is written down what its import did."""
        return self.path.with_name("done.json")

    @property
    def rejects(self) -> Path:
        """Where its import put the refused rows."""
        return self.path.with_name("rejects.csv")


def folder() -> Path:
    """Where such files lie; nothing below it has an address."""
    return Path(settings.MEDIA_ROOT) / "people-imports"


def keep(*, upload: Any, bureau: str, by: Officer, now: datetime) -> Kept:
    """Stores an upload; raises BadInput for one that is too large. Older ones of everybody are thrown away."""
    if upload.size > LARGEST:
        raise BadInput(
            _("The file has more than %(most)d MB. A list of people is much smaller: look at what else is in it.")
            % {"most": LARGEST // MEGABYTE},
            field="file",
        )
    forget_old(now=now)
    key = secrets.token_urlsafe(KEY_BYTES)
    place = folder() / key
    place.mkdir(mode=0o700, parents=True)
    with (place / "file").open("wb") as stored:
        for chunk in upload.chunks():
            stored.write(chunk)
    name = Path(upload.name or "").name[:100]
    about = {"name": name, "bureau": bureau, "by": by.pk, "at": now.isoformat()}
    (place / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return Kept(key, place / "file", name, bureau)


def find(*, key: str, by: Officer, now: datetime) -> Kept | None:
    """The file of a key, for the person who handed it in, while it is kept."""
    place = folder() / key
    if place.parent != folder() or not (place / "about.json").is_file():
        return None
    about = json.loads((place / "about.json").read_text(encoding="utf-8"))
    if about["by"] != by.pk or datetime.fromisoformat(about["at"]) + KEPT < now:
        return None
    return Kept(key, place / "file", about["name"], about["bureau"])


def forget_old(*, now: datetime) -> None:
    """Throws away what was kept long enough."""
    for about in folder().glob("*/about.json"):
        at = json.loads(about.read_text(encoding="utf-8"))["at"]
        if datetime.fromisoformat(at) + KEPT < now:
            shutil.rmtree(about.parent, ignore_errors=True)
