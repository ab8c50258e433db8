"""What belongs to an account: its history, the certificates of the person, the invitation that opens it."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models.people import Officer
from grids.querysets import OfOfficerQuerySet
from gridsup.events import Event


class OfficerEvent(Event):
    """History of a person and the account: made, invited, renamed, certified, closed, opened again."""

    class What(models.TextChoices):
        MADE = "made", _("account made")
        INVITED = "invited", _("invited")
        REVOKED = "revoked", _("invitation taken back")
        JOINED = "joined", _("first password set by the person")
        RENAMED = "renamed", _("name changed")
        PHONE = "phone", _("phone changed")
        CERTIFICATE = "certificate", _("certificate recorded, valid to")
        WITHDRAWN = "withdrawn", _("certificate withdrawn, valid to")
        CLOSED = "closed", _("account closed, last day")
        REOPENED = "reopened", _("account opened again")
        PASSWORD = "password", _("password given")
        HANDED_OVER = "handed_over", _("open work handed over")
        HANDED_BACK = "handed_back", _("open work given back to its area")

    # What a certificate is about is shown to who may see the person, not the account alone.
    OF_THE_PERSON = (What.CERTIFICATE, What.WITHDRAWN, What.PHONE)

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="events")

    @property
    def words(self) -> str:
        """What happened, for people."""
        return str(dict(self.What.choices).get(self.what, self.what))

    def __str__(self) -> str:
        change = f"{self.old} → {self.new}" if self.old else self.new
        return f"{self.words}{_(': ')}{change}" if change else self.words


class Certificate(models.Model):
    """An enforcement certificate from day to day; `from_day` empty: its first day was never told, it counts always."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="certificates", verbose_name=_("officer"))
    number = models.CharField(_("number"), max_length=40)
    from_day = models.DateField(_("from"), null=True, blank=True)
    to_day = models.DateField(_("last day"))
    by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = OfOfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-to_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_day__isnull=True) | Q(to_day__gte=F("from_day")), name="certificate_days"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="certificate_has_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} → {self.to_day}"

    def holds_on(self, day: date) -> bool:
        """Valid on the day."""
        return (self.from_day is None or self.from_day <= day) and day <= self.to_day


class Invitation(models.Model):
    """A link that lets a person set the first password, once and within its time; only the hash of its key is kept."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="invitations", verbose_name=_("officer"))
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    expires = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))

    objects = OfOfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires__gt=F("made_at")), name="invitation_expires_later"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_used_or_revoked"
            ),
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} → {self.expires:%Y-%m-%d %H:%M}"

    def is_open(self, now: datetime) -> bool:
        """Neither used nor taken back, and its time is not over."""
        return self.used_at is None and self.revoked_at is None and now < self.expires
