"""Complaints (a consumer's dispute), reports, clues and enquiries, with their three workflows (handbook §6, §9)."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.querysets import ComplaintQuerySet, OfComplaintQuerySet, RatingQuerySet
from grids.models import Bureau, Locality
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move, Moves
from inspections.models import CaseReturn, InspectionTask
from subjects.models import Premises

# So long a receipt is shown: enough to write number and code down, too short for whoever uses the telephone next.
RECEIPT = timedelta(minutes=30)


class NumberSeries(models.Model):
    """The last number given in a bureau's year; numbers have no gaps, so it is taken under a lock."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, to_field="code", related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "year"], name="numberseries_once")]

    def __str__(self) -> str:
        return f"{self.bureau_id} {self.year}: {self.last}"


class Complaint(models.Model):
    """One complaint, report, clue or enquiry. `follow_code`: with the number it opens the public page of its course."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("complaint (a consumer's dispute)")
        REPORT = "report", _("report of a breach")
        CLUE = "clue", _("clue")
        ENQUIRY = "enquiry", _("enquiry")

    class Channel(models.TextChoices):
        H12315 = "12315", _("12315")
        H12345 = "12345", _("12345")
        PUBLIC = "public", _("public page")
        DESK = "desk", _("in person or by letter")
        PHONE = "phone", _("telephone")
        DAILY_CHECK = "daily_check", _("daily checks")
        MEDIA = "media", _("media")
        TRANSFER = "transfer", _("from another department")
        SUPERIOR = "superior", _("order from above")
        GRID = "grid", _("informants and supervisors of the grid")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", pgettext_lazy("of a complaint", "refused")
        RETURNED = "returned", _("returned to the sender")
        TRANSFERRED = "transferred", _("transferred to the competent department")
        LINKED = "linked", _("linked to an earlier one")
        DISPATCHED = "dispatched", _("dispatched")
        IN_HAND = "in_hand", _("in hand")
        VERIFYING = "verifying", _("being verified")
        ESCALATED = "escalated", _("reported up")
        SETTLED = "settled", _("settled")
        MEDIATION_ENDED = "mediation_ended", _("mediation ended")
        HANDLED = "handled", _("handled")
        NOT_UPHELD = "not_upheld", _("not upheld")
        HANDED_TO_CASE = "handed_to_case", _("handed to the case team")
        ANSWERED = "answered", _("answered")
        REVIEWED = "reviewed", _("reviewed")
        TOLD = "told", _("result told")
        CLOSED = "closed", pgettext_lazy("of a complaint", "closed")
        REOPENED = "reopened", _("reopened")

    class Refusal(models.TextChoices):
        """Grounds of Art. 16."""

        NOT_OURS = "not_ours", _("not a function of this bureau")
        ELSEWHERE = "elsewhere", _("a court, arbitration or another body has it already")
        NOT_CONSUMER = "not_consumer", _("not for daily consumption, or no proof of a dispute")
        TOO_OLD = "too_old", _("more than three years old")
        MATERIAL = "material", _("material missing or false")
        IDENTITY = "identity", _("impersonation, or identity not proved")
        OTHER = "other", pgettext_lazy("ground of refusal", "other ground by law")

    class Ending(models.TextChoices):
        """Grounds of Art. 23 on which mediation ends."""

        SETTLED = "settled", _("settled between the parties, or withdrawn")
        NO_SHOW = "no_show", _("a party did not come")
        NO_AGREEMENT = "no_agreement", _("no agreement is possible")
        NO_TEST = "no_test", _("no agreement on who pays a test")
        TIME_OVER = "time_over", _("the time for mediation is over")
        REFUSABLE = "refusable", _("a ground for refusal was found later")
        PARTY_GONE = "party_gone", _("a party died or ceased to be")
        OTHER = "other", pgettext_lazy("ground of ending", "other ground by law")

    # Whoever brought a complaint into one of these states handled it and may neither review nor close it.
    HANDLING: ClassVar = [
        State.IN_HAND, State.VERIFYING, State.ESCALATED, State.SETTLED, State.MEDIATION_ENDED, State.HANDLED,
        State.NOT_UPHELD, State.HANDED_TO_CASE, State.ANSWERED,
    ]  # fmt: skip

    number = models.CharField(_("number"), max_length=20, unique=True)  # 05-2026-000123
    follow_code = models.CharField(_("code for following it"), max_length=12)
    # one form, one complaint, however often it is sent; none where it came by another way
    client_id = models.UUIDField(_("form number"), null=True, blank=True, unique=True)
    # checksum of what the form said (`complaints.actions.again.content`): tells whether it says the same when it comes
    # again, whatever was completed or decided since
    content_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    outside_number = models.CharField(_("number in the outside system"), max_length=40, blank=True)
    area_code = models.CharField(_("area code"), max_length=6)
    premises = models.ForeignKey(
        Premises, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("premises")
    )
    locality = models.ForeignKey(
        Locality, models.PROTECT, to_field="code", null=True, blank=True, related_name="complaints",
        verbose_name=_("place"),
    )  # fmt: skip
    about = models.CharField(_("about whom"), max_length=200, blank=True, help_text=_("name as the person gave it"))
    address = models.CharField(_("address given"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    line = models.CharField(_("line of business"), max_length=40, blank=True)
    text = models.TextField(_("what happened"), max_length=5_000)
    is_urgent = models.BooleanField(_("is urgent"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(_("received at"))
    received_on = models.DateField(_("received on"))
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True, max_length=4_000)
    refusal = models.CharField(_("ground of refusal"), max_length=16, choices=Refusal, blank=True)
    ending = models.CharField(_("ground of ending"), max_length=16, choices=Ending, blank=True)
    linked_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeats", verbose_name=_("repeats")
    )
    task = models.ForeignKey(
        InspectionTask, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("task")
    )
    case = models.ForeignKey(
        CaseReturn, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("case")
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()
    is_named_in_trail = True

    class Meta:
        verbose_name = pgettext_lazy("a matter", "complaint")
        verbose_name_plural = _("complaints")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="complaint_area_length"),
            models.CheckConstraint(
                condition=Q(kind__in=["complaint", "report", "clue", "enquiry"]), name="complaint_kind"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "received", "accepted", "refused", "returned", "transferred", "linked", "dispatched", "in_hand",
                        "verifying", "escalated", "settled", "mediation_ended", "handled", "not_upheld",
                        "handed_to_case", "answered", "reviewed", "told", "closed", "reopened",
                    ]
                ),
                name="complaint_state",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on__isnull=True)),
                name="complaint_closed_iff_day",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(refusal=""), name="complaint_refused_has_ground"),
            models.CheckConstraint(
                condition=~Q(state="linked") | Q(linked_to__isnull=False), name="complaint_linked_has_other"
            ),
            models.CheckConstraint(condition=~Q(linked_to=F("pk")), name="complaint_not_linked_to_itself"),
            # 12315 is the system of record (Art. 40): its number comes in once
            models.UniqueConstraint(
                fields=["channel", "outside_number"], condition=~Q(outside_number=""), name="complaint_outside_once"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["area_code", "state", "received_on"], name="complaint_area"),
            models.Index(fields=["area_code", "received_on"], name="complaint_received"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaint", args=[self.pk])

    def tells_code(self, now: datetime) -> bool:
        """The form that made it still shows its code, to be handed over; nobody else of us ever sees it."""
        return now - self.received_at < RECEIPT


class ComplaintEvent(Event):
    """History of a complaint; also of what was told, revealed, paused, extended and explained.

    A time limit (`old`: its kind, `why`: its latest day) is told to each level (`new`: its area) once, however many
    runs of the job say so.
    """

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "old", "new", "why"], condition=Q(what="overdue"), name="complaint_told_once"
            )
        ]


class Complainant(models.Model):
    """Who asked: personal data, kept apart, shown masked; seeing it in full needs a reason that is kept."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="complainant")
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)

    objects = OfComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complainant")
        verbose_name_plural = _("complainants")

    def __str__(self) -> str:
        return str(self.complaint_id)


