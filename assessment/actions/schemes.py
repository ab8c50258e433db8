"""Writes to the schemes of assessment."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assessment import schemes
from assessment.models import Scheme, SchemeEvent, SchemeLine, Scorecard
from grids.models import Bureau, Officer
from grids.permissions import Permission
from gridsup.errors import BadInput
from gridsup.periods import Period
from gridsup.states import check
from gridsup.workdays import ONE_DAY


def load_scheme(*, bureau: str, name: str = "B1", on: date, now: datetime, by: Officer | None = None) -> Scheme:
    """Makes a shipped scheme the bureau's from day `on`; the one in force stays as it is where it says the same.

    The one in force until then ends the day before; one that begins later keeps its first day. Raises NotAllowed, and
    BadInput for an unknown scheme or bureau, and for a day that a published score already looks back on.
    """
    preset = schemes.read(name)
    if not Bureau.objects.filter(code=bureau).exists():
        raise BadInput(_("There is no bureau %(code)s.") % {"code": bureau}, field="bureau")
    check(by, Permission.EDIT_SCHEME, bureau)
    with transaction.atomic():
        list(Bureau.objects.select_for_update().filter(code=bureau))  # two loads at once: one after the other
        former = Scheme.objects.in_force(bureau, on).first()
        if former is not None and says(former) == (preset.scheme, list(preset.lines)):
            return former
        later = Scheme.objects.filter(bureau_id=bureau, from_day__gt=on).order_by("from_day").first()
        last = later.from_day - ONE_DAY if later else None
        _refuse_what_is_in_use(bureau, former, on, last)
        if former is not None:
            Scheme.objects.filter(pk=former.pk).update(to_day=on - ONE_DAY)
        scheme = Scheme.objects.create(bureau_id=bureau, from_day=on, to_day=last, **preset.scheme)
        SchemeLine.objects.bulk_create(SchemeLine(scheme=scheme, **line) for line in preset.lines)
        old = former.preset if former else ""
        SchemeEvent.objects.create(
            scheme=scheme, what="scheme", old=old, new=preset.name, by=by, at=now, why=preset.scheme["source"]
        )
    return scheme


def says(scheme: Scheme) -> tuple[dict[str, object], list[dict[str, object]]]:
    """What a stored scheme says, in the form of a preset."""
    own = {name: getattr(scheme, name) for name in ("preset", "name", "excellent_from", "qualified_from", "source")}
    columns = ("indicator", "weight", "target_percent", "position")
    return own, [{name: getattr(line, name) for name in columns} for line in scheme.lines.order_by("position")]


def _refuse_what_is_in_use(bureau: str, former: Scheme | None, on: date, last: date | None) -> None:
    """Published scores stay explained by the scheme that was in force at the end of their period."""
    if former is not None and former.from_day >= on:
        raise BadInput(
            _("Another scheme begins on %(day)s itself. Choose a later day.") % {"day": on.isoformat()}, field="on"
        )
    published = Scorecard.objects.in_area(bureau).filter(~Q(state=Scorecard.State.COMPUTED))
    scored = [Period.parse(text) for text in published.order_by().values_list("period", flat=True).distinct()]
    ends = [period.last for period in scored if on <= period.last and (last is None or period.last <= last)]
    if ends:
        raise BadInput(
            _("Scores up to %(day)s are published under the scheme in force. Choose a later day.")
            % {"day": max(ends).isoformat()},
            field="on",
        )
