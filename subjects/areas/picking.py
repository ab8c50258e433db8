"""The rows behind one number of a change of areas, of those that the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from grids.models import Officer
from gridsup.holding import HeldRow
from gridsup.openwork import OpenWork, kinds
from gridsup.setwise import SetWise
from subjects.areas.outcome import LISTS, PREMISES, Outcome
from subjects.models import Ground, Premises


@dataclass(frozen=True)
class Picked:
    """`count`: all rows of the number; `rows`: those that the reader may see; `asked`: what, of, to, by."""

    asked: dict[str, str]
    count: int
    rows: SetWise[Any]
    kind: OpenWork | None

    @property
    def words(self) -> str | Promise:
        return self.kind.label if self.kind else LISTS[self.asked["what"]]

    @property
    def ground(self) -> str:
        """Why these premises go where they go, where the number is of one reason."""
        return str(Ground(self.asked["by"]).label) if "by" in self.asked else ""

    @property
    def stays(self) -> bool:
        return self.kind is not None and self.kind.stays

    def shown(self, rows: Iterable[Any]) -> list[HeldRow]:
        """Rows of a page as a list shows them."""
        return [self.kind.show(row) if self.kind else _premises(row) for row in rows]


def pick(outcome: Outcome, asked: dict[str, str], officer: Officer) -> Picked:
    """The rows of `Outcome.keys`; nothing asked means the premises that move."""
    asked = {"what": PREMISES, **asked}
    keys, kind = outcome.keys(**asked), kinds().get(asked["what"])
    rows: SetWise[Any] = kind.rows() if kind else Premises.objects.with_file()
    return Picked(asked, len(keys), rows.visible_to(officer).among(keys).order_by("pk"), kind)


def _premises(row: Premises) -> HeldRow:
    detail = f"{row.address} · {row.get_status_display()}"
    return HeldRow(row.subject.name, detail, row.area_code, row.get_absolute_url())
