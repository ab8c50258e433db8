"""The rows of the audit trail; a chain for each bureau, and the seals that keep it checkable when old rows go."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridsup.scoping import HoldsAreas, ScopedQuerySet

REFUSAL = "The audit trail is append-only: nothing in it is changed or deleted."


class AuditQuerySet(ScopedQuerySet["AuditEntry"]):
    """Entries; seen by the auditor of the bureau, those that belong to no bureau by every auditor."""

    view_permission = "view_audit"

    def visible_to(self, officer: HoldsAreas) -> "AuditQuerySet":
        """Entries of the bureaus whose trail the person may read, and those of none; nothing without such a duty."""
        bureaus = [code for code in officer.area_codes(self.view_permission) if len(code) == 2]
        return self.filter(bureau__in=[*bureaus, ""]) if bureaus else self.none()

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(REFUSAL)

    def delete(self) -> NoReturn:
        raise TypeError(REFUSAL)


class AppendOnlyRow(models.Model):
    """A row that is written once; the database refuses the rest too (gridsup.audit.guard)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(REFUSAL)


class AuditEntry(AppendOnlyRow):
    """One thing that somebody did or saw; never what was typed, but for the reason of it.

    `step` is the name in the code of what was done with the row; `named` is what the row was called then, where that
    says nothing of business (gridsup.audit.rows).
    No foreign key: an entry outlives what it speaks of. `hash` covers all other fields and, by `former`, the entry
    before it in the chain of its bureau; `number` counts the chain without a gap (gridsup.audit.chain).
    """

    class Action(models.TextChoices):
        LOG_IN = "log_in", _("logged in")
        LOG_IN_FAILED = "log_in_failed", _("login failed")
        LOCKED_OUT = "locked_out", _("locked out")
        LOG_OUT = "log_out", _("logged out")
        UNLOCKED = "unlocked", _("lock lifted")
        SESSION_ENDED = "session_ended", _("sessions ended")
        PASSWORD = "password", _("password changed or given")
        TOKEN_MADE = "token_made", _("API token made")
        TOKEN_REVOKED = "token_revoked", _("API token revoked")
        VIEW = "view", _("looked at")
        REVEAL = "reveal", _("revealed personal data")
        EXPORT = "export", _("took out a file")
        CHANGE = "change", _("changed")
        TRIAL = "trial", _("looked at what would happen")
        CHECK = "check", _("trail checked")
        PRUNE = "prune", _("old entries removed")

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        ANSWERED = "answered", _("answered with a page")  # a form to be corrected
        REFUSED = "refused", pgettext_lazy("audit", "refused")
        FAILED = "failed", _("failed")

    bureau = models.CharField(_("bureau"), max_length=2, blank=True)
    number = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=20, choices=Action)
    outcome = models.CharField(pgettext_lazy("audit", "Outcome"), max_length=10, choices=Outcome, default=Outcome.DONE)
    status = models.PositiveSmallIntegerField(_("HTTP status"), default=0)
    username = models.CharField(_("user name"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    method = models.CharField(_("method"), max_length=7, blank=True)
    route = models.CharField(_("route"), max_length=100, blank=True)
    model = models.CharField(_("kind of row"), max_length=60, blank=True)
    row = models.CharField(_("key of the row"), max_length=60, blank=True)
    step = models.CharField(_("step"), max_length=60, blank=True)
    named = models.CharField(_("name of the row"), max_length=300, blank=True)
    area_code = models.CharField(_("area code"), max_length=6, blank=True)
    why = models.CharField(_("reason"), max_length=500, blank=True)
    former = models.CharField(_("hash of the entry before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="audit_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_counts_from_one"),
            models.CheckConstraint(condition=Q(bureau=Substr("area_code", 1, 2)), name="audit_area_in_bureau"),
            models.CheckConstraint(
                condition=Q(outcome__in=["done", "answered", "refused", "failed"]), name="audit_outcome"
            ),
        ]
        indexes = [
            # what one person did; what happened to one row; the days that the list and its export ask for
            models.Index(fields=["username", "at"], name="audit_of_person"),
            models.Index(fields=["model", "row"], name="audit_of_row"),
            models.Index(fields=["at"], name="audit_days"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """`05-1024`: bureau and number; `0-17` where it belongs to no bureau."""
        return f"{self.bureau or '0'}-{self.number}"


class AuditSeal(AppendOnlyRow):
    """Up to which entry a chain was checked, with that entry's hash: what stays of entries that were removed."""

    bureau = models.CharField(_("bureau"), max_length=2, blank=True)
    number = models.PositiveBigIntegerField(_("number"))
    hash = models.CharField(_("hash"), max_length=64)
    at = models.DateTimeField(_("moment of the entry"))
    made_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal of the audit trail")
        verbose_name_plural = _("seals of the audit trail")
        ordering = ["bureau", "number"]
        constraints = [models.UniqueConstraint(fields=["bureau", "number"], name="audit_sealed_once")]

    def __str__(self) -> str:
        return f"{self.bureau or '0'}-{self.number}"
