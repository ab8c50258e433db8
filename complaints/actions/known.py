"""What the rules of moves ask of the database, read for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from complaints.actions.intake import BATCH, lacks_identity
from complaints.actions.policy import Limits
from complaints.models import Complainant, Complaint, ComplaintEvent
from gridsup.schedule import area_codes


class Known:
    """What the rules ask of the database, for all complaints of a batch at once and only when it is asked."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self._keys = [complaint.pk for complaint in complaints]
        self._limits: dict[str, Limits] = {}

    def limits(self, bureau: str) -> Limits:
        """The time limits of a bureau."""
        if bureau not in self._limits:
            self._limits[bureau] = Limits(bureau)
        return self._limits[bureau]

    @cached_property
    def made(self) -> dict[int, dict[int, set[tuple[str, str]]]]:
        """Complaint → officer → the moves (old, new) that they made."""
        found: dict[int, dict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
        for event in self._events("state"):
            if event.by_id is not None:
                found[event.complaint_id][event.by_id].add((event.old, event.new))
        return found

    @cached_property
    def desks(self) -> dict[int, str]:
        """Complaint → the area that it left first: the desk that took it in."""
        found: dict[int, str] = {}
        for event in self._events("area"):
            found.setdefault(event.complaint_id, event.old)
        return found

    @cached_property
    def nameless(self) -> set[int]:
        """Complaints that nobody with a real name and a telephone stands behind."""
        rows = [
            row for batch in batches(self._keys) for row in Complainant.objects.filter(complaint__in=batch)
        ]  # fmt: skip
        return set(self._keys) - {row.complaint_id for row in rows if not lacks_identity(row)}

    @cached_property
    def areas(self) -> set[str]:
        """Codes of all bureaus, stations and grids in force."""
        return {code for length in (2, 4, 6) for code in area_codes(length)}

    def _events(self, what: str) -> Iterable[ComplaintEvent]:
        for batch in batches(self._keys):
            yield from ComplaintEvent.objects.filter(complaint__in=batch, what=what).order_by("pk")


def batches(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    """Keys in pieces that a statement takes."""
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
