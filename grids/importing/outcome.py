"""What an import did or would do; kept as a file for as long as the file of people itself."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.core.serializers.json import DjangoJSONEncoder

from grids.importing.columns import DATES
from grids.importing.parsing import Person
from gridsup.sheets.faults import Fault


@dataclass(frozen=True)
class Line:
    """What becomes of one row."""

    what: str  # made, posted, changed, unchanged
    person: Person
    remarks: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What an import did, or with a dry run would do; rows: made + changed + unchanged + refused = read."""

    read: int = 0
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    posted: int = 0  # of them with a new post
    faults: list[Fault] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    at: datetime | None = None  # when it was entered; None for a dry run

    @property
    def refused(self) -> int:
        return len({fault.row for fault in self.faults})

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {
            "read": self.read, "made": self.made, "changed": self.changed, "unchanged": self.unchanged,
            "refused": self.refused, "posted": self.posted,
        }  # fmt: skip

    def write_to(self, path: Path) -> None:
        """Writes it down whole or not at all."""
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(asdict(self), cls=DjangoJSONEncoder), encoding="utf-8")
        draft.replace(path)

    @classmethod
    def read_from(cls, path: Path) -> "Outcome":
        """What was written down there."""
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            **{
                **told,
                "faults": [Fault(*fault) for fault in told["faults"]],
                "lines": [Line(one["what"], _person(one["person"]), tuple(one["remarks"])) for one in told["lines"]],
                "unread": tuple(told["unread"]),
                "cautions": tuple(told["cautions"]),
                "at": datetime.fromisoformat(told["at"]),
            }
        )


def _person(told: dict[str, str | int | None]) -> Person:
    days = {key: date.fromisoformat(str(told[key])) for key in DATES if told[key]}
    return Person(**{**told, **days})  # type: ignore[arg-type]