class Attachment(models.Model):
    """A picture handed in with a complaint, kept without what a phone hides in it."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="attachments")
    file = models.FileField(_("file"), upload_to="complaints/%Y/%m")
    sha256 = models.CharField(max_length=64)

    objects = OfComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["complaint", "sha256"], name="attachment_once")]

    def __str__(self) -> str:
        return str(self.file)

    @property
    def file_name(self) -> str:
        """What the file is called where it is handed out, without its ending."""
        return f"{self.complaint_id}-{self.pk}"


class Rating(models.Model):
    """How satisfied the person is with what was done: 1 to 5, once (handbook §6, feedback card)."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="rating")
    area_code = models.CharField(_("area code"), max_length=6)
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    given_at = models.DateTimeField(_("given at"))
    given_on = models.DateField(_("given on"))

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-given_at"]
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_one_to_five"),
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="rating_area_length"),
        ]
        indexes = [models.Index(fields=["area_code", "given_on"], name="rating_area")]

    def __str__(self) -> str:
        return str(self.score)


S, P = Complaint.State, Permission
_TO_THE_END = {
    (str(S.REVIEWED), str(S.TOLD)): Move(P.FOLLOW_UP, required=("why",)),  # why: how and what was told
    (str(S.TOLD), str(S.CLOSED)): Move(P.REVIEW_COMPLAINTS, required=("closed_on",)),
    (str(S.CLOSED), str(S.REOPENED)): Move(P.REVIEW_COMPLAINTS, required=("why",)),
    (str(S.REOPENED), str(S.DISPATCHED)): Move(P.DISPATCH, required=("area_code",)),
    (str(S.RETURNED), str(S.RECEIVED)): Move(P.TAKE_IN, required=("why",)),
    (str(S.DISPATCHED), str(S.RECEIVED)): Move(P.HANDLE, required=("why",)),
    (str(S.ESCALATED), str(S.DISPATCHED)): Move(P.DISPATCH, required=("area_code",)),
}
COMPLAINT_MOVES: Moves = {
    (str(S.RECEIVED), str(S.ACCEPTED)): Move(P.ACCEPT, required=("accepted_on",)),
    (str(S.RECEIVED), str(S.REFUSED)): Move(P.ACCEPT, required=("refusal", "why")),
    (str(S.RECEIVED), str(S.RETURNED)): Move(P.ACCEPT, required=("why",)),
    (str(S.ACCEPTED), str(S.DISPATCHED)): Move(P.DISPATCH, required=("area_code",)),
    (str(S.DISPATCHED), str(S.IN_HAND)): Move(P.HANDLE),
    (str(S.IN_HAND), str(S.SETTLED)): Move(P.HANDLE, required=("result",)),
    (str(S.IN_HAND), str(S.MEDIATION_ENDED)): Move(P.HANDLE, required=("ending", "result")),
    (str(S.IN_HAND), str(S.ESCALATED)): Move(P.HANDLE, required=("area_code", "why")),
    (str(S.ESCALATED), str(S.IN_HAND)): Move(P.HANDLE),
    (str(S.SETTLED), str(S.REVIEWED)): Move(P.REVIEW_COMPLAINTS),
    (str(S.SETTLED), str(S.IN_HAND)): Move(P.REVIEW_COMPLAINTS, required=("why",)),
    (str(S.MEDIATION_ENDED), str(S.REVIEWED)): Move(P.REVIEW_COMPLAINTS),
    (str(S.MEDIATION_ENDED), str(S.IN_HAND)): Move(P.REVIEW_COMPLAINTS, required=("why",)),
    **_TO_THE_END,
}
REPORT_MOVES: Moves = {
    (str(S.RECEIVED), str(S.DISPATCHED)): Move(P.DISPATCH, required=("area_code",)),
    (str(S.RECEIVED), str(S.RETURNED)): Move(P.ACCEPT, required=("why",)),
    (str(S.RECEIVED), str(S.TRANSFERRED)): Move(P.ACCEPT, required=("why",)),
    (str(S.RECEIVED), str(S.LINKED)): Move(P.ACCEPT, required=("linked_to",)),
    (str(S.DISPATCHED), str(S.VERIFYING)): Move(P.HANDLE),
    (str(S.VERIFYING), str(S.HANDLED)): Move(P.HANDLE, required=("result",)),
    (str(S.VERIFYING), str(S.NOT_UPHELD)): Move(P.HANDLE, required=("result",)),
    (str(S.VERIFYING), str(S.HANDED_TO_CASE)): Move(P.HANDLE, required=("result",)),
    (str(S.VERIFYING), str(S.ESCALATED)): Move(P.HANDLE, required=("area_code", "why")),
    (str(S.ESCALATED), str(S.VERIFYING)): Move(P.HANDLE),
    **{
        (str(done), str(after)): Move(P.REVIEW_COMPLAINTS, required=("why",) if after == S.VERIFYING else ())
        for done in (S.HANDLED, S.NOT_UPHELD, S.HANDED_TO_CASE)
        for after in (S.REVIEWED, S.VERIFYING)
    },
    **_TO_THE_END,
}
ENQUIRY_MOVES: Moves = {
    (str(S.RECEIVED), str(S.ANSWERED)): Move(P.ACCEPT, required=("result",)),
    (str(S.ANSWERED), str(S.CLOSED)): Move(P.REVIEW_COMPLAINTS, required=("closed_on",)),
    (str(S.CLOSED), str(S.REOPENED)): Move(P.REVIEW_COMPLAINTS, required=("why",)),
    (str(S.REOPENED), str(S.ANSWERED)): Move(P.ACCEPT, required=("result",)),
}
MOVES_OF: dict[str, Moves] = {
    str(Complaint.Kind.COMPLAINT): COMPLAINT_MOVES,
    str(Complaint.Kind.REPORT): REPORT_MOVES,
    str(Complaint.Kind.CLUE): REPORT_MOVES,
    str(Complaint.Kind.ENQUIRY): ENQUIRY_MOVES,
}
