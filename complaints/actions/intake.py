"""Taking in complaints, reports, clues and enquiries: at a desk, from outside systems, from the public page."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.actions.again import content, sent_before
from complaints.actions.cleaning import cleaned, cleaned_texts
from complaints.actions.policy import Limits
from complaints.models import Attachment, Clock, Complainant, Complaint, ComplaintEvent, NumberSeries
from complaints.records import Intake, Picture
from complaints.rules import begin_outside, run_clocks
from grids.models import Bureau, Locality, Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed
from gridsup.states import check
from subjects.models import Premises

# Letters and figures that nobody confuses on paper or on the telephone: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
FOLLOW_LETTERS = "34679ACDEFGHJKMNPQRTWXY"
# With so many there are 78 thousand million codes for each number.
FOLLOW_LENGTH = 8
# Fewer say nothing that anybody could look into.
LEAST_TEXT = 4
# What people write where they mean to give no name.
NO_NAMES = {"匿名", "不详", "未知", "无名", "anonymous", "unknown", "n/a"}
LEAST_NAME = 2
# Rows a statement: SQLite bounds the number of its parameters.
BATCH = 500
# Of which the outside system keeps the record (Art. 40): the item comes with its number there.
NUMBERED = {Complaint.Channel.H12315, Complaint.Channel.H12345}


def register(
    *,
    bureau: str,
    kind: str,
    channel: str,
    text: str,
    now: datetime,
    by: Officer | None = None,
    name: str = "",
    phone: str = "",
    address: str = "",
    about: str = "",
    place_given: str = "",
    premises: Premises | None = None,
    locality: Locality | None = None,
    category: str = "",
    line: str = "",
    outside_number: str = "",
    outside_due_on: date | None = None,
    is_urgent: bool = False,
    pictures: Sequence[Picture] = (),
    client_id: UUID | None = None,
) -> Complaint:
    """Takes one in: numbered without gaps, its clock running, at the desk that took it in; `by` None: the public page.

    The same form again (`client_id`) gives the one that is stored, `received_at` its own; see `again.sent_before` for
    one that changed. A complaint without a real name and a telephone is taken in all the same (Art. 15), and waits to
    be completed or returned for it; only the public page, where the person can be asked at once, refuses it. Raises
    NotAllowed, AlreadyStored, WrongState, and BadInput with the field for what cannot be used, an outside number that
    is registered already among it.
    """
    given = Intake(
        kind=kind, channel=channel, text=text, now=now, by=by, name=name, phone=phone, address=address, about=about,
        place_given=place_given, premises=premises, locality=locality, category=category, line=line,
        outside_number=outside_number, outside_due_on=outside_due_on, is_urgent=is_urgent, pictures=pictures,
        client_id=client_id,
    )  # fmt: skip
    [intake] = cleaned(bureau, [given])
    stored = sent_before(bureau, intake)
    if stored is not None:
        return stored
    try:
        return register_many(bureau=bureau, intakes=[intake])[0]
    except IntegrityError:
        # somebody else's came between the look and the writing
        stored = sent_before(bureau, intake)
        if stored is not None:
            return stored
        _refuse_known(bureau, [intake])
        raise


def register_many(*, bureau: str, intakes: Sequence[Intake]) -> list[Complaint]:
    """The same for many at once, in the order of their numbers; all or none."""
    if not Bureau.objects.filter(code=bureau).exists():
        raise BadInput(_("There is no bureau %(code)s.") % {"code": bureau}, field="bureau")
    wanted = [_checked(bureau, intake) for intake in cleaned(bureau, intakes)]
    areas = [_desk_of(bureau, intake.by) for intake in wanted]
    _refuse_known(bureau, wanted)
    limits = Limits(bureau)
    with transaction.atomic():
        complaints = [
            _complaint(bureau, intake, area, number)
            for intake, area, number in zip(wanted, areas, _numbers(bureau, wanted), strict=True)
        ]
        Complaint.objects.bulk_create(complaints, batch_size=BATCH)
        pairs = list(zip(complaints, wanted, strict=True))
        Complainant.objects.bulk_create(
            [
                Complainant(complaint=complaint, name=intake.name, phone=intake.phone, address=intake.address)
                for complaint, intake in pairs
            ],
            batch_size=BATCH,
        )
        Clock.objects.bulk_create(
            [clock for complaint, intake in pairs for clock in _clocks(complaint, intake, limits)], batch_size=BATCH
        )
        ComplaintEvent.objects.bulk_create(
            [
                ComplaintEvent(complaint=complaint, what="state", new=complaint.state, by=intake.by, at=intake.now)
                for complaint, intake in pairs
            ],
            batch_size=BATCH,
        )
        for complaint, intake in pairs:
            _attach(complaint, intake.pictures)
    return complaints


def complete(
    *, complaint: Complaint, by: Officer, now: datetime, name: str = "", phone: str = "", address: str = ""
) -> Complainant:
    """Fills in who asked, where that was missing or wrong; only what is given changes.

    The history says that it was changed, not to what. Raises NotAllowed, and BadInput for what cannot be used.
    """
    check(by, Permission.TAKE_IN, complaint.area_code)
    given = cleaned_texts({"name": name, "phone": phone, "address": address})
    changed = {field: value for field, value in given.items() if value}
    if not changed:
        raise BadInput(_("This is needed."), field="name")
    with transaction.atomic():
        Complainant.objects.filter(complaint=complaint).update(**changed)
        ComplaintEvent.objects.create(
            complaint=complaint, what="complainant", new=", ".join(sorted(changed)), by=by, at=now
        )
    return Complainant.objects.get(complaint=complaint)


def suggested_area(complaint: Complaint) -> str:
    """Where it would be dispatched to: where its premises lies, else its place, else where it stands.

    Empty where none of these is below the bureau, which itself handles nothing that nobody gave it.
    """
    codes = (area_of(complaint.premises, complaint.locality), complaint.area_code)
    return next((code for code in codes if len(code) > 2), "")


def area_of(premises: Premises | None, locality: Locality | None) -> str:
    """The area in which a premises, else a place, lies; empty where neither is known."""
    place = premises or locality
    return place.area_code if place is not None else ""


def lacks_identity(complainant: Complainant | None) -> bool:
    """No real name or no telephone: a complaint cannot be accepted so (handbook §9); a report may be anonymous."""
    return complainant is None or not (_is_real(complainant.name) and complainant.phone)


def _is_real(name: str) -> bool:
    return len(name) >= LEAST_NAME and name.lower() not in NO_NAMES and not any(sign.isdigit() for sign in name)


def _checked(bureau: str, intake: Intake) -> Intake:
    """The intake, whose texts are cleaned, as it is stored; raises BadInput for what cannot be used."""
    if intake.kind not in Complaint.Kind.values:
        raise BadInput(_("There is no such kind."), field="kind")
    if intake.channel not in Complaint.Channel.values:
        raise BadInput(_("There is no such channel."), field="channel")
    if intake.by is None and intake.channel != Complaint.Channel.PUBLIC:
        raise NotAllowed(_("Without an account only the public page takes something in."))
    if len(intake.text) < LEAST_TEXT:
        raise BadInput(_("Say in at least %(least)s characters what happened.") % {"least": LEAST_TEXT}, field="text")
    if intake.channel in NUMBERED and not intake.outside_number:
        raise BadInput(_("Give the number that it has in the outside system."), field="outside_number")
    for field, row in (("premises", intake.premises), ("locality", intake.locality)):
        if row is not None and not row.area_code.startswith(bureau):
            raise BadInput(_("This lies in another bureau."), field=field)
    if intake.by is None and intake.kind == Complaint.Kind.COMPLAINT:
        _refuse_without_identity(intake)
    _refuse_outside_limit(intake)
    return intake


def _refuse_outside_limit(intake: Intake) -> None:
    """A limit that was over when the item came, or lies beyond the end of the next year, is a slip of the pen."""
    if intake.outside_due_on is None:
        return
    first = timezone.localdate(intake.now)
    last = first.replace(year=first.year + 1, month=12, day=31)
    if not first <= intake.outside_due_on <= last:
        raise BadInput(
            _("%(day)s cannot be its limit there: give a day from %(first)s, when it came in, to %(last)s.")
            % {"day": intake.outside_due_on, "first": first, "last": last},
            field="outside_due_on",
        )


def _refuse_without_identity(intake: Intake) -> None:
    """On the public page the person can be asked at once."""
    if not _is_real(intake.name):
        raise BadInput(
            _("A complaint needs your real name. To stay unnamed, make it a report of a breach."), field="name"
        )
    if not intake.phone:
        raise BadInput(_("A complaint needs a telephone number under which you can be reached."), field="phone")


def _desk_of(bureau: str, by: Officer | None) -> str:
    """The area of the desk that takes it in; it stays there until it is dispatched."""
    if by is None:
        return bureau
    desks = [code for code in by.area_codes(Permission.TAKE_IN) if code.startswith(bureau)]
    if not desks:
        raise NotAllowed(_("Your duties do not permit this here."))
    return min(desks, key=lambda code: (len(code), code))


def _refuse_known(bureau: str, intakes: Iterable[Intake]) -> None:
    """Raises BadInput for a number of an outside system that is registered already, naming where."""
    by_channel = defaultdict(list)
    for intake in intakes:
        if intake.outside_number:
            by_channel[intake.channel].append(intake.outside_number)
    for channel, numbers in by_channel.items():
        known = Complaint.objects.filter(channel=channel, outside_number__in=numbers).first()
        if known is None:
            continue
        facts = {"outside": known.outside_number, "channel": known.get_channel_display(), "number": known.number}
        if known.area_code.startswith(bureau):
            sentence = _("%(outside)s of “%(channel)s” is registered already: see %(number)s.")
        else:
            sentence = _("%(outside)s of “%(channel)s” is registered already, in another bureau.")
        raise BadInput(sentence % facts, field="outside_number")


def _numbers(bureau: str, intakes: Sequence[Intake]) -> Iterator[str]:
    """A number for each intake, in order, by the year in which it came in."""
    years = [timezone.localdate(intake.now).year for intake in intakes]
    nexts = {year: _take(bureau, year, years.count(year)) for year in sorted(set(years))}
    for year in years:
        yield f"{bureau}-{year}-{nexts[year]:06}"
        nexts[year] += 1


def _take(bureau: str, year: int, count: int) -> int:
    """The first of so many new numbers; the update holds the counter until the end of the transaction."""
    series = NumberSeries.objects.filter(bureau_id=bureau, year=year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.bulk_create([NumberSeries(bureau_id=bureau, year=year)], ignore_conflicts=True)
        series.update(last=F("last") + count)
    return series.get().last - count + 1


def _complaint(bureau: str, intake: Intake, area: str, number: str) -> Complaint:
    return Complaint(
        number=number,
        follow_code="".join(secrets.choice(FOLLOW_LETTERS) for _place in range(FOLLOW_LENGTH)),
        client_id=intake.client_id,
        content_sha256=content(bureau, intake),
        kind=intake.kind,
        channel=intake.channel,
        outside_number=intake.outside_number,
        area_code=area,
        premises=intake.premises,
        locality=intake.locality,
        about=intake.about,
        address=intake.place_given,
        category=intake.category,
        line=intake.line,
        text=intake.text,
        is_urgent=intake.is_urgent,
        received_at=intake.now,
        received_on=timezone.localdate(intake.now),
    )


def _clocks(complaint: Complaint, intake: Intake, limits: Limits) -> list[Clock]:
    """The clocks that begin with the receipt."""
    on = complaint.received_on
    clocks: list[Clock] = []
    run_clocks(complaint, "", clocks, on, limits)
    if intake.outside_due_on is not None:
        clocks.append(begin_outside(complaint, on, intake.outside_due_on))
    return clocks


def _attach(complaint: Complaint, pictures: Sequence[Picture]) -> None:
    """Keeps each picture once."""
    for picture in {picture.sha256: picture for picture in pictures}.values():
        file: Any = ContentFile(picture.content, name=f"{picture.sha256[:16]}.jpg")
        Attachment.objects.create(complaint=complaint, file=file, sha256=picture.sha256)
