"""What the actions of the complaints are handed: one intake, one move."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from complaints.models import Complaint
from grids.models import Locality, Officer
from subjects.models import Premises

# By which somebody at a desk or in a grid takes things in; the public page has its own.
CHANNELS = [choice for choice in Complaint.Channel.choices if choice[0] != Complaint.Channel.PUBLIC]


class Picture(Protocol):
    """A proven picture, rewritten without what a phone hides in it: its bytes and their checksum."""

    @property
    def content(self) -> bytes: ...

    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Intake:
    """What somebody brought, by which channel, when and who took it in; `by` None means the public page.

    `name`, `phone` and `address` are the complainant's own, `about` and `place_given` those of whom it is about.
    """

    kind: str
    channel: str
    text: str
    now: datetime
    by: Officer | None = None
    name: str = ""
    phone: str = ""
    address: str = ""
    about: str = ""
    place_given: str = ""
    premises: Premises | None = None
    locality: Locality | None = None
    category: str = ""
    line: str = ""
    outside_number: str = ""
    outside_due_on: date | None = None
    is_urgent: bool = False
    pictures: Sequence[Picture] = ()
    client_id: UUID | None = None


@dataclass(frozen=True)
class MoveRecord:
    """One move of one complaint: where to, who made it and when, with the fields that it takes."""

    complaint: Complaint
    to: str
    by: Officer | None
    now: datetime
    why: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
